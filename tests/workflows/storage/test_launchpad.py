from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fireworks import Firework, LaunchPad, Workflow
from fireworks.core.rocket_launcher import rapidfire
from pydantic import SecretStr
from pymongo.errors import PyMongoError

from workflows.dispatch.advance_task import AdvanceTask
from workflows.storage.database import Database
from workflows.storage.launchpad import add_workflows, remove_half_added

if TYPE_CHECKING:
    from collections.abc import Sequence


def workflow(digest: str, steps: int = 3) -> Workflow:
    """Make a chain of steps."""
    spec = {"_add_launchpad_and_fw_id": True}
    fws = [
        Firework(AdvanceTask(node="none"), spec, name=str(n), fw_id=-n) for n in range(1, steps + 1)
    ]
    links = {fws[n].fw_id: [fws[n + 1].fw_id] for n in range(steps - 1)}
    return Workflow(fws, links, name=digest, metadata={"digest": digest})


def workflows(*digests: str) -> list[Workflow]:
    return [workflow(digest) for digest in digests]


def count(database: Database) -> tuple[int, int]:
    """Count workflows and Fireworks."""
    return database.workflows.count_documents({}), database.fireworks.count_documents({})


def test_added_workflows_are_what_fireworks_itself_would_have_added(database: Database) -> None:
    assert add_workflows(database.launchpad, workflows("a", "b")) == ["a", "b"]
    assert count(database) == (2, 6)
    assert database.fireworks.count_documents({"state": "READY"}) == 2
    for found in database.workflows.find():
        loaded = database.launchpad.get_wf_by_fw_id(found["nodes"][0])
        assert loaded.state == "READY"
        names = {fw.fw_id: fw.name for fw in loaded.fws}
        chain = {names[parent]: [names[c] for c in cs] for parent, cs in loaded.links.items()}
        assert chain == {"1": ["2"], "2": ["3"], "3": []}
        assert [names[fw_id] for fw_id in loaded.root_fw_ids] == ["1"]


def test_added_workflows_run_through(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    database.jobs.insert_one({"uuid": "none", "index": 1})
    add_workflows(database.launchpad, workflows("a"))
    rapidfire(database.launchpad, strm_lvl="ERROR")
    assert database.workflows.distinct("state") == ["COMPLETED"]
    assert database.fireworks.distinct("state") == ["COMPLETED"]


def test_a_workflow_without_a_result_counts_as_failed(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    add_workflows(database.launchpad, [workflow("a", steps=1)])
    rapidfire(database.launchpad, strm_lvl="ERROR")
    assert database.workflows.distinct("state") == ["FIZZLED"]


def test_nothing_is_added_for_nothing(database: Database) -> None:
    assert add_workflows(database.launchpad, []) == []
    assert count(database) == (0, 0)


def test_adding_twice_adds_once(database: Database) -> None:
    add_workflows(database.launchpad, workflows("a", "b"))
    assert add_workflows(database.launchpad, workflows("b", "c")) == ["c"]
    assert count(database) == (3, 9)


def test_many_adders_at_once_add_each_thing_once(database: Database) -> None:
    digests = [str(n) for n in range(20)]
    added: list[Sequence[str]] = []
    together = threading.Barrier(4)

    def add() -> None:
        other = Database(SecretStr(database.uri.get_secret_value()), database.name)
        launchpad = other.launchpad
        together.wait()
        added.append(add_workflows(launchpad, workflows(*digests)))
        other.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(digest for each in added for digest in each) == sorted(digests)
    assert count(database) == (20, 60)
    ids = [fw["fw_id"] for fw in database.fireworks.find()]
    nodes = [fw_id for found in database.workflows.find() for fw_id in found["nodes"]]
    assert sorted(ids) == sorted(nodes)
    assert len(set(ids)) == 60


class Cut(Exception):  # noqa: N818, it stands for a kill
    """The process was killed here."""


def cut_after(launchpad: LaunchPad, fireworks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the adding of Fireworks end after some of them."""
    insert = launchpad.fireworks.insert_many

    def insert_some(documents: list[dict[str, Any]]) -> None:
        if fireworks:
            insert(documents[:fireworks])
        raise Cut

    monkeypatch.setattr(launchpad.fireworks, "insert_many", insert_some)


@pytest.mark.parametrize("inserted", [0, 1, 3])
def test_an_interrupted_adding_is_undone_and_can_be_done_again(
    database: Database, inserted: int
) -> None:
    launchpad = database.launchpad
    add_workflows(launchpad, workflows("there"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        cut_after(launchpad, inserted, monkeypatch)
        with pytest.raises(Cut):
            add_workflows(launchpad, workflows("a", "b"))
    # Nothing of half a workflow can be pulled: what is ready is inserted last.
    assert database.fireworks.count_documents({"state": "READY"}) == 1
    assert remove_half_added(launchpad, alone=True) == 2
    assert count(database) == (1, 3)
    assert add_workflows(launchpad, workflows("there", "a", "b")) == ["a", "b"]
    assert count(database) == (3, 9)


def test_an_adding_under_way_elsewhere_is_left_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    launchpad = database.launchpad
    cut_after(launchpad, 0, monkeypatch)
    with pytest.raises(Cut):
        add_workflows(launchpad, workflows("a"))
    assert remove_half_added(launchpad) == 0
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    database.workflows.update_one({}, {"$set": {"created_on": long_ago}})
    assert remove_half_added(launchpad) == 1


def test_whole_workflows_are_never_removed(database: Database) -> None:
    add_workflows(database.launchpad, workflows("a", "b"))
    assert remove_half_added(database.launchpad, alone=True) == 0
    assert count(database) == (2, 6)


def test_another_failure_of_the_database_is_not_hidden(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        msg = "disk full"
        raise PyMongoError(msg)

    monkeypatch.setattr(database.launchpad.workflows, "insert_many", fail)
    with pytest.raises(PyMongoError, match="disk full"):
        add_workflows(database.launchpad, workflows("a"))


def test_documents_get_the_ids_after_those_that_are_taken(database: Database) -> None:
    add_workflows(database.launchpad, workflows("there"))
    add_workflows(database.launchpad, workflows("a", "b"))
    found = {each["metadata"]["digest"]: each for each in database.workflows.find()}
    assert sorted(found["b"]["nodes"]) == [7, 8, 9]
    assert found["b"]["links"] == {"7": [8], "8": [9], "9": []}
    assert found["b"]["parent_links"] == {"8": [7], "9": [8]}
    assert found["b"]["fw_states"] == {"7": "READY", "8": "WAITING", "9": "WAITING"}
