"""A campaign's own MongoDB server: a mongod on a Unix socket, its data in the folder.

No other user can connect to it or read its data: socket and data are in folders of mode
0700, and no TCP port is opened. Every command that uses the folder holds a shared lock;
the first starts the server, the last stops it. A command that is killed leaves the
server running for the next one; after a killed server the next command starts another,
which recovers every acknowledged write from the journal.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import psutil
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from analysis.base.errors import InputError
from workflows.storage.locks import FileLock, Hold, make_folder
from workflows.storage.server.mongod import find_mongod
from workflows.storage.server.server_log import complaints, last_session, tells_of_full_disk
from workflows.storage.server.server_record import ServerRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.base.settings import MachineSettings

# A server without room for its journal dies. An empty database takes 33 MB; the rest is room
# for the journal and for the results of a night of relaxations.
MINIMUM_FREE_BYTES = 500 * 10**6

# Recovery from the journal takes seconds; a slow network disk may need a minute.
_START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.02
# A server on this machine that is silent for so long is lost.
_LOST_MILLISECONDS = 5000
# A dying server closes its connections a moment before its files.
_LAST_BREATH_SECONDS = 2.0

# Log files of 32 MB hold twice the largest document; allocated as needed, an empty
# database takes 33 MB where the default takes 300 MB.
_JOURNAL = "log=(file_max=32MB,prealloc=false)"
_CACHE_GIGABYTES = "0.5"


class PrivateServer:
    """The MongoDB server of one campaign folder.

    Parameters
    ----------
    run_dir
        The campaign's folder.
    settings
        Settings of this machine: which mongod to run.
    """

    def __init__(self, run_dir: Path, settings: MachineSettings) -> None:
        self.run_dir = run_dir.resolve()
        self.settings = settings
        self.folder = self.run_dir / "database"
        self.data = self.folder / "data"
        self.log = self.run_dir / "logs" / "mongod.log"
        self._record = ServerRecord(self.folder)
        self._life_lock = self.folder / "server.lock"
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def use(self) -> Iterator[str]:
        """Keep the server running in a block, shared with other commands.

        Yields
        ------
        The URI to connect to. Writes are acknowledged once they are in the journal.

        Raises
        ------
        InputError
            No mongod, a full disk, a folder of another user or machine, or a server that
            does not start.
        """
        for folder in (self.folder, self.data, self.log.parent):
            make_folder(folder, private=True)
        with FileLock(self.folder / "users.lock") as users:
            with self._turn():
                users.acquire(Hold.SHARED, wait=True)
                self._ensure_running()
            try:
                yield self.uri
            finally:
                with self._turn():
                    if users.acquire(Hold.EXCLUSIVE, wait=False):
                        self._stop()

    def revive(self) -> None:
        """Start the server again if it died while in use; its URI stays the same."""
        with self._turn():
            self._ensure_running()

    @property
    def uri(self) -> str:
        """URI of the running server."""
        path = quote(str(self._record.socket), safe="")
        return f"mongodb://{path}/?journal=true&w=1&serverSelectionTimeoutMS={_LOST_MILLISECONDS}"

    def explain(self) -> str | None:
        """Explain why the server cannot serve any more; None while it can."""
        free = shutil.disk_usage(self.folder).free
        if free < MINIMUM_FREE_BYTES or tells_of_full_disk(last_session(self.log)):
            return _disk_full(self.run_dir, free)
        if not self._is_gone_within(_LAST_BREATH_SECONDS):
            return None
        return (
            f"the database of {self.run_dir} has stopped (log: {self.log}): give the same "
            "command again; nothing that was stored is lost"
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Start and stop one at a time."""
        with FileLock(self.folder / "turn.lock") as turn:
            turn.acquire(Hold.EXCLUSIVE, wait=True)
            yield

    def _ensure_running(self) -> None:
        self._record.refuse_other_host(self.run_dir)
        if self._is_alive():
            if self._answers_within(_START_SECONDS):
                return
            self._stop()  # its socket was removed, or it hangs
        self._start()

    def _start(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < MINIMUM_FREE_BYTES:
            raise InputError(_disk_full(self.run_dir, free))
        self._reap()
        mongod = find_mongod(self.settings)
        path = self._record.choose_socket()
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        # The server holds the lock from its first moment to its last: whether it lives can
        # be seen without knowing its pid. A separate session keeps Ctrl-C away from it.
        with FileLock(self._life_lock) as life, os.fdopen(log, "ab") as output:
            life.acquire(Hold.EXCLUSIVE, wait=True)
            self._process = subprocess.Popen(  # noqa: S603  the program is the user's or ours
                [mongod.path, *self._arguments(path)],
                env=mongod.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(life.descriptor,),
                start_new_session=True,
                umask=0o077,
            )
            life.hand_over()
        try:
            self._await_start(self._process)
        except BaseException:
            self._stop()
            raise

    def _arguments(self, path: Path) -> list[str]:
        return [
            *("--dbpath", str(self.data), "--bind_ip", str(path), "--nounixsocket"),
            *("--logpath", str(self.log), "--logappend", "--quiet"),
            *("--wiredTigerCacheSizeGB", _CACHE_GIGABYTES),
            *("--wiredTigerEngineConfigString", _JOURNAL),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]

    def _await_start(self, process: subprocess.Popen[bytes]) -> None:
        if self._answers_within(_START_SECONDS):
            return
        code = process.poll()
        session = last_session(self.log)
        if tells_of_full_disk(session):
            raise InputError(_disk_full(self.run_dir, shutil.disk_usage(self.folder).free))
        end = "does not answer" if code is None else f"ended with code {code}"
        msg = (
            f"the database of {self.run_dir} does not start: mongod {end}: "
            f"{complaints(session)} (log: {self.log})"
        )
        raise InputError(msg)

    def _is_alive(self) -> bool:
        with FileLock(self._life_lock) as life:
            return not life.acquire(Hold.EXCLUSIVE, wait=False)

    def _answers_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_alive() and self._record.socket and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _answers(self) -> bool:
        if not self._record.takes_connections():
            return False
        try:
            with MongoClient[dict[str, object]](self.uri, timeoutMS=2000) as client:
                client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def _stop(self) -> None:
        for end in (signal.SIGTERM, signal.SIGKILL):
            self._signal(end)
            if self._is_gone_within(_STOP_SECONDS):
                break
        else:
            msg = f"the database server of {self.run_dir} does not stop: end its mongod yourself"
            raise InputError(msg)
        self._reap()
        self._record.remove()

    def _reap(self) -> None:
        """Reap a child that has ended, so that it does not stay as a zombie."""
        if self._process:
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        """Signal the mongod that works in this folder, even if another process started it."""
        if not self._is_alive():
            return
        for process in psutil.process_iter(["cmdline", "cwd"]):
            found = process.info["cwd"] == str(self.folder)
            if found and "--dbpath" in (process.info["cmdline"] or []):
                process.send_signal(number)

    def _is_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


def _disk_full(run_dir: Path, free: int) -> str:
    return (
        f"the disk of {run_dir} is full: {free / 1e6:.0f} MB are free and its database needs "
        f"{MINIMUM_FREE_BYTES / 1e6:.0f} MB: free some space, then give the same command again, "
        "or choose a folder on another disk with --dir"
    )
