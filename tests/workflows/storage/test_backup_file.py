"""A database goes into one file and comes back the same."""

from __future__ import annotations

import gzip
import stat
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from bson import Binary
from pydantic import SecretStr

from analysis.base.errors import InputError
from workflows.dispatch.submission import submit
from workflows.storage.backup_file import read_backup, write_backup
from workflows.storage.database import Database
from workflows.storage.indexes import ensure_indexes, missing_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.specification.planning import Plan


@pytest.fixture
def other(mongo_uri: str) -> Iterator[Database]:
    """Yield another empty database."""
    database = Database(SecretStr(mongo_uri), f"test-{uuid.uuid4().hex}")
    ensure_indexes(database.mongo, database.launchpad)
    yield database
    database.client.drop_database(database.name)
    database.close()


@pytest.fixture
def kept(database: Database, small_plan: Plan, tmp_path: Path) -> Path:
    """Return the backup of a campaign, with a blob as GridFS keeps it."""
    submit(database, small_plan)
    database.mongo["blobs.chunks"].insert_one({"n": 0, "data": Binary(bytes(range(256)))})
    write_backup(database, tmp_path / "all.jsonl.gz")
    return tmp_path / "all.jsonl.gz"


def contents(database: Database) -> dict[str, list[Any]]:
    names = sorted(database.mongo.list_collection_names())
    found = {name: list(database.mongo[name].find().sort("_id")) for name in names}
    return {name: documents for name, documents in found.items() if documents}


def test_everything_comes_back_as_it_was(
    database: Database, other: Database, kept: Path, small_plan: Plan
) -> None:
    number = read_backup(other, kept)
    assert contents(other) == contents(database)
    assert number == sum(len(documents) for documents in contents(database).values())
    assert missing_indexes(other.mongo) == []
    # it goes on there: nothing is added twice, and new steps get new numbers
    assert submit(other, small_plan) == []
    assert other.launchpad.get_new_fw_id() == database.launchpad.get_new_fw_id()


def test_its_owner_alone_may_read_it(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_kept(database: Database, kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        write_backup(database, kept)
    assert kept.read_bytes() == before


def test_a_database_with_anything_in_it_is_left_alone(other: Database, kept: Path) -> None:
    other.mongo["of somebody else"].insert_one({"precious": True})
    with pytest.raises(InputError, match=r"is not empty \(it has of somebody else\)"):
        read_backup(other, kept)
    assert other.mongo["fireworks"].count_documents({}) == 0


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_restores_nothing(other: Database, kept: Path, part: float) -> None:
    raw = kept.read_bytes()
    kept.write_bytes(raw[: int(len(raw) * part)])
    with pytest.raises(InputError, match="cut off"):
        read_backup(other, kept)
    assert other.mongo["campaigns"].count_documents({}) == 0


def test_a_file_without_its_last_lines_restores_nothing(other: Database, kept: Path) -> None:
    lines = gzip.decompress(kept.read_bytes()).splitlines(keepends=True)
    kept.write_bytes(gzip.compress(b"".join(lines[:-2])))
    with pytest.raises(InputError, match=f"was cut off after {len(lines) - 3} documents"):
        read_backup(other, kept)


def test_another_file_is_no_backup(other: Database, tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(b'{"name": "x"}\n'))
    with pytest.raises(InputError, match="is no backup"):
        read_backup(other, tmp_path / "x.gz")
    (tmp_path / "y").write_text("{}")
    with pytest.raises(InputError, match="cannot be read"):
        read_backup(other, tmp_path / "y")
