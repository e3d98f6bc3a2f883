"""The order between workflows: what has become ready is added, each thing once.

FireWorks knows no dependency between workflows. These functions read the database and add,
as new workflows, the nodes whose parents have landed. Anybody may call them at any time and
any number of times: a unique index on the digest of a workflow lets each be added once.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from pymongo import ReplaceOne

from analysis.base.errors import InputError
from workflows.learning.campaign_stages import campaign_nodes
from workflows.results.result_documents import store_results
from workflows.specification.campaign import Campaign, Kind, Node
from workflows.storage.database import Database
from workflows.storage.launchpad import add_documents

# Workflows built and added at a time: the memory that a campaign of 10,000 compounds needs is
# that of so many.
_BATCH = 200


def landed(database: Database, uuids: Collection[str]) -> set[str]:
    """Return those of the uuids whose output is in the job store."""
    found = database.jobs.find({"uuid": {"$in": list(uuids)}}, {"uuid": 1, "_id": 0})
    return {job["uuid"] for job in found}


def added(database: Database, uuids: Collection[str]) -> set[str]:
    """Return those of the uuids whose workflow is on the LaunchPad."""
    found = database.workflows.find(
        {"metadata.digest": {"$in": list(uuids)}}, {"metadata.digest": 1, "_id": 0}
    )
    return {workflow["metadata"]["digest"] for workflow in found}


def save_campaign(database: Database, campaign: Campaign) -> list[Node]:
    """Store a campaign and its nodes; a changed specification replaces its nodes."""
    nodes = campaign_nodes(database, campaign)
    document = {
        "name": campaign.name,
        "submitted": datetime.now(UTC),
        "campaign": campaign.model_dump(mode="json"),
    }
    database.campaigns.replace_one({"name": campaign.name}, document, upsert=True)
    database.nodes.delete_many(
        {"campaign": campaign.name, "uuid": {"$nin": [node.uuid for node in nodes]}}
    )
    database.nodes.bulk_write(
        [
            ReplaceOne(
                {"campaign": campaign.name, "uuid": node.uuid},
                {"campaign": campaign.name, "order": order, **node.model_dump(mode="json")},
                upsert=True,
            )
            for order, node in enumerate(nodes)
        ]
    )
    return nodes


def load_campaign(database: Database, name: str) -> Campaign:
    """Read a stored campaign."""
    document = database.campaigns.find_one({"name": name})
    if document is None:
        msg = f"there is no campaign {name!r} in this database"
        raise InputError(msg)
    return Campaign.model_validate(document["campaign"])


def load_nodes(database: Database, query: dict[str, object]) -> list[Node]:
    """Read nodes of campaigns, parents before children."""
    found = database.nodes.find(query, {"_id": 0, "campaign": 0, "order": 0}).sort("order")
    return [Node.model_validate(node) for node in found]


def advance(database: Database, name: str) -> list[str]:
    """Store all results that have landed and add all workflows that have become ready.

    Returns
    -------
    The uuids of the nodes whose workflows were added.
    """
    nodes = load_nodes(database, {"campaign": name})
    done = landed(database, [node.uuid for node in nodes])
    store_results(
        database, name, [n.uuid for n in nodes if n.kind is Kind.COMPOUND and n.uuid in done]
    )
    return [*_add_ready(database, name, nodes, done), *_go_on_learning(database, name)]


def advance_from(database: Database, uuid: str) -> list[str]:
    """Do what `advance` does, for one node that has just ended and those that wait for it.

    Two campaigns in one database share the nodes that they have in common: whichever added
    the node, both go on.
    """
    names = database.nodes.distinct("campaign", {"uuid": uuid})
    return [new for name in names for new in _advance_from(database, name, uuid)]


def _advance_from(database: Database, name: str, uuid: str) -> list[str]:
    children = load_nodes(database, {"campaign": name, "parents": uuid})
    done = landed(database, {uuid}.union(*(node.parents for node in children)))
    node = database.nodes.find_one({"campaign": name, "uuid": uuid}, {"kind": 1}) or {}
    if uuid in done and node.get("kind") == Kind.COMPOUND:
        store_results(database, name, [uuid])
    new = _add_ready(database, name, children, done)
    # One of many compounds is seldom the last; what follows from a training follows at once.
    if node.get("kind") != Kind.LEARNING and at_work(database, name):
        return new
    return [*new, *_go_on_learning(database, name)]


def _add_ready(
    database: Database, name: str, nodes: Sequence[Node], done: Collection[str]
) -> list[str]:
    # What waits for the end of others, whether they land or not, is for `_go_on_learning` to add.
    there = set(done)
    ready = [n for n in nodes if n.uuid not in there and set(n.parents) <= there and not n.after]
    queued = added(database, [n.uuid for n in ready])
    missing = [n for n in ready if n.uuid not in queued]
    if not missing:
        return []
    return _add(database, load_campaign(database, name), missing)


def at_work(database: Database, name: str) -> bool:
    """Return True if a step at the end of a workflow of the campaign still waits for those before.

    Steps that the specification no longer asks for do not count.
    """
    waiting = database.fireworks.find(
        {"spec.campaign": name, "state": "WAITING", "spec.step": "advance"}, {"spec.node": 1}
    )
    return any(
        database.nodes.find_one({"campaign": name, "uuid": step["spec"]["node"]}, {"_id": 1})
        for step in waiting
    )


def _go_on_learning(database: Database, name: str) -> list[str]:
    """Add the training whose compounds are all over, and what the last one has chosen."""
    from workflows.learning.next_nodes import go_on  # it builds on this module

    if not (ready := go_on(database, name)):
        return []
    return _add(database, load_campaign(database, name), ready)


def _add(database: Database, campaign: Campaign, nodes: Sequence[Node]) -> list[str]:
    # Imported here: building jobs imports the engines, which takes seconds, and most calls
    # find nothing to add.
    from workflows.dispatch.template import Builder

    _store_host(database, campaign)
    builder = Builder(campaign)
    new: list[str] = []
    for first in range(0, len(nodes), _BATCH):
        documents = [builder.documents(node) for node in nodes[first : first + _BATCH]]
        new += add_documents(database.launchpad, documents)
    return new


def _store_host(database: Database, campaign: Campaign) -> None:
    """Put the host's crystal into the job store, where jobs refer to it as to an output."""
    document = {
        "name": "host crystal",
        "output": campaign.host,
        "metadata": {"step": "host crystal"},
    }
    key = {"uuid": campaign.host_crystal_uuid, "index": 1}
    database.jobs.update_one(key, {"$setOnInsert": document}, upsert=True)
