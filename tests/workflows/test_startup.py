"""What a command imports: the engines and what builds workflows take seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from workflows.storage.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.base.settings import MachineSettings

ENGINES = {"torch", "chgnet", "atomate2", "ase"}
# Each takes a quarter of a second or more.
HEAVY = ENGINES | {"fireworks", "jobflow", "maggma", "pandas", "pymatgen", "scipy", "sklearn"}
SCRIPT = """
import sys
from workflows.cli.main import app
app(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    """Run a command, and return the top packages that it has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={key: value for key, value in os.environ.items() if key != "INTERPHASE_MONGODB_URI"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize("arguments", [["--help"], ["query", "--help"], ["run", "--help"]])
def test_help_imports_nothing_that_takes_long(arguments: list[str]) -> None:
    assert not HEAVY & imported(*arguments)


def test_neither_does_a_query(run_dir: Path, machine_settings: MachineSettings) -> None:
    with open_database(run_dir, machine_settings, create=True):
        assert not HEAVY & imported("query", "--dir", str(run_dir))


def test_the_test_sees_what_is_imported() -> None:
    assert {"rich", "typer", "workflows"} <= imported("--help")
