"""The fast CHGNet gives what the stock one gives."""

from pathlib import Path

import numpy as np
import pytest
from ase.calculators.calculator import Calculator
from numpy.typing import NDArray
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from makers.engines.chgnet.chgnet_settings import CHGNET_MODEL

dynamics = pytest.importorskip("chgnet.model.dynamics")
CIF = Path(__file__).parents[3] / "data" / "li2zro3.cif"


@pytest.fixture(scope="module")
def crystal() -> Structure:
    """Li2ZrO3 out of equilibrium, so that no force or stress vanishes by symmetry."""
    structure = Structure.from_file(CIF)
    structure.remove_oxidation_states()
    return structure.perturb(0.1, seed=0).apply_strain([0.02, -0.01, 0.0])


def computed(crystal: Structure, calculator: Calculator) -> tuple[float, NDArray, NDArray]:
    atoms = AseAtomsAdaptor.get_atoms(crystal)
    atoms.calc = calculator
    return atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()


def test_energy_forces_and_stress_are_those_of_the_stock_model(crystal: Structure) -> None:
    from makers.engines.chgnet.chgnet_model import chgnet_calculator

    stock = dynamics.CHGNetCalculator(use_device="cpu")
    energy, forces, stress = computed(crystal, chgnet_calculator(CHGNET_MODEL))
    expected_energy, expected_forces, expected_stress = computed(crystal, stock)
    # single precision: the last digit of -180 eV is 1.5e-5
    assert energy == pytest.approx(expected_energy, abs=3e-5)
    assert np.abs(expected_forces).max() > 0.5
    assert forces == pytest.approx(expected_forces, abs=2e-5)
    assert np.abs(expected_stress).max() > 0.01
    assert stress == pytest.approx(expected_stress, abs=2e-6)
