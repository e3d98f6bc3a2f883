from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from pymongo import MongoClient

from analysis.base.errors import InputError
from workflows.storage.server import private_server
from workflows.storage.server.private_server import PrivateServer

if TYPE_CHECKING:
    from workflows.base.settings import MachineSettings

# A command that stores a document, says so, and never ends by itself.
COMMAND = """
import sys, time
from pathlib import Path
from pymongo import MongoClient
from workflows.storage.server.private_server import PrivateServer
from workflows.base.settings import load_settings
with PrivateServer(Path(sys.argv[1]), load_settings()).use() as uri:
    MongoClient(uri).test.kept.insert_one({"_id": "acknowledged"})
    print("stored", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def server(run_dir: Path, machine_settings: MachineSettings) -> PrivateServer:
    return PrivateServer(run_dir, machine_settings)


def mongods(folder: Path) -> list[psutil.Process]:
    data = str(folder.resolve() / "database" / "data")
    return [p for p in psutil.process_iter(["cmdline"]) if data in (p.info["cmdline"] or [])]


def answer(uri: str) -> float:
    with MongoClient[dict[str, Any]](uri) as client:
        return float(client.admin.command("ping")["ok"])


def store(uri: str, name: str) -> None:
    with MongoClient[dict[str, Any]](uri) as client:
        client.test.kept.insert_one({"_id": name})


def stored(uri: str) -> list[str]:
    with MongoClient[dict[str, Any]](uri) as client:
        return [document["_id"] for document in client.test.kept.find().sort("_id")]


def start_command(folder: Path) -> subprocess.Popen[str]:
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout
    assert command.stdout.readline() == "stored\n"
    return command


def test_the_server_answers_while_it_is_used_and_is_gone_afterwards(
    server: PrivateServer, run_dir: Path
) -> None:
    with server.use() as uri:
        assert answer(uri) == 1.0
        assert len(mongods(run_dir)) == 1
    assert mongods(run_dir) == []


def test_nobody_else_can_connect_or_read(server: PrivateServer, run_dir: Path) -> None:
    with server.use() as uri:
        store(uri, "secret")
        for folder in ("database", "database/data", "logs"):
            assert (run_dir / folder).stat().st_mode & 0o777 == 0o700
        for path in [*(run_dir / "database").rglob("*"), *(run_dir / "logs").iterdir()]:
            assert path.stat().st_mode & 0o077 == 0, path
        (mongod,) = mongods(run_dir)
        assert [c for c in mongod.net_connections("inet") if c.status == "LISTEN"] == []


def test_writes_are_acknowledged_by_the_journal(server: PrivateServer) -> None:
    with server.use() as uri, MongoClient[dict[str, Any]](uri) as client:
        assert client.write_concern.document == {"w": 1, "j": True}


def test_two_commands_share_a_server_and_the_last_stops_it(
    server: PrivateServer, run_dir: Path, machine_settings: MachineSettings
) -> None:
    first = server.use()
    second = PrivateServer(run_dir, machine_settings).use()
    first_uri, second_uri = first.__enter__(), second.__enter__()
    assert first_uri == second_uri
    assert len(mongods(run_dir)) == 1
    first.__exit__(None, None, None)  # the one that started it leaves first
    assert answer(second_uri) == 1.0
    second.__exit__(None, None, None)
    assert mongods(run_dir) == []


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(
    server: PrivateServer, run_dir: Path
) -> None:
    with server.use():
        (mongod,) = mongods(run_dir)
        assert os.getsid(mongod.pid) == mongod.pid
        assert os.getsid(mongod.pid) != os.getsid(0)


def test_after_a_killed_server_what_was_acknowledged_is_there(
    server: PrivateServer, run_dir: Path, machine_settings: MachineSettings
) -> None:
    with server.use() as uri:
        for number in range(20):
            store(uri, f"{number:02}")
        (mongod,) = mongods(run_dir)
        mongod.kill()
        mongod.wait()
    with PrivateServer(run_dir, machine_settings).use() as uri:
        assert stored(uri) == [f"{number:02}" for number in range(20)]


def test_a_killed_server_can_be_revived_under_the_same_uri(
    server: PrivateServer, run_dir: Path
) -> None:
    with server.use() as uri, MongoClient[dict[str, Any]](uri) as client:
        client.test.kept.insert_one({"_id": "before"})
        (mongod,) = mongods(run_dir)
        mongod.kill()
        server.revive()
        assert client.test.kept.count_documents({}) == 1


def test_a_killed_command_leaves_its_server_to_the_next(
    server: PrivateServer, run_dir: Path
) -> None:
    with start_command(run_dir) as command:
        command.send_signal(signal.SIGKILL)
    (mongod,) = mongods(run_dir)
    with server.use() as uri:
        assert mongods(run_dir) == [mongod]
        assert stored(uri) == ["acknowledged"]
    assert mongods(run_dir) == []


def test_when_command_and_server_are_killed_the_next_starts_again(
    server: PrivateServer, run_dir: Path
) -> None:
    with start_command(run_dir) as command:
        (mongod,) = mongods(run_dir)
        command.send_signal(signal.SIGKILL)
        mongod.kill()
    with server.use() as uri:
        assert stored(uri) == ["acknowledged"]


@pytest.mark.parametrize("name", ["n" * 120, "a campaign, with commas"])
def test_a_path_no_socket_can_have_is_served_through_a_private_temporary_folder(
    run_dir: Path, machine_settings: MachineSettings, name: str
) -> None:
    folder = run_dir / name
    with PrivateServer(folder, machine_settings).use() as uri:
        note = json.loads((folder / "database" / "server.json").read_text())
        with PrivateServer(folder, machine_settings).use() as second:
            assert second == uri
            store(second, "found")
        parent = Path(note["socket"]).parent
        assert parent.stat().st_mode & 0o777 == 0o700
        assert folder not in parent.parents
    assert not parent.exists()


def test_a_copied_folder_has_a_server_of_its_own(
    server: PrivateServer, run_dir: Path, machine_settings: MachineSettings
) -> None:
    with server.use() as uri:
        store(uri, "original")
    copy = run_dir.with_name("copy")
    with server.use() as uri:
        note = run_dir / "database" / "server.json"
        shutil.copytree(run_dir, copy, ignore=shutil.ignore_patterns("*.sock"))
        assert note.exists()
        with PrivateServer(copy, machine_settings).use() as other:
            assert other != uri
            store(other, "later")
        assert stored(uri) == ["original"]


def test_a_server_of_another_host_is_left_alone(server: PrivateServer, run_dir: Path) -> None:
    folder = (run_dir / "database").resolve()
    folder.mkdir(parents=True)
    note = {"folder": str(folder), "host": "elsewhere", "socket": str(folder / "mongod.sock")}
    (folder / "server.json").write_text(json.dumps(note))
    for _ in range(2):  # refusing must not remove the note
        with pytest.raises(InputError, match=r"runs on host elsewhere.*server\.json"), server.use():
            pass
    assert socket.gethostname() != "elsewhere"


def test_a_full_disk_is_seen_before_the_server_is_started(
    server: PrivateServer, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=123 * 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(InputError, match=r"is full: 123 MB are free .* needs 500 MB"), server.use():
        pass
    assert mongods(run_dir) == []


def test_a_server_that_does_not_start_is_reported_with_its_last_words(
    run_dir: Path, machine_settings: MachineSettings
) -> None:
    server = PrivateServer(run_dir, machine_settings)
    with server.use():
        pass
    for table in server.data.glob("*.wt"):
        table.write_bytes(b"not a table")
    with pytest.raises(
        InputError,
        match=r"does not start: mongod ended with code .*WiredTiger",
    ):
        server.use().__enter__()


def test_a_program_that_cannot_load_its_libraries_is_reported(
    run_dir: Path, machine_settings: MachineSettings, tmp_path: Path
) -> None:
    program = tmp_path / "mongod"
    program.write_text("#!/bin/sh\necho 'libssl.so.1.1: cannot open' >&2\nexit 127\n")
    program.chmod(0o755)
    settings = machine_settings.model_copy(update={"mongod": program})
    with pytest.raises(InputError, match=r"code 127: libssl\.so\.1\.1: cannot open"):
        PrivateServer(run_dir, settings).use().__enter__()


def test_a_server_that_serves_has_nothing_to_explain(
    server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_server, "_LAST_BREATH_SECONDS", 0.1)
    with server.use():
        assert server.explain() is None
