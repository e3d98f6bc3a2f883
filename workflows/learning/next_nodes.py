"""When a campaign learns, and what follows; everything is read from the database at each call.

A training is added when the last compound that it waits for is over: landed, failed, or blocked by
a failed step.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo import UpdateOne

from workflows.learning.campaign_stages import campaign_nodes, predicted
from workflows.learning.training_documents import keep_training
from workflows.specification.campaign import Campaign, Node, NodeKind
from workflows.storage.campaigns import added, landed, load_campaign
from workflows.storage.database import Database


class _Standing(NamedTuple):
    """How far nodes are, by uuid."""

    landed: set[str]
    over: set[str]  # landed, failed or blocked


def go_on(database: Database, name: str) -> list[Node]:
    """Store the trainings that have landed, and return the nodes that can start because of them.

    Parameters
    ----------
    database
        The campaign's database; the nodes that follow from a training are stored in it.
    name
        Name of the campaign.

    Returns
    -------
    Trainings, and compounds that were chosen, whose workflows are missing.
    """
    learning = {"campaign": name, "kind": NodeKind.LEARNING}
    if database.nodes.find_one(learning, {"_id": 1}) is None:
        return []
    campaign = load_campaign(database, name)
    nodes = campaign_nodes(database, campaign)
    standing = _standing(database, nodes)
    if all(node.uuid in standing.over for node in nodes):
        nodes = campaign_nodes(database, campaign, landed=standing.landed)
        standing = _standing(database, nodes)
    _keep_nodes(database, name, nodes)
    for node in nodes:
        if node.kind is NodeKind.LEARNING and node.uuid in standing.landed:
            keep_training(database, name, node.uuid)
    ready = _ready(database, nodes, standing)
    return [_with_data(database, campaign, node, standing.landed) for node in ready]


def _ready(database: Database, nodes: Sequence[Node], standing: _Standing) -> list[Node]:
    ready = [
        node
        for node in nodes
        if node.uuid not in standing.landed
        and set(node.parents) <= standing.landed
        and set(node.after) <= standing.over
    ]
    there = added(database, [node.uuid for node in ready])
    return [node for node in ready if node.uuid not in there]


def _with_data(database: Database, campaign: Campaign, node: Node, done: Collection[str]) -> Node:
    """Add the data of a training: what has landed of all that it waited for.

    Record which candidates already have results; predicting those is a weaker test.
    """
    if node.kind is not NodeKind.LEARNING:
        return node
    data = node.learns_from or tuple(uuid for uuid in node.after if uuid in done)
    before = tuple(sorted(landed(database, predicted(campaign))))
    return node.model_copy(update={"learns_from": data, "computed_before": before})


def _standing(database: Database, nodes: Sequence[Node]) -> _Standing:
    uuids = [node.uuid for node in nodes]
    # Workflows first: one that ends between the two requests must not look like a failure.
    workflows = {
        workflow["metadata"]["digest"]: _has_ended(workflow)
        for workflow in database.workflows.find(
            {"metadata.digest": {"$in": uuids}},
            {"metadata.digest": 1, "fw_states": 1, "links": 1},
        )
    }
    done = landed(database, uuids)
    over = set(done)
    for node in nodes:
        blocked = any(parent in over - done for parent in node.parents)
        if workflows.get(node.uuid, blocked):
            over.add(node.uuid)
    return _Standing(done, over)


def _has_ended(workflow: Mapping[str, Any]) -> bool:
    """Return True if all steps of a workflow but the last, which may be the caller, have ended."""
    parents = {number for number, children in workflow["links"].items() if children}
    last = [state for number, state in workflow["fw_states"].items() if number not in parents]
    return not {"WAITING", "PAUSED"} & set(last)


def _keep_nodes(database: Database, name: str, nodes: Sequence[Node]) -> None:
    """Store the nodes that follow from trainings; existing ones stay as they are."""
    database.nodes.bulk_write(
        [
            UpdateOne(
                {"campaign": name, "uuid": node.uuid},
                {"$setOnInsert": {"order": order, **node.model_dump(mode="json")}},
                upsert=True,
            )
            for order, node in enumerate(nodes)
        ]
    )
