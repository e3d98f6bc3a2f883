"""The builder of results, against a real database: incremental, and safe with others at work."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from maggma.core import Builder
from pydantic import SecretStr

from analysis.base.schema import SCHEMA_VERSION
from workflows.results.result_documents import build_results, results_builder, store_results
from workflows.storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    Land = Callable[..., None]

UUIDS = ["a", "b", "c"]


@pytest.fixture
def three(database: Database, land: Land) -> list[str]:
    for number, uuid in enumerate(UUIDS):
        land(database, uuid, formula=uuid.upper(), reaction_energy=-float(number), dopants=[])
        database.nodes.insert_one(
            {
                "campaign": "small",
                "uuid": uuid,
                "kind": "compound",
                "label": uuid,
                "parents": [] if uuid == "a" else ["a"],
                "order": number,
            }
        )
    return UUIDS


def documents(database: Database, **query: Any) -> dict[str, dict[str, Any]]:
    return {d["job_uuid"]: d for d in database.results.find(query, {"_id": 0})}


def make_old(database: Database, uuid: str) -> None:
    """Put a document as version 1 wrote it: the output, and nothing of the database's own."""
    job = database.jobs.find_one({"uuid": uuid})
    assert job
    old = {"campaign": "small", **job["output"], "job_uuid": uuid}
    database.results.replace_one({"campaign": "small", "job_uuid": uuid}, old, upsert=True)


def test_it_is_a_maggma_builder(database: Database) -> None:
    assert isinstance(results_builder(database, "small"), Builder)


def test_maggmas_own_steps_give_the_same(database: Database, three: list[str]) -> None:
    builder = results_builder(database, "small")
    items = list(builder.get_items())
    assert builder.total == len(three)
    builder.update_targets([builder.process_item(item) for item in items])
    assert build_results(database, "small").written == 0


@pytest.mark.usefixtures("three")
def test_all_of_a_campaign_is_built_by_its_nodes(database: Database) -> None:
    assert build_results(database, "small").written == 3
    assert {d["formula"] for d in documents(database).values()} == {"A", "B", "C"}
    assert build_results(database, "other").written == 0


@pytest.mark.usefixtures("three")
def test_a_second_build_writes_nothing_and_changes_no_date(database: Database) -> None:
    build_results(database, "small")
    before = documents(database)
    assert build_results(database, "small").written == 0
    assert build_results(database, "small", everything=True).written == 0
    assert documents(database) == before


def test_what_landed_meanwhile_is_added(database: Database, three: list[str], land: Land) -> None:
    build_results(database, "small")
    land(database, "d", formula="D")
    assert build_results(database, "small", [*three, "d"]).written == 1


@pytest.mark.usefixtures("three")
def test_what_was_computed_again_is_written_again(database: Database) -> None:
    build_results(database, "small")
    before = documents(database)
    time.sleep(0.002)  # `stored` has milliseconds
    again = {"completed_at": "2026-11-25T10:00:00", "output.reaction_energy": -9.0}
    database.jobs.update_one({"uuid": "b"}, {"$set": again})
    assert build_results(database, "small").written == 1
    after = documents(database)
    assert after["b"]["reaction_energy"] == -9.0
    assert after["b"]["stored"] > before["b"]["stored"]
    assert after["a"] == before["a"]


def test_several_at_once_leave_one_document_of_each(
    database: Database, three: list[str], mongo_uri: str
) -> None:
    def build(_: int) -> int:
        own = Database(SecretStr(mongo_uri), database.name)
        try:
            return store_results(own, "small", three)
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(build, range(16))) >= len(three)
    assert database.results.count_documents({}) == len(three)
    assert store_results(database, "small", three) == 0


def test_parents_are_named_by_label_and_job(database: Database, three: list[str]) -> None:
    store_results(database, "small", three)
    found = documents(database)
    assert found["b"]["provenance"]["parents"] == [{"label": "a", "job_uuid": "a"}]
    assert found["a"]["provenance"]["parents"] is None


def test_an_output_that_is_none_holds_up_nobody(database: Database, three: list[str]) -> None:
    database.jobs.update_one({"uuid": "b"}, {"$set": {"output": None}})
    built = build_results(database, "small", three)
    assert built.written == 2
    assert list(built.refused) == ["b"]
    assert "no document" in built.refused["b"]


def test_an_older_schema_is_upgraded_from_the_job_store(
    database: Database, three: list[str], land: Land
) -> None:
    land(database, "z", formula="Z", products={"Zr3Al": 0.1})
    for uuid in (*three, "z"):
        make_old(database, uuid)
    assert build_results(database, "small").written == 4
    found = documents(database)
    assert {d["schema_version"] for d in found.values()} == {SCHEMA_VERSION}
    assert found["z"]["alloys"] == ["Zr3Al"]
    assert found["b"]["reaction_energy"] == -1.0


def test_an_old_document_whose_job_is_gone_is_upgraded_from_itself(
    database: Database, three: list[str]
) -> None:
    make_old(database, "b")
    database.jobs.delete_many({"uuid": {"$in": three}})
    assert build_results(database, "small").written == 1
    (document,) = documents(database).values()
    assert document["schema_version"] == SCHEMA_VERSION
    assert (document["formula"], document["reaction_energy"]) == ("B", -1.0)
    assert "computed is null: the job store does not have the job or its time" in document["notes"]
    assert build_results(database, "small", everything=True).written == 0


@pytest.mark.usefixtures("three")
def test_what_a_lost_job_once_said_of_itself_is_kept(database: Database) -> None:
    database.jobs.update_one({"uuid": "b"}, {"$set": {"metadata": {"fw_id": 5, "versions": {}}}})
    build_results(database, "small")
    database.jobs.delete_many({})
    database.results.update_many({}, {"$set": {"schema_version": 1}})
    assert build_results(database, "small").written == 3
    assert documents(database)["b"]["provenance"]["fw_id"] == 5


@pytest.mark.usefixtures("three")
def test_a_document_of_a_newer_version_is_left_alone(database: Database) -> None:
    newer = {"campaign": "small", "job_uuid": "a", "schema_version": SCHEMA_VERSION + 1, "x": 1}
    database.results.insert_one(dict(newer))
    build_results(database, "small", everything=True)
    assert documents(database, job_uuid="a")["a"] == newer
