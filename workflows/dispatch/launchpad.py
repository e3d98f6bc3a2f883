"""Workflows added to the LaunchPad: each once, whoever adds it, whatever interrupts."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fireworks import Firework, LaunchPad, Workflow
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

# A workflow that lacks Fireworks is one whose adding was interrupted, or is under way in
# another process; adding takes well under a second.
_INTERRUPTED_AFTER = timedelta(seconds=60)
_DUPLICATE_KEY = 11000


def ensure_unique_digests(launchpad: LaunchPad) -> None:
    """Make the database refuse a second workflow of one digest."""
    launchpad.workflows.create_index(
        "metadata.digest",
        unique=True,
        partialFilterExpression={"metadata.digest": {"$exists": True}},
    )


def add_workflows(launchpad: LaunchPad, workflows: Sequence[Workflow]) -> list[str]:
    """Add workflows in bulk, leaving out those whose digest is there already.

    The workflow documents go first: their unique index decides between two people who
    add the same thing, and no rocket can pull a Firework before its workflow is known.

    Returns
    -------
    The digests that were added.
    """
    if not workflows:
        return []
    for workflow in workflows:
        _make_ready(workflow)
    _number(launchpad, workflows)
    refused = insert_missing(launchpad.workflows, [w.to_db_dict() for w in workflows])
    added = [w for i, w in enumerate(workflows) if i not in refused]
    _insert_fireworks(launchpad, [firework for workflow in added for firework in workflow.fws])
    return [w.metadata["digest"] for w in added]


def insert_missing(
    collection: Collection[dict[str, Any]], documents: Sequence[dict[str, Any]]
) -> set[int]:
    """Insert documents, leaving out those that a unique index refuses.

    Returns
    -------
    The positions of those that were there already: somebody else added them.
    """
    if not documents:
        return set()
    try:
        collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        errors = error.details["writeErrors"]
        if any(item["code"] != _DUPLICATE_KEY for item in errors):
            raise
        return {item["index"] for item in errors}
    return set()


def remove_half_added(launchpad: LaunchPad, *, alone: bool = False) -> int:
    """Remove workflows whose adding was interrupted, so that they can be added again.

    Parameters
    ----------
    launchpad
        The LaunchPad.
    alone
        Nobody else can be adding now: do not wait until a trace is old enough.
    """
    horizon = datetime.now(UTC) - (timedelta(0) if alone else _INTERRUPTED_AFTER)
    half = launchpad.workflows.aggregate(
        [
            {
                "$match": {
                    "metadata.digest": {"$exists": True},
                    "state": "READY",
                    "created_on": {"$lte": horizon},
                }
            },
            {
                "$lookup": {
                    "from": launchpad.fireworks.name,
                    "localField": "nodes",
                    "foreignField": "fw_id",
                    "pipeline": [{"$project": {"_id": 1}}],
                    "as": "fireworks",
                }
            },
            {"$match": {"$expr": {"$lt": [{"$size": "$fireworks"}, {"$size": "$nodes"}]}}},
            {"$project": {"nodes": 1}},
        ]
    )
    stale = list(half)
    fw_ids = [fw_id for workflow in stale for fw_id in workflow["nodes"]]
    launchpad.fireworks.delete_many({"fw_id": {"$in": fw_ids}})
    ids = [workflow["_id"] for workflow in stale]
    return int(launchpad.workflows.delete_many({"_id": {"$in": ids}}).deleted_count)


def _make_ready(workflow: Workflow) -> None:
    for fw_id in workflow.root_fw_ids:
        workflow.id_fw[fw_id].state = "READY"
        workflow.fw_states[fw_id] = "READY"


def _number(launchpad: LaunchPad, workflows: Sequence[Workflow]) -> None:
    """Give all Fireworks their final ids with one request."""
    next_id = launchpad.get_new_fw_id(quantity=sum(len(w.fws) for w in workflows))
    for workflow in workflows:
        new_ids = {}
        for firework in sorted(workflow.fws, key=lambda fw: -fw.fw_id):
            new_ids[firework.fw_id] = next_id
            firework.fw_id = next_id
            next_id += 1
        workflow._reassign_ids(new_ids)  # noqa: SLF001  FireWorks' own add_wf does the same


def _insert_fireworks(launchpad: LaunchPad, fireworks: Iterable[Firework]) -> None:
    """Insert Fireworks, those that are ready last: no rocket pulls from half a workflow."""
    documents = [firework.to_db_dict() for firework in fireworks]
    documents.sort(key=lambda document: bool(document["state"] == "READY"))
    if documents:
        launchpad.fireworks.insert_many(documents)
