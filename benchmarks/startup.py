"""Start-up of the command, compared with that of Python and of the libraries it needs."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Figure, Run, alone, timed
from workflows.base.settings import load_settings
from workflows.storage.database import open_database

TITLE = "Start-up"
MOST_SECONDS = 0.7
HEAVY = ("torch", "atomate2", "chgnet")
LIBRARIES = ("pydantic", "pydantic_settings", "pymongo", "rich.console", "typer", "yaml")


def measure(*, quick: bool) -> list[Figure]:
    """Time `--help`, and `query` on an empty campaign; its server runs, or has to be started."""
    repeats = 3 if quick else 15
    settings = load_settings()
    floor = ["-c", f"import {', '.join(LIBRARIES)}"]
    with tempfile.TemporaryDirectory(prefix="ip-") as name:
        folder = Path(name) / "run"
        ask = ["query", "--dir", str(folder)]
        with open_database(folder, settings, create=True):
            runs = _in_turns(
                {"floor": floor, "help": _command(["--help"]), "query": _command(ask)}, repeats
            )
            imported = {"help": _imported(["--help"]), "query": _imported(ask)}
        started = _in_turns({"query": _command(ask)}, repeats)
    return [
        alone(runs["floor"], what=f"Python with {', '.join(LIBRARIES)}, for comparison"),
        _asked("`interphase --help`", runs["help"], imported["help"]),
        _asked("`interphase query`, the server running", runs["query"], imported["query"]),
        alone(
            started["query"],
            what="`interphase query`, which starts the campaign's server and stops it",
        ),
    ]


def _asked(what: str, runs: Sequence[Run], imported: str) -> Figure:
    text = f"imported of {', '.join(HEAVY)}: {imported or 'none'}"
    return alone(runs, what=what, most=MOST_SECONDS, agreement=text)


def _in_turns(commands: Mapping[str, Sequence[str]], repeats: int) -> dict[str, list[Run]]:
    """Run commands alternately, several times, so that load affects all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, arguments in commands.items():
            runs[name].append(_run(arguments))
    return runs


def _command(arguments: Sequence[str]) -> list[str]:
    return ["-m", "workflows.cli.main", *arguments]


def _run(arguments: Sequence[str]) -> Run:
    command = [sys.executable, *arguments]
    return timed(lambda: subprocess.run(command, check=True, capture_output=True))  # noqa: S603  ours


def _imported(arguments: list[str]) -> str:
    """Name the heavy libraries that a command has imported when it ends."""
    code = (
        "import sys\n"
        "from workflows.cli.main import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return done.stderr.strip()
