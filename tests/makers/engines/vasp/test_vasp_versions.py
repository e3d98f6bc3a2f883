"""Energies in files of several versions of VASP."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import ase
import pytest
from emmet.core.vasp.calculation import IonicStep
from pymatgen.core import Structure
from pymatgen.io.vasp import Vasprun

from makers.engines.vasp.vasp_document import energy_of_step

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore")

# Files of real runs, which ASE carries for its own tests.
REAL = Path(ase.__file__).parent / "test" / "testdata" / "vasp"


@pytest.mark.parametrize(
    ("name", "version", "energy"),
    # e_0_energy of the ionic step, as the files have it
    [("vasprun_dfpt.xml", "6.3.2", -6.74587304), ("vasprun_pstress.xml", "6.3.0", -20.24010135)],
)
def test_energies_of_real_runs(name: str, version: str, energy: float) -> None:
    run = Vasprun(REAL / name, parse_potcar_file=False, parse_dos=False, parse_eigen=False)
    assert run.vasp_version == version
    assert energy_of_step(IonicStep(**run.ionic_steps[0])) == pytest.approx(energy, abs=1e-8)


def test_the_first_energy_of_vasp_5_is_not_the_entropy(vasp: Any, lithia: Structure) -> None:
    right = vasp.run(lithia).initial_energy
    packed = Path("vasprun.xml.gz")
    *steps, end = gzip.decompress(packed.read_bytes()).decode().split("</calculation>")
    # the last e_0_energy of a <calculation> is that of the ionic step
    steps = [re.sub(r'(?s)(.*<i name="e_0_energy">)[^<]*', r"\g<1> 0.00000000 ", s) for s in steps]
    packed.write_bytes(gzip.compress("</calculation>".join([*steps, end]).encode()))
    assert vasp.run(lithia).initial_energy == pytest.approx(right)
