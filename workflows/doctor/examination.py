"""Is this machine ready? Every check says what it found and, if it fails, the fix."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from analysis.base.errors import InputError
from analysis.structures.compensation import compound_composition
from makers.engines.registry import DEFAULT_ENGINE, find_engine, relax_maker
from workflows.base.settings import MachineSettings
from workflows.doctor.checks import Check, Look, run_checks
from workflows.doctor.cluster_checks import cluster_checks, configuration_files
from workflows.doctor.placeholders import check_placeholders
from workflows.doctor.queue_checks import QueueTemplate
from workflows.specification.campaign import Campaign
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec
from workflows.storage.campaign_location import Place, open_place
from workflows.storage.server.mongod import fetch_mongod, find_mongod
from workflows.storage.server.private_server import MINIMUM_FREE_BYTES

_ANSWER_SECONDS = 5


def check_machine(
    settings: MachineSettings,
    spec: CampaignSpec | None = None,
    *,
    fix: bool = False,
    place: Place | None = None,
) -> list[Check]:
    """Check everything a campaign needs.

    Parameters
    ----------
    settings
        Settings of this machine.
    spec
        A specification whose needs are checked as well.
    fix
        Fetch a mongod if there is none.
    place
        A shared LaunchPad that the campaign is for.
    """
    template = QueueTemplate()
    looks: dict[str, Look] = {
        "python": lambda: f"{sys.version.split()[0]}",
        "disk": _disk,
        "engine": lambda: _engine(spec),
        "force field": find_engine(DEFAULT_ENGINE).installation,
        "Materials Project": lambda: _key(spec),
        **_specification_looks(spec, template),
    }
    if place and place.address:
        files = configuration_files(place)
        looks["configuration"] = lambda: check_placeholders(files)
        return run_checks({**looks, **template.checks()}) + _shared(place, settings)
    return run_checks({"database": lambda: _database(settings, fix=fix), **looks})


def _shared(place: Place, settings: MachineSettings) -> list[Check]:
    """Check a shared LaunchPad; if it does not answer, nothing else about it matters."""
    try:
        with open_place(place, settings) as database:
            return run_checks(cluster_checks(place, database))
    except InputError as error:
        return [Check("database", passed=False, finding=str(error))]


def _specification_looks(spec: CampaignSpec | None, template: QueueTemplate) -> dict[str, Look]:
    if spec is None:
        return {}
    try:
        plan = make_plan(spec, phase_source(spec.reference_phases, None))
    except InputError as error:
        return {"specification": _raising(error)}
    looks: dict[str, Look] = {"specification": lambda: _found(plan)}
    elements = relaxed_elements(plan.campaign)
    for used in spec.engine.stages:
        engine = find_engine(used.name)
        looks |= engine.checks(
            engine.checked(used.settings),
            elements,
            plan.campaign.dopant_ions,
            find_program=template.find_program,
        )
    return looks


def relaxed_elements(campaign: Campaign) -> list[str]:
    """List all elements that the campaign relaxes, in alphabetical order."""
    host = campaign.host_crystal
    found = {e.symbol for p in campaign.compounds for e in compound_composition(host, p.compound)}
    for formula in campaign.crystals:
        found |= {element.symbol for element in campaign.crystal(formula).composition.elements}
    return sorted(found)


def _raising(error: InputError) -> Look:
    def look() -> str:
        raise error

    return look


def _database(settings: MachineSettings, *, fix: bool) -> str:
    if settings.mongodb_uri:
        return _server(settings)
    try:
        mongod = find_mongod(settings)
    except InputError:
        if not fix:
            raise
        mongod = fetch_mongod(settings)
    return f"mongod {mongod.version()} at {mongod.path}, started for each campaign"


def _server(settings: MachineSettings) -> str:
    uri = settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else ""
    client: pymongo.MongoClient[dict[str, object]]
    try:
        with pymongo.timeout(_ANSWER_SECONDS), pymongo.MongoClient(uri) as client:
            number = client.server_info()["version"]
    except (PyMongoError, ValueError, TypeError, OSError) as error:
        msg = f"the server of INTERPHASE_MONGODB_URI does not answer: {type(error).__name__}"
        raise InputError(msg) from None  # the error may hold the password
    return f"MongoDB {number}, as the settings name it"


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free
    if free < MINIMUM_FREE_BYTES:
        msg = f"{free / 1e9:.1f} GB free here, a campaign needs {MINIMUM_FREE_BYTES / 1e9:.1f}"
        raise InputError(msg)
    return f"{free / 1e9:.0f} GB free here"


def _engine(spec: CampaignSpec | None) -> str:
    maker: Any = (
        relax_maker(spec.engine.name, spec.engine.settings, spec.engine.then)
        if spec
        else relax_maker(DEFAULT_ENGINE, {})
    )
    return str(maker.scheme.name)


def _key(spec: CampaignSpec | None) -> str:
    if os.environ.get("MP_API_KEY"):
        return "MP_API_KEY is set"
    if spec and spec.reference_phases.source == "materials_project":
        msg = (
            "reference_phases: materials_project needs a key; get one at "
            "https://materialsproject.org/api and set MP_API_KEY"
        )
        raise InputError(msg)
    return "MP_API_KEY is not set; not needed here"


def _found(plan: Plan) -> str:
    return f"{len(plan.campaign.compounds) - 1} compounds, {len(plan.left_out)} left out"
