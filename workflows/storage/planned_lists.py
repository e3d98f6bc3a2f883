"""A campaign's document, and its long lists in separate documents.

One document holds 16 MB, and a compound takes 460 B: some 35,000 would be the end. Lists are
written under a new key before the campaign's document names that key, so that a reader finds the
old ones or the new ones, whole. Campaigns that were stored before have their lists inside.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from workflows.specification.campaign import Campaign
    from workflows.storage.database import Database, Document

LISTS: Final = ("compounds", "held_out", "space", "left_out")
"""Fields of `Campaign` that grow with it."""

_ATTEMPTS: Final = 5


def write_document(database: Database, campaign: Campaign) -> None:
    """Store a campaign; its priority stays, and who submits it wants it to run."""
    key = uuid.uuid4().hex
    database.planned.insert_many(
        {"campaign": campaign.name, "key": key, "list": name, "order": order}
        | {"entry": each.model_dump(mode="json")}
        for name in LISTS
        for order, each in enumerate(getattr(campaign, name))
    )
    document = {
        "name": campaign.name,
        "submitted": datetime.now(UTC),
        "campaign": campaign.model_dump(mode="json", exclude=set(LISTS)),
        "lists": {"key": key} | {name: len(getattr(campaign, name)) for name in LISTS},
    }
    change = {"$set": document, "$unset": {"paused": ""}}
    before = database.campaigns.find_one_and_update(
        {"name": campaign.name}, change, {"lists": 1}, upsert=True
    )
    if before and "lists" in before:
        old = {"campaign": campaign.name, "key": before["lists"]["key"]}
        database.planned.delete_many(old)


def read_document(
    database: Database, name: str, *, without: Collection[str] = ()
) -> Document | None:
    """Return a campaign's document with all its lists, `without` some fields of the campaign.

    None if there is no such campaign.
    """
    left_out = {f"campaign.{each}": 0 for each in without} or None
    for _ in range(_ATTEMPTS):
        document = database.campaigns.find_one({"name": name}, left_out)
        if document is None or "lists" not in document:
            return document
        lists = document.pop("lists")
        found = _read_lists(database, name, lists["key"])
        if all(len(found[each]) == lists[each] for each in LISTS):  # none was replaced meanwhile
            document["campaign"] |= found
            return document
    msg = f"the compounds of {name} are not all in the database: interphase submit stores them"
    raise InputError(msg)


def find_planned(database: Database, name: str, compound: Mapping[str, Any]) -> Document | None:
    """Return a campaign's plan of one compound, by what describes it; None if there is none."""
    described = {f"entry.compound.{key}": value for key, value in compound.items()}
    query = {"campaign": name, "list": "compounds", **described}
    if found := database.planned.find_one(query, {"entry": 1}):
        return found["entry"]  # type: ignore[no-any-return]  # a document in a document
    return _find_inside(database, name, compound)


def _find_inside(database: Database, name: str, compound: Mapping[str, Any]) -> Document | None:
    """Do it for a campaign that was stored with its lists inside."""
    same = [
        {"$eq": [f"$$planned.compound.{key}", {"$literal": value}]}
        for key, value in compound.items()
    ]
    compounds = {"input": "$campaign.compounds", "as": "planned", "cond": {"$and": same}}
    pipeline: list[Document] = [
        {"$match": {"name": name}},
        {"$project": {"planned": {"$filter": compounds}}},
        {"$project": {"first": {"$arrayElemAt": ["$planned", 0]}}},
    ]
    return next((found.get("first") for found in database.campaigns.aggregate(pipeline)), None)


def _read_lists(database: Database, name: str, key: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {each: [] for each in LISTS}
    fields = {"_id": 0, "list": 1, "entry": 1}
    for each in database.planned.find({"campaign": name, "key": key}, fields).sort("order"):
        found[each["list"]].append(each["entry"])
    return found
