"""A stand-in for VASP: its files are VASP's, its physics is a force field's.

``python -m standins.vasp`` runs in a folder with INCAR, POSCAR, KPOINTS and POTCAR. The
environment variable ``STANDIN_PLAN`` (JSON, or a file of it) says how it behaves:

potential
    ``chgnet`` (default) or ``springs``.
seconds
    How long every ionic step takes at least.
failures
    A list of ``{"error": NAME, "run": N, "step": K, "element": SYMBOL}``: at run N in this
    folder (every run without), after K ionic steps (0 without), if the crystal holds the
    element (any without). NAME is a method of `Failure`.

It leaves ``standin/`` in the folder: the INCAR, POSCAR and KPOINTS of every run, and
``steps.jsonl``, one line per ionic step that was completed, and ``ends``, one per run that
came to its own end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from standins.potentials import potential
from standins.vasp_files import Files
from standins.vasp_inputs import read_incar, read_inputs

PLAN = "STANDIN_PLAN"
RECORD = "standin"
CYCLES = 5  # electronic steps of an ionic step that converges
GENTLE = 0.01  # s between two looks at STOPCAR


def say(text: str) -> None:
    """Write a line where VASP does: custodian keeps it in vasp.out."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Failure:
    """The ways in which VASP fails, with its own words."""

    def zbrent(self) -> NoReturn:
        say(" ZBRENT: fatal error in bracketing")
        say("     please rerun with smaller EDIFF, or copy CONTCAR\n     to POSCAR and continue")
        sys.exit(1)

    def edddav(self) -> NoReturn:
        say(" Error EDDDAV: Call to ZHEGV failed. Returncode =   7 1   8")
        sys.exit(1)

    def brmix(self) -> None:
        say(" BRMIX: very serious problems\n the old and the new charge density differ")

    def electronic(self) -> None:
        """Electronic steps that do not converge: see `run`."""

    def memory(self) -> NoReturn:
        sys.stderr.write(
            "slurmstepd: error: Detected 1 oom_kill event in StepId=7.0. "
            "Some of the step tasks have been OOM Killed.\n"
        )
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def allocation(self) -> NoReturn:
        sys.stderr.write("Allocation would exceed memory limit\n")
        sys.exit(1)

    def crash(self) -> NoReturn:
        sys.stderr.write("forrtl: severe (174): SIGSEGV, segmentation fault occurred\n")
        sys.exit(174)

    def truncated(self) -> None:
        """A vasprun.xml that is cut off: see `run`."""

    def hang(self) -> NoReturn:
        while True:
            time.sleep(60)


class Plan:
    """How this run behaves."""

    def __init__(self, number: int, symbols: tuple[str, ...]) -> None:
        text = os.environ.get(PLAN, "{}")
        plan = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
        self.potential: str = plan.get("potential", "chgnet")
        self.seconds: float = plan.get("seconds", 0.0)
        self._failures = [
            failure
            for failure in plan.get("failures", [])
            if failure.get("run", number) == number
            and failure.get("element", symbols[0]) in symbols
        ]

    def has(self, error: str) -> bool:
        """Return True if an error is planned at all."""
        return any(failure["error"] == error for failure in self._failures)

    def fail(self, steps: int) -> None:
        """Fail if that is planned after this number of steps."""
        for failure in self._failures:
            if failure.get("step", 0) == steps:
                getattr(Failure(), failure["error"])()


def run(folder: Path) -> None:
    """Relax what POSCAR holds, as INCAR says."""
    number = _record_inputs(folder)
    say(f" vasp.6.4.2 stand-in, run {number} in this folder")
    inputs = read_inputs(folder)
    plan = Plan(number, inputs.geometry.symbols)
    files = Files(folder, inputs)
    plan.fail(0)
    physics = potential(plan.potential, relax_cell=inputs.tag("ISIF", 2) >= 3)
    geometry = inputs.geometry
    for step in range(1, max(int(inputs.tag("NSW", 0)), 1) + 1):
        results = physics.evaluate(geometry)
        _spend(folder, plan.seconds)
        cycles = int(inputs.tag("NELM", 60)) if plan.has("electronic") else CYCLES
        files.step(geometry, results, [results[0]] * cycles)
        done = physics.relaxed(results[1], -float(inputs.tag("EDIFFG", -0.01)))
        geometry = geometry if done else physics.move(geometry)
        files.contcar(geometry)
        # killed before its CONTCAR stood, a step would be in progress still
        _record_step(folder, number, step, results[0])
        say(f"{step:4d} F= {results[0]: .8E} E0= {results[0]: .8E}")
        if done:
            say(" reached required accuracy - stopping structural energy minimisation")
            break
        plan.fail(step)
        if _stop_asked(folder, "LSTOP"):
            files.soft_stop()
            break
    files.close(geometry, whole=not plan.has("truncated"))
    _record_end(folder, number)
    (folder / "STOPCAR").unlink(missing_ok=True)


def _spend(folder: Path, seconds: float) -> None:
    """Take the time of an ionic step; LABORT ends the run within it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _stop_asked(folder, "LABORT"):
            sys.exit(0)
        time.sleep(min(GENTLE, seconds))


def _stop_asked(folder: Path, tag: str) -> bool:
    stopcar = folder / "STOPCAR"
    return stopcar.is_file() and read_incar(stopcar.read_text()).get(tag) is True


def _record_inputs(folder: Path) -> int:
    record = folder / RECORD
    record.mkdir(exist_ok=True)
    number = len(list(record.glob("INCAR.*"))) + 1
    for name in ("POSCAR", "KPOINTS", "INCAR"):
        shutil.copy(folder / name, record / f"{name}.{number}")
    return number


def _record_step(folder: Path, number: int, step: int, energy: float) -> None:
    line: dict[str, Any] = {"run": number, "step": step, "energy": energy}
    with (folder / RECORD / "steps.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def _record_end(folder: Path, number: int) -> None:
    with (folder / RECORD / "ends").open("a") as file:
        file.write(f"{number}\n")


if __name__ == "__main__":
    run(Path.cwd())
