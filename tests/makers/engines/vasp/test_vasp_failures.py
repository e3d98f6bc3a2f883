"""How VASP fails, and what custodian makes of it: its correction stands in the next INCAR."""

import os
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from custodian.custodian import MaxCorrectionsPerJobError, NonRecoverableError, ValidationError
from custodian.vasp.handlers import FrozenJobErrorHandler
from pymatgen.core import Structure
from standins.potentials import springs_minimum

from makers.convergence import NotConvergedError, WalltimeError

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

# eV above the springs' minimum: 0.05 eV at the start, a quarter of it after every step.
START = springs_minimum(("Li", "Li", "O")) + 0.05
RELAXED = springs_minimum(("Li", "Li", "O")) + 0.05 / 4**7
OXIDE = -0.687  # A. Wang et al., Scientific Reports 11, 15496 (2021)


def changes(vasp: Any, run: int = 2) -> dict[str, Any]:
    """Return the tags of a run's INCAR that the first run did not have, or had otherwise."""
    first = vasp.incar(1)
    return {tag: value for tag, value in vasp.incar(run).items() if first.get(tag) != value}


def fails(error: str, *, run: int = 1, step: int = 0) -> list[dict[str, Any]]:
    return [{"error": error, "run": run, "step": step}]


def test_zbrent_goes_on_from_contcar_with_tighter_electrons(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails("zbrent", step=3))
    document = vasp.run(lithia)
    assert changes(vasp) == {"EDIFF": 1e-6, "NELMIN": 8}
    assert vasp.runs == 2
    assert document.converged
    assert document.notes == ["custodian repaired: zbrent"]
    # 3 steps before and 5 after: none is repeated, and all are counted
    assert len(vasp.energies()) == document.n_steps == 8
    assert document.initial_energy == pytest.approx(START + OXIDE, abs=1e-7)


def test_a_second_zbrent_changes_the_optimizer(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails("zbrent", run=1, step=2) + fails("zbrent", run=2, step=2))
    assert vasp.run(lithia).converged
    assert vasp.incar(3)["IBRION"] == 1


def test_edddav_changes_the_algorithm(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails("edddav", step=2))
    document = vasp.run(lithia)
    fixed = {"ALGO": "All", "ISEARCH": 1}
    assert {tag: changes(vasp)[tag] for tag in fixed} == fixed
    assert document.n_steps == len(vasp.energies()) == 8


def test_brmix_changes_the_mixing(vasp: Any, lithia: Structure) -> None:
    # at the first sign custodian reads the charge density again, at the second it changes IMIX
    vasp.plan(failures=fails("brmix", run=1, step=7) + fails("brmix", run=2, step=7))
    document = vasp.run(lithia)
    assert document.converged
    assert vasp.incar(2)["ISTART"] == 1
    assert vasp.incar(3)["IMIX"] == 1


def test_too_few_ionic_steps_go_on_from_contcar(vasp: Any, lithia: Structure) -> None:
    document = vasp.run(lithia, vasp.maker(incar={"NSW": 5}))
    assert changes(vasp) == {"IBRION": 1}
    assert document.converged
    assert document.n_steps == len(vasp.energies()) == 8
    assert document.energy == pytest.approx(RELAXED + OXIDE, abs=1e-7)


def test_electrons_that_do_not_converge_get_a_safer_algorithm(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails("electronic"))
    assert vasp.run(lithia).converged
    assert vasp.incar(1)["ALGO"] == "Fast"
    assert changes(vasp) == {"ALGO": "Normal"}


def test_five_repairs_are_the_most(vasp: Any, lithia: Structure) -> None:
    with pytest.raises(MaxCorrectionsPerJobError, match="Max errors per job reached: 5"):
        # forces halve with each step: 15 steps from 1 to 0.0001 eV/Å
        vasp.run(lithia, vasp.maker(incar={"NSW": 2}, force_threshold=1e-4))
    assert vasp.runs == 5
    assert len(vasp.energies()) == 10


def test_an_error_without_another_repair_is_an_error(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=[{"error": "zbrent"}])
    with pytest.raises(NonRecoverableError, match="VaspErrorHandler"):
        vasp.run(lithia)
    # EDIFF is tightened to 1e-8, and IBRION changed on the way
    assert vasp.incar(vasp.runs)["EDIFF"] == 1e-8
    assert vasp.incar(vasp.runs)["IBRION"] == 1


def test_killed_for_want_of_memory_is_an_error_with_slurms_words(
    vasp: Any, lithia: Structure
) -> None:
    vasp.plan(failures=fails("memory", step=2))
    with pytest.raises(ValidationError, match="VasprunXMLValidator"):
        vasp.run(lithia)
    assert "oom_kill event" in Path("std_err.txt").read_text()
    assert vasp.runs == 1


def test_want_of_memory_that_vasp_reports_halves_its_k_point_groups(
    vasp: Any, lithia: Structure
) -> None:
    vasp.plan(failures=fails("allocation"))
    assert vasp.run(lithia, vasp.maker(incar={"KPAR": 4})).converged
    assert changes(vasp) == {"KPAR": 2}


@pytest.mark.parametrize("error", ["truncated", "crash"])
def test_a_vasprun_that_is_cut_off_is_an_error(error: str, vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails(error))
    with pytest.raises(ValidationError, match="VasprunXMLValidator"):
        vasp.run(lithia)


def test_a_run_that_hangs_is_ended_and_repaired(vasp: Any, lithia: Structure) -> None:
    vasp.plan(failures=fails("hang", step=1))
    maker = vasp.maker()
    quick = {"handlers": [FrozenJobErrorHandler(timeout=1)]}
    document = vasp.run(lithia, replace(maker, run_vasp_kwargs=maker.run_vasp_kwargs | quick))
    assert document.converged
    assert changes(vasp) == {"ALGO": "Normal"}
    assert document.notes == ["custodian repaired: Frozen job"]


def test_handlers_remember_nothing_of_earlier_runs(
    vasp: Any, lithia: Structure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vasp.plan(failures=fails("zbrent", step=2))
    vasp.run(lithia)
    folder = tmp_path / "second"
    folder.mkdir()
    monkeypatch.chdir(folder)
    second = replace(vasp, folder=folder)
    second.run(lithia)
    # shared handlers would go on to IBRION 1
    assert changes(second) == {"EDIFF": 1e-6, "NELMIN": 8}


def test_a_stop_at_walltime_is_no_success_and_goes_on(vasp: Any, lithia: Structure) -> None:
    vasp.plan(seconds=0.4)
    maker = vasp.maker()
    # less time is left than custodian's buffer of 300 s: it stops VASP at its first look
    hurried = replace(maker, run_vasp_kwargs=maker.run_vasp_kwargs | {"wall_time": 299})
    with pytest.raises(WalltimeError, match="was stopped at its walltime") as stop:
        vasp.run(lithia, hurried)
    assert isinstance(stop.value, NotConvergedError)
    done = len(vasp.energies())
    assert done < 8
    vasp.plan()
    document = vasp.run(lithia)
    assert document.converged
    assert document.n_steps == len(vasp.energies()) == 8
    assert document.energy == pytest.approx(RELAXED + OXIDE, abs=1e-7)
    assert document.notes == ["VASP was interrupted once and went on from its last geometry"]


def test_the_message_of_a_walltime_stop_names_the_force(vasp: Any, lithia: Structure) -> None:
    vasp.plan(seconds=0.4)
    maker = vasp.maker()
    hurried = replace(maker, run_vasp_kwargs=maker.run_vasp_kwargs | {"wall_time": 299})
    before = time.monotonic()
    with pytest.raises(WalltimeError) as stop:
        vasp.run(lithia, hurried)
    assert time.monotonic() - before < 60
    force = re.search(r"largest force is ([\d.]+) eV/Å \(threshold 0\.01\)", str(stop.value))
    assert force is not None
    steps = len(vasp.energies())
    assert float(force[1]) == pytest.approx(2.0 ** (1 - steps), abs=1e-3)
    assert "run it again" in str(stop.value)
    assert os.environ["CUSTODIAN_WALLTIME_START"]
