"""What a killed run leaves behind is put right, so that the same command goes on."""

from collections.abc import Collection
from dataclasses import dataclass

from workflows.advance import load_nodes
from workflows.database import Database
from workflows.launchpad import remove_half_added
from workflows.status import State, node_states

# A run that was lost this often is likely to kill its worker, for want of memory say.
MAX_LOST = 5

_ENDED = ("COMPLETED", "FIZZLED")


@dataclass(frozen=True)
class Recovered:
    """What was put right."""

    rerun: int
    refreshed: int
    half_added: int


def recover_local(database: Database, campaign: str) -> Recovered:
    """Put right what killed workers left; only while nobody works on the campaign.

    Parameters
    ----------
    database
        The campaign's database, with no worker connected.
    campaign
        Name of the campaign.

    Returns
    -------
    How many runs were lost and will run again, how many ends of runs were told to their
    workflow, and how many workflows had been added by half.
    """
    # Campaigns share nodes, and a private database is nobody else's.
    query = {} if database.server else {"campaign": campaign}
    nodes = database.nodes.distinct("uuid", query)
    half_added = remove_half_added(database.launchpad, alone=True)
    # FireWorks locks a workflow while it updates it; a killed process cannot unlock.
    database.workflows.update_many(
        {"metadata.digest": {"$in": nodes}, "locked": True}, {"$unset": {"locked": ""}}
    )
    _remove_orphans(database, nodes)
    refreshed = _refresh_unfinished(database, nodes)
    lost = _rerun_lost(database, nodes)
    # A step that was being taken has no run yet that could be lost.
    database.fireworks.update_many(
        {"spec.node": {"$in": nodes}, "state": "RESERVED"}, {"$set": {"state": "READY"}}
    )
    return Recovered(lost, refreshed, half_added)


def retry_failed(database: Database, campaign: str) -> int:
    """Let everything run again that failed for want of which a result is missing.

    A compound whose result is there keeps it: what depends on it has been computed from it.

    Returns
    -------
    How many steps will run again.
    """
    nodes = load_nodes(database, {"campaign": campaign})
    states = node_states(database, nodes)
    failed = [uuid for uuid, state in states.items() if state is State.FAILED]
    fizzled = database.fireworks.find(
        {"spec.node": {"$in": failed}, "state": "FIZZLED"}, {"fw_id": 1}
    )
    reruns = [firework["fw_id"] for firework in fizzled]
    for fw_id in reruns:
        database.launchpad.rerun_fw(fw_id)
    return len(reruns)


def _remove_orphans(database: Database, nodes: Collection[str]) -> None:
    """Remove Fireworks that no workflow knows of.

    FireWorks stores the steps that a step adds before the workflow that they belong to; the
    step that added them has not ended for the workflow, and adds them again.
    """
    unfinished = {"$nin": ["COMPLETED", "FIZZLED", "ARCHIVED", "DEFUSED"]}
    orphans = database.fireworks.aggregate(
        [
            {"$match": {"spec.node": {"$in": list(nodes)}, "state": unfinished}},
            {
                "$lookup": {
                    "from": database.workflows.name,
                    "localField": "fw_id",
                    "foreignField": "nodes",
                    "pipeline": [{"$project": {"_id": 1}}],
                    "as": "owners",
                }
            },
            {"$match": {"owners": []}},
            {"$project": {"fw_id": 1}},
        ]
    )
    ids = [orphan["fw_id"] for orphan in orphans]
    database.fireworks.delete_many({"fw_id": {"$in": ids}})


def _rerun_lost(database: Database, nodes: Collection[str]) -> int:
    """Rerun lost runs; one that kills its worker every time is left failed."""
    query = {"spec.node": {"$in": list(nodes)}}
    _, lost, _ = database.launchpad.detect_lostruns(expiration_secs=0, fizzle=True, query=query)
    again = database.fireworks.find(
        {"fw_id": {"$in": lost}, f"archived_launches.{MAX_LOST - 1}": {"$exists": False}},
        {"fw_id": 1},
    )
    reruns = [firework["fw_id"] for firework in again]
    for fw_id in reruns:
        database.launchpad.rerun_fw(fw_id)
    return len(reruns)


def _refresh_unfinished(database: Database, nodes: Collection[str]) -> int:
    """Let workflows see which of their steps have ended.

    A rocket that is killed between storing its result and updating its workflow leaves
    children waiting for a parent that has long been completed.
    """
    query = {"metadata.digest": {"$in": list(nodes)}, "state": {"$nin": ["COMPLETED", "ARCHIVED"]}}
    refreshed = 0
    for workflow in database.workflows.find(query, {"nodes": 1, "fw_states": 1}):
        told = {int(fw_id): state for fw_id, state in workflow["fw_states"].items()}
        steps = database.fireworks.find(
            {"fw_id": {"$in": workflow["nodes"]}}, {"state": 1, "fw_id": 1}
        )
        states = {step["fw_id"]: step["state"] for step in steps}
        stale = [i for i, state in states.items() if state in _ENDED and told.get(i) != state]
        # FireWorks adds what a step asks for when it sees it end for the first time, and stores
        # that it has ended before the workflow that has grown: it must see it end once more.
        database.fireworks.update_many({"fw_id": {"$in": stale}}, {"$set": {"state": "RUNNING"}})
        for fw_id in (*stale, *(i for i, state in states.items() if state == "RUNNING")):
            database.launchpad._refresh_wf(fw_id)  # noqa: SLF001  as `lpad refresh`
            refreshed += 1
    return refreshed
