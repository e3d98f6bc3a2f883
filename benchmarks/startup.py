"""Start-up of the command, against the start of Python and of the libraries it stands on."""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, Run, alone, timed
from workflows.settings import load_settings
from workflows.storage.database import open_database

TITLE = "Start-up"
MOST_SECONDS = 0.7
HEAVY = ("torch", "atomate2", "chgnet")


def measure(*, quick: bool) -> list[Figure]:
    """Time `--help`, and `query` on an empty campaign whose server runs already."""
    repeats = 3 if quick else 15
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="ip-") as name:
        folder = Path(name) / "run"
        with open_database(folder, settings, create=True):
            commands = {
                "`interphase --help`": ["--help"],
                "`interphase query`, the server running": ["query", "--dir", str(folder)],
            }
            return [
                alone(
                    [_run(arguments) for _ in range(repeats)],
                    what=what,
                    most=MOST_SECONDS,
                    agreement=f"imported of {', '.join(HEAVY)}: {_imported(arguments) or 'none'}",
                )
                for what, arguments in commands.items()
            ]


def _run(arguments: list[str]) -> Run:
    command = [sys.executable, "-m", "workflows.cli", *arguments]
    return timed(lambda: subprocess.run(command, check=True, capture_output=True))  # noqa: S603  ours


def _imported(arguments: list[str]) -> str:
    """Name the heavy libraries that a command has imported when it ends."""
    code = (
        "import sys\n"
        "from workflows.cli import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return done.stderr.strip()
