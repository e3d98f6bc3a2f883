"""Add workflows to the LaunchPad, each once, despite concurrent callers and interruptions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from fireworks import LaunchPad, Workflow
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


@dataclass(frozen=True)
class WorkflowDocuments:
    """The documents that FireWorks stores for one workflow; its Fireworks are numbered from 1.

    Attributes
    ----------
    workflow
        The document of the workflow, with its digest in the metadata.
    fireworks
        Those of its Fireworks.
    """

    workflow: dict[str, Any]
    fireworks: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        """Take them from a workflow that has not been added; it is changed."""
        _make_ready(workflow)
        fireworks = sorted(workflow.fws, key=lambda firework: -firework.fw_id)
        new_ids = {firework.fw_id: number for number, firework in enumerate(fireworks, start=1)}
        for firework in fireworks:
            firework.fw_id = new_ids[firework.fw_id]
        workflow._reassign_ids(new_ids)  # noqa: SLF001  FireWorks' own add_wf does the same
        return cls(workflow.to_db_dict(), [firework.to_db_dict() for firework in fireworks])

    @property
    def digest(self) -> str:
        """The digest by which each workflow is added once."""
        return str(self.workflow["metadata"]["digest"])

    def raised(self, by: int) -> Self:
        """Return the same with the priority of all steps raised."""
        fireworks = [
            each | {"spec": each["spec"] | {"_priority": each["spec"].get("_priority", 0) + by}}
            for each in self.fireworks
        ]
        return type(self)(self.workflow, fireworks)

    def numbered(self, before: int) -> Self:
        """Return the same with final ids: those after `before`."""
        workflow = self.workflow | {
            "nodes": [before + number for number in self.workflow["nodes"]],
            "fw_states": _shifted(self.workflow["fw_states"], before),
            **{
                key: {i: [before + n for n in ends] for i, ends in links.items()}
                for key in ("links", "parent_links")
                for links in [_shifted(self.workflow[key], before)]
            },
        }
        fireworks = [each | {"fw_id": before + each["fw_id"]} for each in self.fireworks]
        return type(self)(workflow, fireworks)


def _shifted(by_id: Mapping[str, Any], before: int) -> dict[str, Any]:
    return {str(before + int(number)): value for number, value in by_id.items()}


def add_workflows(launchpad: LaunchPad, workflows: Sequence[Workflow]) -> list[str]:
    """Add workflows in bulk, as `add_documents` does.

    Returns
    -------
    The digests that were added.
    """
    return add_documents(launchpad, [WorkflowDocuments.of(workflow) for workflow in workflows])


def add_documents(launchpad: LaunchPad, documents: Sequence[WorkflowDocuments]) -> list[str]:
    """Add workflows in bulk, except those whose digest is there already.

    The workflow documents go first: their unique index decides between two people who
    add the same thing, and no rocket can pull a Firework before its workflow is known.

    Returns
    -------
    The digests that were added.
    """
    if not documents:
        return []
    numbered = list(_number(launchpad, documents))
    refused = insert_missing(launchpad.workflows, [each.workflow for each in numbered])
    added = [each for i, each in enumerate(numbered) if i not in refused]
    _insert_fireworks(launchpad, [firework for each in added for firework in each.fireworks])
    return [each.digest for each in added]


def insert_missing(
    collection: Collection[dict[str, Any]], documents: Sequence[dict[str, Any]]
) -> set[int]:
    """Insert documents, except those that a unique index refuses.

    Returns
    -------
    The positions of those that were there already, added by another process.
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
        No other process can be adding now: do not wait until a trace is old enough.
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


def _number(
    launchpad: LaunchPad, documents: Sequence[WorkflowDocuments]
) -> Iterator[WorkflowDocuments]:
    """Assign all Fireworks their final ids in one request."""
    before = launchpad.get_new_fw_id(quantity=sum(len(each.fireworks) for each in documents)) - 1
    for each in documents:
        yield each.numbered(before)
        before += len(each.fireworks)


def _insert_fireworks(launchpad: LaunchPad, documents: Iterable[dict[str, Any]]) -> None:
    """Insert Fireworks, those that are ready last: no rocket pulls from half a workflow."""
    in_order = sorted(documents, key=lambda document: bool(document["state"] == "READY"))
    if in_order:
        launchpad.fireworks.insert_many(in_order)
