"""Repair what FireWorks leaves incomplete if a process dies while it writes to the LaunchPad."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workflows.state.pace import utc_time

if TYPE_CHECKING:
    from collections.abc import Collection

    from workflows.storage.database import Database

_ENDED = ("COMPLETED", "FIZZLED")

# FireWorks writes a change of a workflow within a second, and holds its lock meanwhile. A lock
# that is older was left by a process that died.
_LOCK_SECONDS = 5.0
_HALF_DONE = timedelta(seconds=60)


def repair(database: Database, nodes: Collection[str], *, alone: bool) -> int:
    """Repair what dead processes left incomplete.

    Parameters
    ----------
    database
        The campaign's database.
    nodes
        The nodes whose workflows are looked at.
    alone
        No other process works on them: nothing is in progress.

    Returns
    -------
    How many runs had their end passed on to their workflow.
    """
    horizon = datetime.now(UTC) - (timedelta(0) if alone else _HALF_DONE)
    free_locks(database, {"metadata.digest": {"$in": list(nodes)}}, alone=alone)
    _remove_orphans(database, nodes, horizon)
    return _refresh_unfinished(database, nodes, horizon, alone=alone)


def refresh(database: Database, fw_id: int, *, alone: bool = False) -> None:
    """Let a workflow see the state of a step, as `lpad refresh` does."""
    free_lock(database, fw_id, alone=alone)
    database.launchpad._refresh_wf(fw_id)  # noqa: SLF001  the command line's own way


def free_lock(database: Database, fw_id: int, *, alone: bool = False) -> None:
    """Open the lock of a step's workflow if the process that took it is gone.

    FireWorks waits five minutes for a lock, and a killed process cannot release its own.
    """
    locked = {"nodes": fw_id, "locked": True}
    workflow = database.workflows.find_one(locked, {"updated_on": 1})
    if workflow is None:
        return
    if not alone:
        time.sleep(_LOCK_SECONDS)
    unmoved = {"updated_on": workflow["updated_on"]}
    database.workflows.update_one(locked | unmoved, {"$unset": {"locked": ""}})


def free_locks(database: Database, workflows: dict[str, Any], *, alone: bool = False) -> None:
    """Do the same for all workflows that a query finds."""
    for workflow in database.workflows.find(workflows | {"locked": True}, {"nodes": 1}):
        free_lock(database, workflow["nodes"][0], alone=alone)


def _remove_orphans(database: Database, nodes: Collection[str], horizon: datetime) -> None:
    """Remove Fireworks that belong to no workflow.

    FireWorks stores the steps that a step adds before it stores their workflow. For the
    workflow the adding step has not ended, so it adds them again.
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
            {"$project": {"fw_id": 1, "updated_on": 1}},
        ]
    )
    ids = [x["fw_id"] for x in orphans if utc_time(x["updated_on"]) <= horizon]
    database.fireworks.delete_many({"fw_id": {"$in": ids}})


def _refresh_unfinished(
    database: Database, nodes: Collection[str], horizon: datetime, *, alone: bool
) -> int:
    """Let workflows see which of their steps have ended.

    A rocket that is killed between storing its result and updating its workflow leaves
    children waiting for a parent that has long been completed.
    """
    query = {"metadata.digest": {"$in": list(nodes)}, "state": {"$nin": ["COMPLETED", "ARCHIVED"]}}
    shown = {"nodes": 1, "fw_states": 1, "parent_links": 1}
    refreshed = 0
    for workflow in database.workflows.find(query, shown):
        steps = database.fireworks.find(
            {"fw_id": {"$in": workflow["nodes"]}},
            {
                "state": 1,
                "fw_id": 1,
                "updated_on": 1,
                "launches": 1,
                "spec._allow_fizzled_parents": 1,
            },
        )
        told = {int(fw_id): state for fw_id, state in workflow["fw_states"].items()}
        for step in steps:
            if _waits_in_vain(step, workflow["parent_links"], told) or _must_refresh(
                database, step, told.get(step["fw_id"]), horizon
            ):
                refresh(database, step["fw_id"], alone=alone)
                refreshed += 1
    return refreshed


def _waits_in_vain(
    step: dict[str, Any], parents: dict[str, list[int]], told: dict[int, str]
) -> bool:
    """Return True if a step waits although the workflow knows that all its parents have ended.

    FireWorks marks a step as FIZZLED directly if it cannot refresh the workflow, for example
    because the database went away, and the children are not updated.
    """
    enough = _ENDED if step["spec"].get("_allow_fizzled_parents") else _ENDED[:1]
    return step["state"] == "WAITING" and all(
        told.get(parent) in enough for parent in parents.get(str(step["fw_id"]), [])
    )


def _must_refresh(
    database: Database, step: dict[str, Any], told: str | None, horizon: datetime
) -> bool:
    """Return True if a workflow has not seen a step end; the step then has to end once more.

    FireWorks adds what a step asks for when it sees it end for the first time, and stores
    that it has ended before the workflow that has grown: it must see it end again.
    """
    state = step["state"]
    ended = {"launch_id": {"$in": step["launches"]}, "state": {"$in": _ENDED}}
    if state == "RUNNING":
        return database.launches.count_documents(ended) > 0
    if state not in _ENDED or told == state or utc_time(step["updated_on"]) > horizon:
        return False
    query = {"fw_id": step["fw_id"], "state": state, "updated_on": step["updated_on"]}
    changed = database.fireworks.update_one(query, {"$set": {"state": "RUNNING"}})
    return bool(changed.modified_count)
