"""A reader who types what a page shows, in a folder like the project's, in one shell."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import yaml
from typer.testing import CliRunner

from standins.cluster import Cluster
from standins.pages import ROOT
from workflows.cli.main import app

if TYPE_CHECKING:
    from standins.mongo import SecureServer

#: What the pages' commands read of the project's folder.
FILES = ("Makefile", "pyproject.toml", "constraints.txt", "launchpad.yaml")
FOLDERS = ("campaigns", "cluster", "results")
#: A part of the raw files, which are compressed.
SAMPLE = ROOT / "tests" / "data" / "materials_project_2019"

_SECONDS = 600
_LOOKS = (
    *("status", "query", "summary", "export", "provenance", "build", "report", "figures"),
    *("learn", "predict"),
)
_FOLDERLESS = ("plan", "doctor", "triage")
# The commands are those of this environment and import this tree.
_BIN = Path(sys.executable).parent

SMALL: dict[str, Any] = {
    "name": "demo",
    "host": {
        "crystal": str(ROOT / "tests" / "data" / "li2zro3.cif"),
        "name": "LZO",
        "oxidation_states": {"Li": 1, "Zr": 4, "O": -2},
        "arrangements": 1,
    },
    "dopants": [
        {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.5},
        {"element": "Nb", "valence": 5, "site": "Zr", "concentration": 0.5},
        {"element": "Hf", "valence": 4, "site": "Zr", "concentration": 0.5},
    ],
    "choices": 1,
    "engine": {"settings": {"force_threshold": 0.5}},
}
MINE = {**SMALL, "name": "mine", "dopants": SMALL["dopants"][1:2]}


class Reader:
    """Types commands one after the other: `cd` and `export` hold for those that follow.

    Parameters
    ----------
    folder
        A new folder; its path is short, since sockets lie in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.home = folder / "home"
        self.project.mkdir()
        self.home.mkdir()
        self._where = self.project
        self._environment = _environment(self.home)
        for name in FILES:
            shutil.copy(ROOT / name, self.project / name)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, self.project / name)
        (self.project / "raw").mkdir()
        for path in SAMPLE.glob("*.csv"):
            with gzip.open(self.project / "raw" / f"{path.name}.gz", "wb") as packed:
                packed.write(path.read_bytes())
        (self.project / "small.yaml").write_text(yaml.safe_dump(SMALL))
        (self.project / "small_mine.yaml").write_text(yaml.safe_dump(MINE))

    @property
    def where(self) -> Path:
        """The working directory."""
        return self._where

    def type(self, command: str) -> None:
        """Type a command; one that fails is a failure of the test.

        One that serves is ended as soon as it answers.
        """
        words = shlex.split(command, comments=True)
        if words[0] == "interphase" and _is_quick(words[1], words[2:]):
            self._call(words[1:])
        else:
            self._shell(command)

    def _call(self, words: list[str]) -> None:
        """Call a command in this process, which has imported everything: a second less for each."""
        with (
            patch.dict(os.environ, self._environment, clear=True),
            contextlib.chdir(self._where),
        ):
            done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{words}\n{done.output}\n{done.exception!r}"

    def _shell(self, command: str) -> None:
        after = self.folder / "after"
        keep = f'\nset +e; {{ pwd; env -0; }} > "{after}"'
        process = subprocess.Popen(
            ["/bin/bash", "-c", f"set -e -o pipefail\n{command}{keep}"],
            cwd=self._where,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            served = _see_and_end(process) if "--port 0" in command else ""
            said = served + process.communicate(timeout=_SECONDS)[0]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, f"{command}\n{said}"
        where, _, variables = after.read_text().partition("\n")
        self._where = Path(where)
        variables = variables.rstrip("\0").split("\0")
        self._environment = dict(each.split("=", 1) for each in variables)

    def fill_in(self, server: SecureServer) -> Cluster:
        """Have the files in ~/cluster filled in, for a database of their own."""
        folder = self.home / "cluster"
        copied = {path.name for path in folder.glob("*")}
        shutil.rmtree(folder, ignore_errors=True)
        cluster = Cluster.make(folder, server)
        needed = {path.name for path in folder.iterdir()}
        assert not copied or copied >= needed, f"the page does not copy {needed - copied}"
        for place in (self.home / ".fireworks", self.project):
            place.mkdir(exist_ok=True)
            shutil.copy(cluster.launchpad, place / cluster.launchpad.name)
        return cluster


def _is_quick(name: str, options: list[str]) -> bool:
    """Return True if a command only looks at a folder, and reads no configuration of FireWorks."""
    elsewhere = {"--launchpad", "--port"} & set(options)
    return not elsewhere and (name in _FOLDERLESS or (name in _LOOKS and "--dir" in options))


def _see_and_end(process: subprocess.Popen[str]) -> str:
    """Wait until a server answers, which is that it asks for a password; then end it.

    SIGTERM ends it as Ctrl-C does, also where the tests run in the background of a shell.
    """
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            assert _answer(found[0]) == HTTPStatus.UNAUTHORIZED
            (server,) = psutil.Process(process.pid).children()
            server.terminate()
            break
    return "".join(lines)


def _answer(address: str) -> int:
    """Ask for a page; the port is open before the server answers, so that this waits for it."""
    try:
        with urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310, our own server
            return int(answer.status)
    except HTTPError as error:
        return error.code


def _environment(home: Path) -> dict[str, str]:
    dropped = ("INTERPHASE_", "FW", "JOBFLOW", "ATOMATE2", "XDG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{_BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "INTERPHASE_WORKERS": "1",
        "INTERPHASE_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
    }
