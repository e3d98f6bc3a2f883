"""The life of a campaign on a LaunchPad: it rests, goes on, goes first, and goes away."""

from collections.abc import Mapping
from typing import Any

from analysis.base.errors import InputError
from workflows.dispatch.campaign_advance import PRIORITY_STEP, advance
from workflows.storage.campaigns import require_campaign
from workflows.storage.database import Database

_AT_WORK = ("RUNNING", "RESERVED")
_ENDED = ("COMPLETED", "FIZZLED", "ARCHIVED", "DEFUSED")


def pause(database: Database, name: str) -> int:
    """Let a campaign rest: nothing of it starts any more; what runs may end.

    Steps that a campaign shares with one that does not rest go on.

    Returns
    -------
    How many steps were paused.
    """
    require_campaign(database, name)
    database.campaigns.update_one({"name": name}, {"$set": {"paused": True}})
    waiting = {"spec.node": {"$in": _own_nodes(database, name)}, "state": "READY"}
    number = 0
    # a step that is paused keeps those behind it; behind one that runs the next is paused
    for step in [*database.fireworks.find(waiting, {"fw_id": 1}), *_next(database, name)]:
        number += database.launchpad.pause_fw(step["fw_id"]) is not None
    return number


def resume(database: Database, name: str) -> int:
    """Let a campaign go on.

    Returns
    -------
    How many steps were released.
    """
    require_campaign(database, name)
    database.campaigns.update_one({"name": name}, {"$unset": {"paused": ""}})
    nodes = database.nodes.distinct("uuid", {"campaign": name})
    paused = {"spec.node": {"$in": nodes}, "state": "PAUSED"}
    steps = [step["fw_id"] for step in database.fireworks.find(paused, {"fw_id": 1})]
    for step in steps:
        database.launchpad.resume_fw(step)
    advance(database, name)
    return len(steps)


def prioritize(database: Database, name: str, priority: int) -> int:
    """Let the steps of a campaign come before those of campaigns of lower priority.

    Returns
    -------
    How many steps that are there already were changed; those that follow take it over.
    """
    require_campaign(database, name)
    database.campaigns.update_one({"name": name}, {"$set": {"priority": priority}})
    nodes = database.nodes.distinct("uuid", {"campaign": name})
    steps = {"spec.node": {"$in": nodes}, "state": {"$nin": [*_ENDED]}}
    own = {"$mod": ["$spec._priority", PRIORITY_STEP]}
    raised = {"$add": [own, PRIORITY_STEP * priority]}
    return database.fireworks.update_many(
        steps, [{"$set": {"spec._priority": raised}}]
    ).matched_count


def delete(database: Database, name: str, *, outputs: bool) -> Mapping[str, int]:
    """Remove a campaign; what it shares with others stays.

    Parameters
    ----------
    database
        Where it is.
    name
        Its name.
    outputs
        Remove the outputs of its jobs too. Otherwise submitting it again computes nothing again.

    Returns
    -------
    How many documents were removed, by collection.

    Raises
    ------
    InputError
        There is no such campaign, or steps of it are running.
    """
    require_campaign(database, name)
    nodes = _own_nodes(database, name)
    busy = {"spec.node": {"$in": nodes}, "state": {"$in": [*_AT_WORK]}}
    if number := database.fireworks.count_documents(busy):
        msg = (
            f"{number} steps of {name} are running or wait in the queue: interphase pause, then "
            "end their batch jobs or wait, and interphase recover"
        )
        raise InputError(msg)
    steps = {"spec.node": {"$in": nodes}}
    ids = database.fireworks.distinct("fw_id", steps)
    jobs = database.fireworks.distinct("spec._tasks.job.uuid", steps)
    gone: dict[str, dict[str, Any]] = {
        "workflows": {"metadata.digest": {"$in": nodes}},
        "launches": {"fw_id": {"$in": ids}},
        "fireworks": {"fw_id": {"$in": ids}},
        **{key: {"campaign": name} for key in ("results", "learning", "nodes", "planned")},
        "campaigns": {"name": name},
    }
    if outputs:
        _remove_blobs(database, [*nodes, *jobs])
        gone = {"jobs": {"uuid": {"$in": [*nodes, *jobs]}}, **gone}
    return {
        key: database.mongo[key].delete_many(query).deleted_count for key, query in gone.items()
    }


def _remove_blobs(database: Database, jobs: list[str]) -> None:
    files = {"metadata.job_uuid": {"$in": jobs}}
    ids = database.mongo["blobs.files"].distinct("_id", files)
    database.mongo["blobs.chunks"].delete_many({"files_id": {"$in": ids}})
    database.mongo["blobs.files"].delete_many(files)


def _next(database: Database, name: str) -> list[Mapping[str, Any]]:
    """Find the steps that would start when those that run have ended."""
    running = {"spec.node": {"$in": _own_nodes(database, name)}, "state": {"$in": [*_AT_WORK]}}
    ids = database.fireworks.distinct("fw_id", running)
    workflows = database.workflows.find({"nodes": {"$in": ids}}, {"nodes": 1})
    steps = [step for workflow in workflows for step in workflow["nodes"]]
    return list(
        database.fireworks.find({"fw_id": {"$in": steps}, "state": "WAITING"}, {"fw_id": 1})
    )


def _own_nodes(database: Database, name: str) -> list[str]:
    """Return the nodes of a campaign that none of those that do not rest has too."""
    awake = database.campaigns.distinct("name", {"name": {"$ne": name}, "paused": {"$ne": True}})
    shared = set(database.nodes.distinct("uuid", {"campaign": {"$in": awake}}))
    return [u for u in database.nodes.distinct("uuid", {"campaign": name}) if u not in shared]
