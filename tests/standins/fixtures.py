"""VASP's stand-in as a fixture: its commands, its potentials, and a crystal for it."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp.inputs import SETTINGS, Incar, PotcarSingle

from standins.crystals import crystal_of
from standins.potcars import write_potcars
from standins.vasp import PLAN, RECORD

if TYPE_CHECKING:
    from makers.engines.vasp.vasp_relax import VaspRelaxMaker
    from makers.schemas import RelaxationDocument

TESTS = Path(__file__).parents[1]

# Custodian looks every 0.1 s: by default it is 10 s between two looks, for jobs of hours.
QUICK = {"polling_time_step": 0.1, "monitor_freq": 2}


@dataclass(frozen=True)
class StandIn:
    """The stand-in's commands, how it is told to behave, and what it says it did."""

    std: Path
    gamma: Path
    folder: Path
    setenv: Callable[[str, str], None]

    def plan(self, **plan: Any) -> None:
        """Say how it behaves from now on: see `standins.vasp`."""
        self.setenv(PLAN, json.dumps({"potential": "springs"} | plan))

    def maker(self, **settings: Any) -> VaspRelaxMaker:
        """Return the campaign's Maker, which runs the stand-in and looks often."""
        from makers.engines.registry import relax_maker

        maker = relax_maker("vasp", settings)
        quick = {
            "vasp_cmd": str(self.std),
            "vasp_gamma_cmd": str(self.gamma),
            "custodian_kwargs": QUICK,
        }
        return replace(maker, run_vasp_kwargs=maker.run_vasp_kwargs | quick)

    def run(self, structure: Structure, maker: VaspRelaxMaker | None = None) -> RelaxationDocument:
        """Run the job where the tests run, as one and the same job each time."""
        from jobflow import JobStore
        from maggma.stores import MemoryStore

        job = (maker or self.maker()).make(structure)
        job.set_uuid("7f7e9d3a-0000-4000-8000-000000000001")
        store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
        store.connect()
        job.run(store)
        return job.output.resolve(store)

    def incar(self, run: int) -> Incar:
        """Return the INCAR that a run read, counted from one."""
        return Incar.from_file(self.folder / RECORD / f"INCAR.{run}")

    @property
    def runs(self) -> int:
        """How often VASP was started."""
        return len(list((self.folder / RECORD).glob("INCAR.*")))

    def energies(self, run: int | None = None) -> list[float]:
        """Return the energies of the ionic steps that were completed, in one run or in all."""
        record = self.folder / RECORD / "steps.jsonl"
        steps = map(json.loads, record.read_text().splitlines()) if record.exists() else ()
        return [step["energy"] for step in steps if run in (None, step["run"])]


class KilledError(BaseException):
    """Nothing after it runs, as nothing runs after a kill."""


@pytest.fixture
def killed(
    vasp: StandIn, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Run the job and kill VASP and what watches over it after a number of ionic steps."""
    from makers.engines.vasp.vasp_folder import end_orphans

    def run(steps: int, failures: Sequence[dict[str, Any]] = ()) -> None:
        """Let custodian repair the failures; the kill comes in the start after them."""
        last = vasp.runs + len(failures) + 1

        def watch(seconds: float) -> None:
            sleep(seconds)
            if vasp.runs == last and len(vasp.energies(last)) == steps:
                end_orphans(vasp.folder)
                raise KilledError

        vasp.plan(failures=[*failures, {"error": "hang", "step": steps, "run": last}])
        sleep = time.sleep
        with monkeypatch.context() as patch:
            patch.setattr("custodian.custodian.time.sleep", watch)
            with pytest.raises(KilledError):
                vasp.run(lithia)
        vasp.plan()

    return run


@pytest.fixture
def potentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of potentials with headers and no physics."""
    folder = write_potcars(tmp_path / "potentials")
    # pymatgen would compare each with the statistics of all real ones, to find that it is none
    monkeypatch.setattr(PotcarSingle, "is_valid", False)
    # asking for validity sets it; what reads a vasprun.xml puts it into the potentials' records
    monkeypatch.setattr(PotcarSingle, "_summary_stats", {}, raising=False)
    monkeypatch.setitem(SETTINGS, "PMG_VASP_PSP_DIR", str(folder))
    return folder


@pytest.fixture
def vasp(tmp_path: Path, potentials: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in on springs, in a folder of its own in which the test runs."""
    del potentials
    commands = [tmp_path / "vasp_std", tmp_path / "vasp_gam"]
    for command in commands:
        command.write_text(
            f'#!/bin/sh\nexport PYTHONPATH="{TESTS}" OMP_NUM_THREADS=1\n'
            f'echo {command.name} >> "$PWD/command"\nexec "{sys.executable}" -m standins.vasp\n'
        )
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
    folder = tmp_path / "run"
    folder.mkdir()
    monkeypatch.chdir(folder)
    os.environ.pop("CUSTODIAN_WALLTIME_START", None)  # a clock that custodian leaves running
    stand_in = StandIn(*commands, folder, monkeypatch.setenv)
    stand_in.plan()
    return stand_in


@pytest.fixture
def lithia() -> Structure:
    """Li2O with one Li moved by 0.1 Å: springs pull it back with 1 eV/Å."""
    structure = crystal_of(
        "Fm-3m", Lattice.cubic(4.8), ["Li+", "O2-"], [[0.25, 0.25, 0.25], [0, 0, 0]]
    ).get_primitive_structure()
    structure.translate_sites([0], [0.1, 0, 0], frac_coords=False)
    return structure
