"""Campaigns in the database: their specification, their nodes, and how far these have come."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pymongo import ReplaceOne

from analysis.base.errors import InputError
from workflows.specification.campaign import Campaign, Node
from workflows.storage.database import Database
from workflows.storage.planned_lists import read_document, write_document

#: The step that ends every workflow: a second's work on the database.
ADVANCE: Final = "advance"


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


def write_campaign(database: Database, campaign: Campaign, nodes: Sequence[Node]) -> None:
    """Store a campaign and its nodes; a changed specification replaces its nodes."""
    write_document(database, campaign)
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


def load_campaign(database: Database, name: str) -> Campaign:
    """Read a stored campaign."""
    document = read_document(database, name)
    if document is None:
        msg = f"there is no campaign {name!r} in this database"
        raise InputError(msg)
    return Campaign.model_validate(document["campaign"])


def require_campaign(database: Database, name: str) -> dict[str, Any]:
    """Return what a campaign's document says beside its specification.

    Raises
    ------
    InputError
        There is no such campaign; the message names those that there are.
    """
    document = database.campaigns.find_one({"name": name}, {"campaign": 0})
    if document is None:
        names = ", ".join(sorted(database.campaigns.distinct("name"))) or "none"
        msg = f"there is no campaign {name!r} in this database; there are: {names}"
        raise InputError(msg)
    return document


def is_paused(database: Database, name: str) -> bool:
    """Return True if a campaign is to rest: nothing of it is added."""
    return database.campaigns.find_one({"name": name, "paused": True}, {"_id": 1}) is not None


def load_nodes(database: Database, query: dict[str, object]) -> list[Node]:
    """Read nodes of campaigns, parents before children."""
    found = database.nodes.find(query, {"_id": 0, "campaign": 0, "order": 0}).sort("order")
    return [Node.model_validate(node) for node in found]


def at_work(database: Database, name: str) -> bool:
    """Return True if a step at the end of a workflow of the campaign still waits for those before.

    Steps that the specification no longer asks for do not count.
    """
    waiting = database.fireworks.find(
        {"spec.campaign": name, "state": "WAITING", "spec.step": ADVANCE}, {"spec.node": 1}
    )
    return any(
        database.nodes.find_one({"campaign": name, "uuid": step["spec"]["node"]}, {"_id": 1})
        for step in waiting
    )


def store_host(database: Database, campaign: Campaign) -> None:
    """Put the host's crystal into the job store, where jobs refer to it as to an output."""
    document = {
        "name": "host crystal",
        "output": campaign.host,
        "metadata": {"step": "host crystal"},
    }
    key = {"uuid": campaign.host_crystal_uuid, "index": 1}
    database.jobs.update_one(key, {"$setOnInsert": document}, upsert=True)
