from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from fireworks import Firework, ScriptTask
from pydantic import SecretStr
from pymongo.errors import DuplicateKeyError, PyMongoError

from analysis.base.errors import InputError
from workflows.base.settings import MachineSettings
from workflows.storage.connection import database_name, durable, hosts
from workflows.storage.database import open_database, worker_database
from workflows.storage.indexes import ensure_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pymongo.database import Database as MongoDatabase

    from workflows.storage.database import Database


@pytest.fixture
def named_settings(
    machine_settings: MachineSettings, mongo_uri: str, mongo_database: MongoDatabase[Any]
) -> MachineSettings:
    """Return settings that name a server, as a user's own."""
    named = {"mongodb_uri": SecretStr(mongo_uri), "database": mongo_database.name}
    return machine_settings.model_copy(update=named)


@pytest.fixture
def database(run_dir: Path, named_settings: MachineSettings) -> Iterator[Database]:
    with open_database(run_dir, named_settings, create=True) as opened:
        yield opened


def end_server(folder: Path) -> None:
    data = str(folder.resolve() / "database" / "data")
    for process in psutil.process_iter(["cmdline"]):
        if data in (process.info["cmdline"] or []):
            process.kill()


def test_a_campaign_is_kept_in_its_folder(run_dir: Path, machine_settings: MachineSettings) -> None:
    with open_database(run_dir, machine_settings, create=True) as opened:
        opened.results.insert_one({"campaign": "c", "job_uuid": "a"})
    with open_database(run_dir, machine_settings) as opened:
        assert opened.results.count_documents({}) == 1


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_a_campaign_is_refused_and_left_alone(
    run_dir: Path, machine_settings: MachineSettings, made: bool
) -> None:
    if made:
        run_dir.mkdir()
    message = f"no campaign in {run_dir}; start with interphase run SPEC --dir {run_dir}"
    with pytest.raises(InputError, match=message), open_database(run_dir, machine_settings):
        pass
    assert not made or list(run_dir.iterdir()) == []


def test_a_campaign_kept_in_its_folder_is_not_looked_for_on_a_server(
    run_dir: Path, machine_settings: MachineSettings, named_settings: MachineSettings
) -> None:
    with open_database(run_dir, machine_settings, create=True):
        pass
    message = "is kept in its own private database, but the settings name MongoDB"
    for create in (False, True):
        with (
            pytest.raises(InputError, match=message),
            open_database(run_dir, named_settings, create=create),
        ):
            pass


def test_a_named_server_is_used_without_a_private_one(database: Database, run_dir: Path) -> None:
    assert database.server is None
    assert not (run_dir / "database").exists()


def test_a_server_that_does_not_answer_is_named_without_its_password(
    run_dir: Path, machine_settings: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.storage.database._ANSWER_SECONDS", 0.3)
    uri = SecretStr("mongodb://me:hunter2@localhost:1/")  # port 1: nobody listens
    settings = machine_settings.model_copy(update={"mongodb_uri": uri})
    with (
        pytest.raises(InputError, match="MongoDB server localhost:1 cannot be used") as caught,
        open_database(run_dir, settings, create=True),
    ):
        pass
    assert "hunter2" not in str(caught.value)


def test_a_printed_database_shows_no_uri(database: Database, mongo_uri: str) -> None:
    assert mongo_uri not in repr(database)
    assert "mongod.sock" not in repr(database)


def test_the_launchpad_numbers_fireworks_from_one(database: Database) -> None:
    firework = Firework(ScriptTask.from_str("true"))
    assert list(database.launchpad.add_wf(firework).values()) == [1]
    assert database.fireworks.count_documents({"state": "READY"}) == 1


def test_making_the_indexes_again_changes_nothing(database: Database) -> None:
    database.launchpad.add_wf(Firework(ScriptTask.from_str("true")))
    before = {name: database.mongo[name].index_information() for name in ("jobs", "results")}
    ensure_indexes(database.mongo, database.launchpad)
    assert {name: database.mongo[name].index_information() for name in before} == before
    assert database.launchpad.get_new_fw_id() == 2  # the counter goes on


@pytest.mark.parametrize(
    ("collection", "document"),
    [
        ("results", {"campaign": "c", "job_uuid": "a"}),
        ("jobs", {"uuid": "a", "index": 1}),
        ("nodes", {"campaign": "c", "uuid": "a"}),
        ("campaigns", {"name": "c"}),
        ("workflows", {"metadata": {"digest": "a"}}),
    ],
)
def test_each_thing_is_kept_once(
    database: Database, collection: str, document: dict[str, Any]
) -> None:
    database.mongo[collection].insert_one(dict(document))
    with pytest.raises(DuplicateKeyError):
        database.mongo[collection].insert_one(dict(document))


def test_looking_a_job_up_reads_one_document(database: Database) -> None:
    database.jobs.insert_many({"uuid": str(n), "index": 1} for n in range(50))
    plan = database.jobs.find({"uuid": "7", "index": 1}).explain()["executionStats"]
    assert plan["totalDocsExamined"] == 1


def test_the_job_store_gives_back_documents_and_blobs(database: Database) -> None:
    output = {"energy": -1.5, "trajectory": list(range(1000))}
    job = {"uuid": "u", "index": 1, "output": output}
    database.job_store.update(dict(job), save={"data": "trajectory"})
    kept = database.jobs.find_one({"uuid": "u"}) or {}
    assert kept["output"]["energy"] == -1.5
    assert "blob_uuid" in kept["output"]["trajectory"]
    assert database.job_store.get_output("u", load=True) == output


def test_a_worker_finds_the_database_it_was_given(
    run_dir: Path, machine_settings: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_database(run_dir, machine_settings, create=True) as opened:
        opened.results.insert_one({"campaign": "c", "job_uuid": "a"})
        for name, value in opened.worker_environment().items():
            monkeypatch.setenv(name, value)
        with worker_database() as given:
            assert given.results.count_documents({}) == 1


def test_a_worker_finds_a_named_server(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.results.insert_one({"campaign": "c", "job_uuid": "a"})
    for name, value in database.worker_environment().items():
        monkeypatch.setenv(name, value)
    with worker_database() as given:
        assert given.results.count_documents({}) == 1


@pytest.mark.usefixtures("bare_environment")
def test_a_worker_without_a_campaign_is_told_so() -> None:
    with pytest.raises(InputError, match="Set INTERPHASE_FOLDER"), worker_database():
        pass


def test_a_server_killed_in_use_is_explained(
    run_dir: Path, machine_settings: MachineSettings
) -> None:
    opening = open_database(run_dir, machine_settings, create=True)
    opened = opening.__enter__()
    end_server(run_dir)
    with pytest.raises(PyMongoError) as lost:
        opened.results.insert_one({})
    with pytest.raises(InputError, match=r"has stopped .* give the same command again"):
        opening.__exit__(lost.type, lost.value, lost.tb)


def test_a_disk_that_fills_up_in_use_is_explained(
    run_dir: Path, machine_settings: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=7 * 10**6)
    opening = open_database(run_dir, machine_settings, create=True)
    opening.__enter__()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    error = PyMongoError("the write failed")
    with pytest.raises(InputError, match="is full: 7 MB are free"):
        opening.__exit__(type(error), error, None)


def test_hosts_are_shown_without_user_and_password() -> None:
    assert hosts(SecretStr("mongodb://me:p%40ss@a:1,b:2/db?w=1")) == "a:1,b:2"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("mongodb://h", "mongodb://h/?w=majority&journal=true"),
        ("mongodb://h/db?tls=true", "mongodb://h/db?tls=true&w=majority&journal=true"),
        ("mongodb://h/?W=2&journal=false", "mongodb://h/?W=2&journal=false"),
    ],
)
def test_writes_are_durable_unless_the_uri_says_otherwise(uri: str, expected: str) -> None:
    assert durable(uri) == expected


@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("", "garnets"), ("chosen", "chosen")],
)
def test_the_database_is_the_one_set_or_else_the_uris(
    monkeypatch: pytest.MonkeyPatch, chosen: str, expected: str
) -> None:
    monkeypatch.setenv("INTERPHASE_DATABASE", chosen)
    settings = MachineSettings(mongodb_uri=SecretStr("mongodb://h/garnets"))
    assert database_name(settings) == expected
