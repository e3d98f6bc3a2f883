"""Is this machine ready? Every check says what it found and, if it fails, the mend."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from analysis.errors import InputError
from makers.engines import relax_maker
from workflows.mongod import fetch_mongod, find_mongod
from workflows.plan import make_plan
from workflows.private_server import MINIMUM_FREE_BYTES
from workflows.settings import MachineSettings
from workflows.sources import phase_source
from workflows.spec import CampaignSpec

_ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    passed: bool
    finding: str


def check_machine(
    settings: MachineSettings, spec: CampaignSpec | None = None, *, fix: bool = False
) -> list[Check]:
    """Look at everything a campaign needs.

    Parameters
    ----------
    settings
        Settings of this machine.
    spec
        A specification whose needs are checked as well.
    fix
        Fetch a mongod where there is none.
    """
    engine = spec.engine.name if spec else "chgnet"
    checks = {
        "python": lambda: f"{sys.version.split()[0]}",
        "database": lambda: _database(settings, fix=fix),
        "disk": _disk,
        "engine": lambda: _engine(engine, spec),
        "Materials Project": lambda: _key(spec),
    }
    if spec:
        checks["specification"] = lambda: _specification(spec)
    return [_check(name, look) for name, look in checks.items()]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, passed=True, finding=look())
    except InputError as error:
        return Check(name, passed=False, finding=str(error))


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
    except PyMongoError as error:
        msg = f"the server of INTERPHASE_MONGODB_URI does not answer: {type(error).__name__}"
        raise InputError(msg) from None  # the error may hold the password
    return f"MongoDB {number}, as the settings name it"


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free
    if free < MINIMUM_FREE_BYTES:
        msg = f"{free / 1e9:.1f} GB free here, a campaign needs {MINIMUM_FREE_BYTES / 1e9:.1f}"
        raise InputError(msg)
    return f"{free / 1e9:.0f} GB free here"


def _engine(name: str, spec: CampaignSpec | None) -> str:
    maker = relax_maker(name, spec.engine.settings if spec else {})
    try:
        packages = f", package {version('chgnet')}" if name == "chgnet" else ""
    except PackageNotFoundError as error:
        msg = "chgnet is not installed: pip install 'interphase[forcefield]'"
        raise InputError(msg) from error
    return f"{maker.scheme.engine}{packages}"


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


def _specification(spec: CampaignSpec) -> str:
    plan = make_plan(spec, phase_source(spec.reference_phases, None))
    return f"{len(plan.campaign.compounds) - 1} compounds, {len(plan.left_out)} left out"
