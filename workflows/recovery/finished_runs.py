"""Read VASP runs that are complete on disk but missing in the job store."""

from __future__ import annotations

import io
from contextlib import chdir, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.storage.database import Database


def read_finished(database: Database, fw_id: int, folder: Path) -> bool:
    """Run the job of a Firework in this process if it only has to read what VASP wrote.

    Parameters
    ----------
    database
        The campaign's database.
    fw_id
        A Firework that is ready and would run in `folder`.
    folder
        Where it ran before.

    Returns
    -------
    True if its output is in the job store now.
    """
    firework = database.fireworks.find_one({"fw_id": fw_id}, {"spec._tasks.job.uuid": 1}) or {}
    uuid = firework["spec"]["_tasks"][0].get("job", {}).get("uuid")
    if uuid is None or not _is_finished(folder, uuid):
        return False
    _launch(database, fw_id, folder)
    return database.jobs.count_documents({"uuid": uuid}) > 0


def _is_finished(folder: Path, uuid: str) -> bool:
    """Tell whether a folder holds a finished run that can be read.

    Otherwise its job would start VASP, here on the machine where somebody recovers.
    """
    from makers.engines.vasp.vasp_folder import Standing, VaspFolder

    run = VaspFolder(folder, uuid)
    try:
        if run.standing is not Standing.FINISHED:
            return False
        from makers.engines.vasp.vasp_relax import read_run

        return run.take() is Standing.FINISHED and read_run(folder) is not None
    except OSError:  # gone meanwhile, or another person's
        return False


def _launch(database: Database, fw_id: int, folder: Path) -> None:
    import jobflow
    from fireworks import FWorker
    from fireworks.core.rocket_launcher import launch_rocket

    store = jobflow.SETTINGS.JOB_STORE
    jobflow.SETTINGS.JOB_STORE = database.job_store
    try:
        # FireWorks and jobflow print what they do; and a rocket removes an empty folder it leaves.
        with chdir(folder), redirect_stdout(io.StringIO()):
            launch_rocket(database.launchpad, FWorker(), fw_id=fw_id, strm_lvl="ERROR")
    finally:
        jobflow.SETTINGS.JOB_STORE = store
