"""What a killed run leaves behind is put right, so that the same command goes on."""

from dataclasses import dataclass

from workflows.database import Database
from workflows.launchpad import remove_half_added

# A run that was lost this often is likely to kill its worker, for want of memory say.
MAX_LOST = 5


@dataclass(frozen=True)
class Recovered:
    """What was put right."""

    rerun: int
    refreshed: int
    half_added: int


def recover_local(database: Database, campaign: str) -> Recovered:
    """Put right what killed workers left; only while nobody works on the database.

    Parameters
    ----------
    database
        The campaign's database, with no worker connected.
    campaign
        Name of the campaign.

    Returns
    -------
    How many runs were lost and will run again, how many workflows had not been told that a
    run of theirs had ended, and how many workflows had been added by half.
    """
    launchpad = database.launchpad
    half_added = remove_half_added(launchpad, alone=True)
    # FireWorks locks a workflow while it updates it; a killed process cannot unlock.
    database.workflows.update_many({"locked": True}, {"$unset": {"locked": ""}})
    lost = _rerun_lost(database)
    return Recovered(lost, _refresh_unfinished(database, campaign), half_added)


def _rerun_lost(database: Database) -> int:
    """Rerun lost runs; one that kills its worker every time is left failed."""
    _, lost, _ = database.launchpad.detect_lostruns(expiration_secs=0, fizzle=True)
    again = database.fireworks.find(
        {"fw_id": {"$in": lost}, f"archived_launches.{MAX_LOST - 1}": {"$exists": False}},
        {"fw_id": 1},
    )
    reruns = [firework["fw_id"] for firework in again]
    for fw_id in reruns:
        database.launchpad.rerun_fw(fw_id)
    return len(reruns)


def retry_failed(database: Database, campaign: str) -> int:
    """Let everything that failed in a campaign run again.

    Returns
    -------
    How many steps will run again.
    """
    fizzled = database.fireworks.find(
        {"spec.campaign": campaign, "state": "FIZZLED"}, {"fw_id": 1, "_id": 0}
    )
    reruns = [firework["fw_id"] for firework in fizzled]
    for fw_id in reruns:
        database.launchpad.rerun_fw(fw_id)
    return len(reruns)


def _refresh_unfinished(database: Database, campaign: str) -> int:
    """Let unfinished workflows see which of their runs have ended.

    A rocket that is killed between storing its result and updating its workflow leaves
    children waiting for a parent that has long been completed.
    """
    unfinished = database.workflows.find(
        {"metadata.campaign": campaign, "state": {"$nin": ["COMPLETED", "ARCHIVED"]}}, {"nodes": 1}
    )
    refreshed = 0
    for workflow in unfinished:
        ended = database.fireworks.find(
            {"fw_id": {"$in": workflow["nodes"]}, "state": {"$in": ["COMPLETED", "RUNNING"]}},
            {"fw_id": 1},
        )
        for firework in ended:
            database.launchpad._refresh_wf(firework["fw_id"])  # noqa: SLF001  as `lpad refresh`
            refreshed += 1
    return refreshed
