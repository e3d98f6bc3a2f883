"""Remove raw output that is not to be kept, once its results have landed."""

from collections.abc import Collection
from pathlib import Path

from workflows.storage.database import Database


def drop_landed_output(database: Database, node: str) -> list[Path]:
    """Drop what VASP left of the runs of a node whose results are in the job store.

    A worker does this for the folders that it can access; others stay.

    Returns
    -------
    The folders that were cleared.
    """
    # A folder names its job: imported here because that needs the VASP parts, which take seconds.
    from makers.engines.vasp.vasp_folder import owner_of

    launches = database.fireworks.distinct("launches", {"spec.node": node, "state": "COMPLETED"})
    found = database.mongo["launches"].find({"launch_id": {"$in": launches}}, {"launch_dir": 1})
    folders = {Path(launch["launch_dir"]) for launch in found}
    owners = [owner for folder in folders if (owner := owner_of(folder))]
    stored = database.jobs.distinct("uuid", {"uuid": {"$in": owners}})
    return sorted(folder for folder in folders if _is_dropped(folder, stored))


def _is_dropped(folder: Path, stored: Collection[str]) -> bool:
    from makers.engines.vasp.raw_output import drop_stored

    try:
        return drop_stored(folder, stored)
    except OSError:  # another user's
        return False
