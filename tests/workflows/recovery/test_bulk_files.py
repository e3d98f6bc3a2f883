"""Raw output goes when results have landed: on a real database, in folders as runs leave them."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from makers.engines.vasp.raw_output import tidy
from makers.engines.vasp.vasp_settings import RawOutput
from workflows.recovery.bulk_files import drop_landed_output
from workflows.storage.database import Database

if TYPE_CHECKING:
    from pymongo.database import Database as MongoDatabase


@pytest.fixture
def database(mongo_uri: str, mongo_database: MongoDatabase[dict[str, Any]]) -> Database:
    return Database(SecretStr(mongo_uri), mongo_database.name)


def run(database: Database, folder: Path, *, number: int, state: str, keep: RawOutput) -> Path:
    """Leave a folder and a launch as a VASP job of the node "node" does."""
    folder.mkdir()
    (folder / "vasp_job.json").write_text(json.dumps({"uuid": f"job {number}"}))
    (folder / "vasprun.xml.gz").write_text("the results")
    tidy(folder, keep)
    database.fireworks.insert_one(
        {"fw_id": number, "spec": {"node": "node"}, "state": state, "launches": [number]}
    )
    database.mongo["launches"].insert_one({"launch_id": number, "launch_dir": str(folder)})
    return folder


def test_only_what_has_landed_and_was_not_to_be_kept_goes(
    database: Database, tmp_path: Path
) -> None:
    none = RawOutput.NONE
    stored = run(database, tmp_path / "1", number=1, state="COMPLETED", keep=none)
    lost = run(database, tmp_path / "2", number=2, state="COMPLETED", keep=none)
    failed = run(database, tmp_path / "3", number=3, state="FIZZLED", keep=none)
    kept = run(database, tmp_path / "4", number=4, state="COMPLETED", keep=RawOutput.FILES)
    database.jobs.insert_many([{"uuid": f"job {number}"} for number in (1, 3, 4)])
    assert drop_landed_output(database, "another node") == []
    assert drop_landed_output(database, "node") == [stored]
    assert not (stored / "vasprun.xml.gz").exists()
    assert all((folder / "vasprun.xml.gz").exists() for folder in (lost, failed, kept))


def test_a_folder_of_another_user_is_no_error(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run(database, tmp_path / "1", number=1, state="COMPLETED", keep=RawOutput.NONE)
    database.jobs.insert_one({"uuid": "job 1"})

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path.name)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert drop_landed_output(database, "node") == []
    assert (folder / "vasprun.xml.gz").exists()


def test_a_folder_that_is_gone_is_no_error(database: Database, tmp_path: Path) -> None:
    folder = run(database, tmp_path / "1", number=1, state="COMPLETED", keep=RawOutput.NONE)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert drop_landed_output(database, "node") == []
