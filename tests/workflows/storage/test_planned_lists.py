"""A campaign's document and its lists: whole for every reader, above 16 MB, as they were before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from bson import encode

from analysis.base.errors import InputError
from workflows.storage.campaigns import load_campaign
from workflows.storage.planned_lists import (
    LISTS,
    find_planned,
    read_document,
    write_document,
)

if TYPE_CHECKING:
    from workflows.specification.campaign import Campaign
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

LARGEST = 16 * 1024**2  # bytes of a document of MongoDB


@pytest.fixture
def campaign(small_plan: Plan) -> Campaign:
    return small_plan.campaign


def stored(database: Database, name: str) -> dict[str, object]:
    return load_campaign(database, name).model_dump(mode="json")


def entries(database: Database) -> int:
    return int(database.planned.count_documents({}))


def test_what_is_stored_is_read_again(database: Database, campaign: Campaign) -> None:
    write_document(database, campaign)
    assert stored(database, campaign.name) == campaign.model_dump(mode="json")
    assert not set(LISTS) & set((database.campaigns.find_one({}) or {})["campaign"])
    document = read_document(database, campaign.name, without=("crystals",)) or {}
    assert "crystals" not in document["campaign"]
    assert len(document["campaign"]["compounds"]) == len(campaign.compounds)


def test_a_changed_campaign_replaces_its_lists(database: Database, campaign: Campaign) -> None:
    write_document(database, campaign)
    database.campaigns.update_one({}, {"$set": {"priority": 2, "paused": True}})
    fewer = campaign.model_copy(update={"compounds": campaign.compounds[:2]})
    write_document(database, fewer)
    assert stored(database, campaign.name) == fewer.model_dump(mode="json")
    assert entries(database) == sum(len(getattr(fewer, name)) for name in LISTS)
    document = database.campaigns.find_one({}) or {}
    assert document["priority"] == 2
    assert "paused" not in document


def test_another_campaign_is_left_alone(database: Database, campaign: Campaign) -> None:
    other = campaign.model_copy(update={"spec": campaign.spec.model_copy(update={"name": "other"})})
    for each in (campaign, other, campaign):
        write_document(database, each)
    assert stored(database, "other") == other.model_dump(mode="json")
    assert stored(database, campaign.name) == campaign.model_dump(mode="json")


def test_a_campaign_that_was_stored_whole_is_read_and_replaced(
    database: Database, campaign: Campaign
) -> None:
    whole = {"name": campaign.name, "submitted": datetime.now(UTC)}
    database.campaigns.insert_one(whole | {"campaign": campaign.model_dump(mode="json")})
    assert stored(database, campaign.name) == campaign.model_dump(mode="json")
    planned = campaign.compounds[-1].model_dump(mode="json")
    assert find_planned(database, campaign.name, planned["compound"]) == planned
    write_document(database, campaign)
    assert stored(database, campaign.name) == campaign.model_dump(mode="json")
    assert find_planned(database, campaign.name, planned["compound"]) == planned
    assert "compounds" not in (database.campaigns.find_one({}) or {})["campaign"]


def test_more_than_a_document_holds(database: Database, campaign: Campaign) -> None:
    compounds = campaign.compounds * (40_000 // len(campaign.compounds))
    one = len(encode(campaign.compounds[1].model_dump(mode="json")))
    assert one * len(compounds) > LARGEST
    large = campaign.model_copy(update={"compounds": compounds})
    write_document(database, large)
    assert load_campaign(database, campaign.name).compounds == compounds


def test_lists_that_are_not_whole_are_an_error(database: Database, campaign: Campaign) -> None:
    write_document(database, campaign)
    database.planned.delete_one({"list": "compounds"})
    with pytest.raises(InputError, match="not all in the database: interphase submit stores them"):
        load_campaign(database, campaign.name)


def test_lists_replaced_while_they_are_read_are_read_anew(
    database: Database, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_document(database, campaign)
    fewer = campaign.model_copy(update={"compounds": campaign.compounds[:2]})
    collection = type(database.planned)
    find, replaced = collection.find, []

    def find_late(self: object, *arguments: object) -> object:
        if not replaced:
            replaced.append(True)
            write_document(database, fewer)
        return find(self, *arguments)

    monkeypatch.setattr(collection, "find", find_late)
    assert stored(database, campaign.name) == fewer.model_dump(mode="json")


def test_one_compound_is_found_without_the_others(database: Database, campaign: Campaign) -> None:
    write_document(database, campaign)
    planned = campaign.compounds[-1]
    compound = planned.compound.model_dump(mode="json")
    found = find_planned(database, campaign.name, compound) or {}
    assert found["phases"] == planned.phases
    assert find_planned(database, "another", compound) is None
