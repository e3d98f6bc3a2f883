"""What a campaign on a cluster needs of its database before it is queued."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

import jobflow
import yaml
from fireworks import fw_config
from pymongo.errors import PyMongoError

from analysis.base.errors import DoubtError, InputError
from workflows.base.secret_files import line_of, refuse_if_readable
from workflows.doctor.checks import Look
from workflows.storage.campaign_location import Place
from workflows.storage.database import Database
from workflows.storage.indexes import missing_indexes
from workflows.storage.launchpad_file import opens_at_once, read_launchpad


def cluster_checks(place: Place, database: Database) -> Mapping[str, Look]:
    """Return the checks of a shared LaunchPad, by name."""
    return {
        "database": lambda: check_database(place, database),
        "job store": lambda: check_job_store(database),
        "workers' LaunchPad": lambda: check_workers_launchpad(place),
        "rlaunch multi": lambda: check_connection(place),
    }


def check_database(place: Place, database: Database) -> str:
    """Check that the database can be written, and has its indexes.

    Raises
    ------
    InputError
        The user may not write.
    DoubtError
        Indexes are missing, as before the first submission.
    """
    probe = {"name": f"probe {uuid.uuid4()}"}
    try:
        database.mongo["probes"].insert_one(probe)
        database.mongo["probes"].drop()
    except PyMongoError as error:
        msg = f"{place}: cannot be written: {str(error).partition(', full error')[0]}"
        raise InputError(msg) from None
    if missing := missing_indexes(database.mongo):
        msg = f"{place}: indexes are missing on {', '.join(missing)}; submit makes them"
        raise DoubtError(msg)
    return f"{place}: can be written, indexes are there"


def check_job_store(database: Database) -> str:
    """Check that jobflow's store is the campaign's, so that outputs of jobs are found.

    Raises
    ------
    InputError
        It is another one, or its file is open to others.
    """
    path = Path(jobflow.SETTINGS.CONFIG_FILE)
    if not path.is_file():
        msg = f"{path} does not exist: copy cluster/jobflow.yaml and set JOBFLOW_CONFIG_FILE"
        raise InputError(msg)
    try:
        refuse_if_readable(path, yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{path} is not YAML{line_of(error)}: compare it with cluster/jobflow.yaml"
        raise InputError(msg) from None  # YAML's message quotes the line
    store = jobflow.SETTINGS.JOB_STORE
    probe = f"probe {uuid.uuid4()}"
    try:
        store.connect()
        store.docs_store.update({"uuid": probe, "index": 1}, key=["uuid", "index"])
        same = database.jobs.delete_one({"uuid": probe}).deleted_count
        if not same:
            store.docs_store.remove_docs({"uuid": probe})
        store.close()
    except Exception as error:  # noqa: BLE001  maggma's stores raise anything, with the URI in some
        msg = f"the job store of {path} cannot be used ({type(error).__name__})"
        raise InputError(msg) from None
    remedy = f"in {path}, give server, database and collection as in cluster/jobflow.yaml"
    if not same:
        ours = f"{database.name}.{database.jobs.name}"
        msg = f"jobflow stores outputs elsewhere than {ours}: {remedy}"
        raise InputError(msg)
    if "data" not in store.additional_stores:
        msg = f"the job store has no additional store named data: {remedy}"
        raise InputError(msg)
    return f"{path}: the same database"


def check_workers_launchpad(place: Place) -> str:
    """Check that rlaunch and qlaunch, started here, would use the same LaunchPad.

    Raises
    ------
    DoubtError
        They would use another, or none is set up here.
    """
    file = fw_config.LAUNCHPAD_LOC
    if file is None:
        msg = (
            "FireWorks finds no my_launchpad.yaml here: give qlaunch and rlaunch -l FILE, or set "
            "FW_CONFIG_FILE"
        )
        raise DoubtError(msg)
    found = read_launchpad(Path(file))
    if place.address and str(found) != str(place.address):
        msg = f"FireWorks here uses {found} ({file}), the campaign {place.address}"
        raise DoubtError(msg)
    return f"{file}: the same"


def check_connection(place: Place) -> str:
    """Check that the processes of `rlaunch multi` inherit no open connection.

    Raises
    ------
    DoubtError
        They would, from the file that rlaunch reads here.
    """
    file = fw_config.LAUNCHPAD_LOC or place.file
    if file is None:
        return "no LaunchPad file here"
    if opens_at_once(Path(file)):
        msg = (
            f"{file}: rlaunch multi may hang at a connection from before its processes start: add "
            "connect: false under mongoclient_kwargs"
        )
        raise DoubtError(msg)
    return f"{file}: its processes open their own connections"


def configuration_files(place: Place) -> list[Path]:
    """List the files that people copy from cluster/ and fill in."""
    named = [os.environ.get(name) for name in ("FW_CONFIG_FILE", "ATOMATE2_CONFIG_FILE")]
    found = [place.file, *named, jobflow.SETTINGS.CONFIG_FILE, fw_config.QUEUEADAPTER_LOC]
    return [Path(file).expanduser() for file in [*found, fw_config.FWORKER_LOC] if file]
