"""The address of a campaign's own MongoDB server, noted for other commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import stat
import tempfile
from pathlib import Path

from analysis.base.errors import InputError

# Linux allows 107 bytes for the path of a Unix socket, macOS 103.
_LONGEST_SOCKET_PATH = 100
_SOCKET_NAME = "mongod.sock"

# A longer temporary folder would not leave room for the socket's own name.
_LONGEST_TEMPORARY_FOLDER = 60


class ServerRecord:
    """The note on a running server in its folder: host and socket.

    Parameters
    ----------
    folder
        The server's folder, of mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "server.json"

    @property
    def socket(self) -> Path | None:
        """Where the server listens; None if unknown, or if others could have put it there."""
        path = self._read().get("socket")
        return Path(path) if path and _is_private(Path(path).parent) else None

    def choose_socket(self) -> Path:
        """Choose the socket, and note it.

        The socket lies in the folder; if that path is too long or oddly named, in a short
        temporary folder of mode 0700, which is kept when a server is restarted.
        """
        path = self.socket or self.folder / _SOCKET_NAME
        if not _fits(path):
            path = socket_folder() / _SOCKET_NAME
        path.unlink(missing_ok=True)
        note = {"folder": str(self.folder), "host": socket.gethostname(), "socket": str(path)}
        new = self.path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(note))
        new.replace(self.path)
        return path

    def remove(self) -> None:
        """Forget the server, and remove its temporary folder."""
        path = self.socket
        if path and path.parent != self.folder:
            shutil.rmtree(path.parent)
        self.path.unlink(missing_ok=True)

    def takes_connections(self) -> bool:
        """Return True if a server listens on the socket."""
        path = self.socket
        if path is None:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2.0)
            try:
                probe.connect(str(path))
            except OSError:
                return False
        return True

    def refuse_other_host(self, run_dir: Path) -> None:
        """Refuse to continue if the server runs, or died, on another machine.

        Raises
        ------
        InputError
            It does: its Unix socket cannot be reached, and a second server on the same
            files would spoil them.
        """
        host = self._read().get("host", socket.gethostname())
        if host != socket.gethostname():
            msg = (
                f"the database of {run_dir} runs on host {host}: give the command there; if "
                f"that host is gone, delete {self.path}"
            )
            raise InputError(msg)

    def _read(self) -> dict[str, str]:
        """Read the note; one about another folder came with a copy and is ignored."""
        try:
            note: dict[str, str] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return note if note.get("folder") == str(self.folder) else {}


def socket_folder() -> Path:
    """Make a folder of mode 0700 in which a socket's path is short enough."""
    usual = tempfile.gettempdir()
    parent = usual if len(os.fsencode(usual)) <= _LONGEST_TEMPORARY_FOLDER else "/tmp"  # noqa: S108  mkdtemp is safe there
    return Path(tempfile.mkdtemp(prefix="interphase-", dir=parent))


def _fits(path: Path) -> bool:
    """Return True if mongod and pymongo can both take the path of a socket."""
    plain = re.fullmatch(r"[A-Za-z0-9._/+-]+", str(path))
    return bool(plain) and len(str(path)) <= _LONGEST_SOCKET_PATH


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    ours = status.st_uid == os.geteuid()
    return ours and stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
