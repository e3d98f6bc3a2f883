from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workflows.results.result_documents import remove_strangers, store_results

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.storage.database import Database

    Land = Callable[..., None]


@pytest.fixture
def three(database: Database, land: Land) -> list[str]:
    for uuid in ("a", "b", "c"):
        land(database, uuid, formula=uuid.upper())
    return ["a", "b", "c"]


def formulas(database: Database, campaign: str) -> dict[str, str]:
    return {r["job_uuid"]: r["formula"] for r in database.results.find({"campaign": campaign})}


def test_results_are_stored_once_per_campaign(database: Database, three: list[str]) -> None:
    assert store_results(database, "small", three) == 3
    assert store_results(database, "small", three) == 0
    assert store_results(database, "other", three[:1]) == 1
    assert formulas(database, "small") == {"a": "A", "b": "B", "c": "C"}
    assert formulas(database, "other") == {"a": "A"}


def test_what_has_not_landed_is_not_stored(database: Database, three: list[str]) -> None:
    assert store_results(database, "small", [*three, "absent"]) == 3
    assert store_results(database, "small", []) == 0


def test_what_is_no_longer_asked_for_leaves_the_campaign_alone(
    database: Database, three: list[str]
) -> None:
    store_results(database, "small", three)
    store_results(database, "other", three)
    assert remove_strangers(database, "small", ["a", "c"]) == 1
    assert set(formulas(database, "small")) == {"a", "c"}
    assert set(formulas(database, "other")) == {"a", "b", "c"}
    assert store_results(database, "small", three) == 1  # the job store has kept it
