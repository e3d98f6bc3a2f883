"""Killed VASP runs go on from where they were, whatever was killed and however often."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from monty.serialization import dumpfn, loadfn
from pymatgen.core import Structure
from standins.fixtures import KilledError
from standins.potentials import springs_minimum

from makers.engines.vasp.vasp_damage import CONTINUE_FILE
from makers.engines.vasp.vasp_folder import (
    FOLDER_VARIABLE,
    Standing,
    VaspFolder,
    end_orphans,
)

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

OXIDE = -0.687  # A. Wang et al., Scientific Reports 11, 15496 (2021)
JOB = "7f7e9d3a-0000-4000-8000-000000000001"

# 0.05 eV above the springs' minimum, and a quarter of it after every step: the undisturbed path.
PATH = [springs_minimum(("Li", "Li", "O")) + 0.05 / 4**step for step in range(8)]


def test_no_completed_step_is_repeated(vasp: Any, lithia: Structure, killed: Any) -> None:
    killed(4)
    document = vasp.run(lithia)
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)
    assert document.n_steps == len(PATH)
    assert document.initial_energy == pytest.approx(PATH[0] + OXIDE, abs=1e-7)
    assert document.energy == pytest.approx(PATH[-1] + OXIDE, abs=1e-7)
    assert document.volume_change == pytest.approx(0, abs=1e-12)
    assert document.notes == ["VASP was interrupted once and went on from its last geometry"]


def test_killed_three_times_it_still_repeats_nothing(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    for _ in range(3):
        killed(2)
    document = vasp.run(lithia)
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)
    assert document.n_steps == len(PATH)
    assert document.notes == ["VASP was interrupted 3 times and went on from its last geometry"]


def test_killed_before_the_first_step_it_starts_from_the_beginning(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(0)
    assert Path("CONTCAR").read_text() == ""
    document = vasp.run(lithia)
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)
    assert document.n_steps == len(PATH)


def test_killed_before_the_first_step_after_a_kill_it_keeps_the_earlier_geometry(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    killed(0)
    assert Path("CONTCAR").read_text() == ""
    vasp.run(lithia)
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)


def test_custodians_repairs_are_kept(vasp: Any, lithia: Structure, killed: Any) -> None:
    killed(1, failures=[{"error": "zbrent", "run": 1, "step": 2}])
    killed(1)
    document = vasp.run(lithia)
    fixed = {"EDIFF": 1e-6, "NELMIN": 8}
    for run in (2, 3, 4):
        assert {tag: vasp.incar(run)[tag] for tag in fixed} == fixed
    assert vasp.incar(4)["ISTART"] == 1
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)
    assert document.n_steps == len(PATH)


def test_k_points_stay_those_of_the_first_start(vasp: Any, lithia: Structure, killed: Any) -> None:
    killed(2)
    vasp.run(lithia)
    first, second = ((vasp.folder / "standin" / f"KPOINTS.{n}").read_text() for n in (1, 2))
    assert first == second


def test_repaired_k_points_are_kept(vasp: Any, lithia: Structure, killed: Any) -> None:
    killed(2)
    repaired = Path("KPOINTS").read_text().replace("Monkhorst", "Gamma").replace("gamma", "Gamma")
    Path("KPOINTS").write_text(repaired.replace(repaired.splitlines()[3], "3 3 3"))
    vasp.run(lithia)
    assert (vasp.folder / "standin" / "KPOINTS.2").read_text().splitlines()[3].split() == ["3"] * 3


def test_a_finished_run_is_read_and_not_repeated(vasp: Any, lithia: Structure) -> None:
    first = vasp.run(lithia)
    # the rocket was killed before its result was stored
    second = vasp.run(lithia)
    assert vasp.runs == 1
    assert second.model_dump(mode="json") == first.model_dump(mode="json")


def test_another_jobs_run_is_no_start(vasp: Any, killed: Any) -> None:
    killed(3)
    folder = VaspFolder(vasp.folder, "another")
    assert folder.take() is Standing.NEW
    assert not Path(CONTINUE_FILE).exists()


def test_a_contcar_that_is_cut_off_costs_the_steps_of_its_own_start_only(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    killed(2)
    contcar = Path("CONTCAR").read_text()
    Path("CONTCAR").write_text(contcar[: len(contcar) // 2])
    vasp.run(lithia)
    # from the geometry after three steps, which the second start had in its POSCAR
    assert vasp.energies() == pytest.approx([*PATH[:5], *PATH[3:]], abs=1e-12)


def test_a_note_to_custodian_that_is_cut_off_is_written_anew(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    Path(CONTINUE_FILE).write_text('{"actions": [')
    vasp.run(lithia)
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)


def test_a_leftover_stopcar_does_not_stop_the_next_run(
    vasp: Any, lithia: Structure, killed: Any
) -> None:
    killed(3)
    Path("STOPCAR").write_text("LSTOP = .TRUE.\n")
    assert vasp.run(lithia).converged


def test_orphans_of_the_folder_are_ended_and_no_other_process(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    mine, other = (
        subprocess.Popen(
            sleep,
            env=os.environ | {FOLDER_VARIABLE: str(folder)},
            cwd=tmp_path,
            start_new_session=True,
        )
        for folder in (tmp_path, tmp_path / "other")
    )
    _await(lambda: all(_has_marker(process.pid) for process in (mine, other)))
    assert end_orphans(tmp_path) == [mine.pid]
    assert mine.wait(timeout=10) is not None
    assert other.poll() is None
    other.kill()
    other.wait()


def _lose_custodian(vasp: Any, structure: Structure) -> None:
    """Run until custodian dies after an ionic step; VASP goes on."""
    real = time.sleep

    def die(seconds: float) -> None:
        real(seconds)
        if (vasp.folder / "standin/steps.jsonl").exists():
            raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("custodian.custodian.time.sleep", die)
        with pytest.raises(KilledError):
            vasp.run(structure)


def test_an_orphan_that_goes_on_writing_is_ended_before_its_job_goes_on(
    vasp: Any, lithia: Structure
) -> None:
    vasp.plan(seconds=0.3)
    _lose_custodian(vasp, lithia)
    vasp.plan()
    document = vasp.run(lithia)
    assert document.converged
    assert vasp.energies() == pytest.approx(PATH, abs=1e-12)


def test_a_run_that_finished_after_its_custodian_died_is_read_and_not_repeated(
    vasp: Any, lithia: Structure
) -> None:
    vasp.plan(seconds=0.1)
    _lose_custodian(vasp, lithia)
    _await((vasp.folder / "standin/ends").exists)
    assert Path(CONTINUE_FILE).exists()
    document = vasp.run(lithia)
    assert vasp.runs == 1
    assert document.n_steps == len(PATH)


def test_interruptions_are_written_so_that_monty_reads_them(tmp_path: Path) -> None:
    folder = VaspFolder(tmp_path, JOB)
    assert folder.take() is Standing.NEW
    folder.reopen()
    assert folder.take() is Standing.INTERRUPTED
    folder.resume()
    # nothing to go on from: the next start is a new one
    assert folder.take() is Standing.NEW
    dumpfn({"actions": []}, tmp_path / CONTINUE_FILE)
    assert loadfn(tmp_path / CONTINUE_FILE) == {"actions": []}


def _has_marker(pid: int) -> bool:
    return FOLDER_VARIABLE in psutil.Process(pid).environ()


def _await(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
