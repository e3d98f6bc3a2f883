"""A small real campaign whose four workers share the models of both stages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Structure
from standins.tiny import SPEC

from makers.engines.registry import relax_maker

if TYPE_CHECKING:
    import subprocess

    from workflows.base.settings import MachineSettings

pytest.importorskip("chgnet")
pytest.importorskip("sevenn")

COMMAND = Path(sys.executable).with_name("interphase")
ENGINE = {"name": "chgnet", "then": {"name": "sevennet"}}


@pytest.fixture(scope="module")
def run(scratch: Path, write: Any, command: Any) -> subprocess.CompletedProcess[str]:
    spec = write(scratch, SPEC | {"name": "shared", "engine": ENGINE})
    found: subprocess.CompletedProcess[str] = command(
        "share", COMMAND, "run", spec, "--dir", scratch / "shared", workers=4
    )
    return found


def test_it_lands_and_its_crystals_were_computed_together(
    run: subprocess.CompletedProcess[str],
) -> None:
    assert run.returncode == 0, run.stdout + run.stderr
    told = re.search(r"shared model: (\d+) crystals in (\d+) batches", run.stdout)
    assert told, run.stdout
    crystals, batches = map(int, told.groups())
    assert crystals > batches > 0


@pytest.mark.usefixtures("run")
def test_its_energies_are_those_of_a_model_of_ones_own(
    scratch: Path, machine_settings: MachineSettings, read: Any
) -> None:
    jobs = read(scratch / "shared", machine_settings).jobs.values()
    relaxed = [j["output"] for j in jobs if j["metadata"].get("step") in ("relax", "reference")]
    assert len(relaxed) > 3
    # energies alone, and relaxations where the two disagree
    assert {each["engine"] for each in relaxed} == {"sevennet"}
    assert {each["relaxed_by"] for each in relaxed} == {"chgnet", None}
    maker: Any = relax_maker("sevennet", {})
    energies = maker.energies([Structure.from_dict(each["structure"]) for each in relaxed])
    assert energies == pytest.approx([each["energy"] for each in relaxed], abs=1e-3)


def test_the_commands_own_exit_status_is_told(command: Any) -> None:
    ended = command("share", sys.executable, "-c", "raise SystemExit(7)")
    assert ended.returncode == 7
    missing = command("share", "no-such-program", "--option")
    assert missing.returncode == 1
    assert "cannot run no-such-program" in missing.stderr
    assert "Traceback" not in missing.stderr


CHILD = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("begun", flush=True)
signal.pause()
"""


def test_a_signal_reaches_the_command_that_it_runs(start: Any) -> None:
    process = start("share", sys.executable, "-c", CHILD)
    assert process.stdout.readline() == "begun\n"
    process.terminate()
    assert process.wait(60) == 5


def test_a_command_that_a_signal_ends_has_a_shells_status(command: Any) -> None:
    ended = command("share", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    assert ended.returncode == 128 + 9
