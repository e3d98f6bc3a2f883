"""The order between workflows: add what has become ready, each thing once.

FireWorks has no dependencies between workflows. These functions read the database and add,
as new workflows, the nodes whose parents have landed. They are safe to call at any time and
any number of times: a unique index on the digest of a workflow lets each be added once.
"""

from collections.abc import Collection, Sequence

from workflows.learning.next_nodes import go_on
from workflows.results.result_documents import store_results
from workflows.specification.campaign import Campaign, Node, NodeKind
from workflows.storage.campaigns import (
    added,
    at_work,
    is_paused,
    landed,
    load_campaign,
    load_nodes,
    require_campaign,
    store_host,
)
from workflows.storage.database import Database
from workflows.storage.launchpad import add_documents

# Workflows built and added at a time: it limits the memory that a campaign of 10,000 compounds
# needs.
_BATCH = 200

#: What one step of a campaign's priority adds to FireWorks' priority of a step, which is below it.
PRIORITY_STEP = 100


def advance(database: Database, name: str) -> list[str]:
    """Store all results that have landed and add all workflows that have become ready.

    Returns
    -------
    The uuids of the nodes whose workflows were added.
    """
    nodes = load_nodes(database, {"campaign": name})
    done = landed(database, [node.uuid for node in nodes])
    store_results(
        database, name, [n.uuid for n in nodes if n.kind is NodeKind.COMPOUND and n.uuid in done]
    )
    return [*_add_ready(database, name, nodes, done), *_go_on_learning(database, name)]


def advance_from(database: Database, uuid: str) -> list[str]:
    """Do what `advance` does, for one node that has just ended and those that wait for it.

    Campaigns in one database share common nodes: both continue, even if only one added the
    node.
    """
    names = database.nodes.distinct("campaign", {"uuid": uuid})
    return [new for name in names for new in _advance_from(database, name, uuid)]


def _advance_from(database: Database, name: str, uuid: str) -> list[str]:
    children = load_nodes(database, {"campaign": name, "parents": uuid})
    done = landed(database, {uuid}.union(*(node.parents for node in children)))
    node = database.nodes.find_one({"campaign": name, "uuid": uuid}, {"kind": 1}) or {}
    if uuid in done and node.get("kind") == NodeKind.COMPOUND:
        store_results(database, name, [uuid])
    new = _add_ready(database, name, children, done)
    # One of many compounds is seldom the last; what follows from a training follows at once.
    if node.get("kind") != NodeKind.LEARNING and at_work(database, name):
        return new
    return [*new, *_go_on_learning(database, name)]


def _add_ready(
    database: Database, name: str, nodes: Sequence[Node], done: Collection[str]
) -> list[str]:
    if is_paused(database, name):
        return []
    # `_go_on_learning` adds what waits for the end of others, landed or not.
    there = set(done)
    ready = [n for n in nodes if n.uuid not in there and set(n.parents) <= there and not n.after]
    queued = added(database, [n.uuid for n in ready])
    missing = [n for n in ready if n.uuid not in queued]
    if not missing:
        return []
    return _add(database, load_campaign(database, name), missing)


def _go_on_learning(database: Database, name: str) -> list[str]:
    """Add the training whose compounds are all over, and what the last one has chosen."""
    if is_paused(database, name) or not (ready := go_on(database, name)):
        return []
    return _add(database, load_campaign(database, name), ready)


def _add(database: Database, campaign: Campaign, nodes: Sequence[Node]) -> list[str]:
    # Imported here: building jobs imports the engines, which takes seconds, and most calls
    # find nothing to add.
    from workflows.dispatch.template import Builder

    store_host(database, campaign)
    builder = Builder(campaign)
    raised = PRIORITY_STEP * require_campaign(database, campaign.name).get("priority", 0)
    new: list[str] = []
    for first in range(0, len(nodes), _BATCH):
        documents = [
            builder.documents(node).raised(raised) for node in nodes[first : first + _BATCH]
        ]
        new += add_documents(database.launchpad, documents)
    return new
