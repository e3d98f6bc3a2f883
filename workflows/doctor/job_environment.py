"""What a batch job finds once the set-up commands of its template have run, found by running them.

They run in an empty folder of this machine, as the queue would run them: in a login shell of bash.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS: Final = 60

# Commands that fail inside of what is sourced are its own affair; one at the top is the user's.
_SCRIPT: Final = """\
trap '[ ${{#BASH_SOURCE[@]}} -gt 1 ] || echo "$BASH_COMMAND" >> "$1/failed"' ERR
{commands}
trap - ERR
env -0 > "$1/environment"
"""

# Without Slurm's export of the environment of sbatch, a job starts from a login alone.
_LOGIN: Final = ("HOME", "LANG", "LOGNAME", "SHELL", "TERM", "TMPDIR", "USER")


@dataclass(frozen=True)
class JobEnvironment:
    """The environment of a job before its rocket starts.

    Attributes
    ----------
    variables
        As the set-up commands leave them.
    failed
        The set-up commands that failed.
    errors
        The last lines that they wrote to their standard error.
    """

    variables: Mapping[str, str]
    failed: Sequence[str] = ()
    errors: Sequence[str] = ()

    def has_program(self, name: str) -> bool:
        """Return True if a job would find a program."""
        return bool(shutil.which(name, path=self.variables.get("PATH", "")))


def run_set_up(commands: str, *, inherits: bool) -> JobEnvironment:
    """Run the set-up commands of job scripts.

    Parameters
    ----------
    commands
        `pre_rocket` of a queue template.
    inherits
        Jobs get the environment of the shell that submits them.
    """
    kept = os.environ if inherits else {k: v for k, v in os.environ.items() if k in _LOGIN}
    with tempfile.TemporaryDirectory(prefix="interphase-") as folder:
        script = Path(folder, "set_up")
        script.write_text(_SCRIPT.format(commands=commands), encoding="utf-8")
        try:
            said = subprocess.run(  # noqa: S603  the user's own template
                ["bash", "-l", str(script), folder],  # noqa: S607  as the queue does
                cwd=folder,
                env=dict(kept),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_SECONDS,
            ).stderr
        except (OSError, subprocess.TimeoutExpired) as error:
            return JobEnvironment({}, failed=[str(error)])
        return _read(Path(folder), [line for line in said.splitlines() if line.strip()])


def _read(folder: Path, errors: Sequence[str]) -> JobEnvironment:
    failed = folder / "failed"
    commands = failed.read_text(encoding="utf-8").splitlines() if failed.exists() else []
    left = folder / "environment"
    if not left.exists():
        return JobEnvironment({}, [*commands, "exit"], errors[-2:])
    pairs = left.read_text(encoding="utf-8", errors="replace").split("\0")
    variables = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    return JobEnvironment(variables, commands, errors[-2:])
