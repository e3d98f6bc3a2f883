"""What a campaign on a cluster needs before it is queued: one database, a queue template."""

import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jobflow
import yaml
from fireworks import fw_config
from fireworks.utilities.fw_serializers import load_object_from_file
from pymongo.errors import PyMongoError

from analysis.base.errors import DoubtError, InputError
from workflows.base.secret_files import line_of, refuse_if_readable
from workflows.doctor.checks import Look
from workflows.storage.campaign_location import Place
from workflows.storage.database import Database
from workflows.storage.indexes import missing_indexes
from workflows.storage.launchpad_file import read_launchpad

_SUBMIT_COMMANDS = {"SLURM": "sbatch", "PBS": "qsub"}


def cluster_checks(place: Place, database: Database) -> Mapping[str, Look]:
    """Return the checks of a shared LaunchPad and its workers, by name."""
    return {
        "database": lambda: check_database(place, database),
        "job store": lambda: check_job_store(database),
        "workers' LaunchPad": lambda: check_workers_launchpad(place),
        "queue template": check_queue_template,
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


def check_queue_template() -> str:
    """Check FireWorks' queue template: it can be read, and knows its jobs' ids.

    Raises
    ------
    InputError
        It cannot be read, or would not run single Fireworks.
    DoubtError
        There is none here, or its queue has no submit command here.
    """
    adapter = queue_adapter()
    if adapter is None:
        msg = "no my_qadapter.yaml is set up here (cluster/): needed where qlaunch runs"
        raise DoubtError(msg)
    file = fw_config.QUEUEADAPTER_LOC
    if "singleshot" not in str(adapter.get("rocket_launch")):
        msg = (
            f"{file}: rocket_launch must be rlaunch singleshot: only in reservation mode "
            "(qlaunch -r) is the batch job of a lost run known"
        )
        raise InputError(msg)
    command = _SUBMIT_COMMANDS.get(adapter.q_type)
    if command and not shutil.which(command):
        msg = f"{file} is for {adapter.q_type}, but there is no {command} here"
        raise DoubtError(msg)
    return f"{file}: {adapter.q_type}"


def queue_adapter() -> Any:
    """Read FireWorks' queue template; None if none is set up.

    Raises
    ------
    InputError
        It cannot be read.
    """
    file = fw_config.QUEUEADAPTER_LOC
    if file is None:
        return None
    try:
        return load_object_from_file(file)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        msg = f"queue template {file} cannot be read: {error}"
        raise InputError(msg) from error


def job_script_sets_up() -> bool:
    """Return True if job scripts run set-up commands before the rocket."""
    try:
        adapter = queue_adapter()
    except InputError:
        return False
    return bool(adapter and adapter.get("pre_rocket"))
