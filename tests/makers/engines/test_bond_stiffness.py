"""The first Hessian of a relaxation: springs along bonds."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.data import covalent_radii
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS

from makers.engines.bond_stiffness import SOFTEST, STIFFNESS, SpringBfgs, spring_hessian


def lithia(distance: float, *, cell: float = 20.0) -> Atoms:
    return Atoms("LiO", [[0, 0, 0], [distance, 0, 0]], cell=[cell] * 3, pbc=True)


def test_a_bond_as_long_as_its_radii_is_one_spring_of_the_stiffness() -> None:
    distance = covalent_radii[3] + covalent_radii[8]
    hessian = spring_hessian(lithia(distance), cell_factor=1.0) - SOFTEST * np.eye(15)
    assert hessian[0, 0] == pytest.approx(STIFFNESS)  # Li along the bond
    assert hessian[3, 3] == pytest.approx(STIFFNESS)  # O along the bond
    assert hessian[0, 3] == pytest.approx(-STIFFNESS)
    assert hessian[1, 1] == pytest.approx(0)  # across the bond
    assert hessian[6, 6] == pytest.approx(STIFFNESS * distance**2)  # strain along the bond


def test_the_cell_factor_scales_the_strains_alone() -> None:
    one, ten = (spring_hessian(lithia(2.0), cell_factor=factor) for factor in (1.0, 10.0))
    strain = one[6, 6] - SOFTEST
    assert ten[6, 6] - SOFTEST == pytest.approx(strain / 100)
    assert ten[:6, :6] == pytest.approx(one[:6, :6])


def test_moving_all_atoms_together_stretches_nothing() -> None:
    crystal = bulk("MgO", "rocksalt", a=4.2).repeat((1, 1, 2))
    hessian = spring_hessian(crystal, cell_factor=2.0) - SOFTEST * np.eye(3 * len(crystal) + 9)
    together = np.zeros(len(hessian))
    together[0 : 3 * len(crystal) : 3] = 1
    assert hessian @ together == pytest.approx(0, abs=1e-9)
    assert np.linalg.eigvalsh(hessian).min() > -1e-9


def test_an_atom_of_rocksalt_has_a_third_of_its_six_springs_in_each_direction() -> None:
    crystal = bulk("MgO", "rocksalt", a=4.2)
    bond = STIFFNESS * np.exp((covalent_radii[12] + covalent_radii[8] - 2.1) / 0.37)
    # Six at 2.1 Å; eight more at 3.64 Å, within reach.
    far = STIFFNESS * np.exp((covalent_radii[12] + covalent_radii[8] - 2.1 * 3**0.5) / 0.37)
    hessian = spring_hessian(crystal, cell_factor=1.0)
    assert hessian[0, 0] - SOFTEST == pytest.approx(2 * bond + 8 / 3 * far)


def test_a_metal_without_anions_has_bonds_of_its_own() -> None:
    hessian = spring_hessian(bulk("Cu", cubic=True), cell_factor=1.0)
    assert hessian[0, 0] > 2 * SOFTEST


def test_it_reaches_the_minimum_of_bfgs() -> None:
    ends = []
    for optimizer in (BFGS, SpringBfgs):
        atoms = bulk("Cu", cubic=True).repeat(2)
        atoms.rattle(0.05, seed=1)
        atoms.set_cell(atoms.cell * 1.02, scale_atoms=True)
        atoms.calc = EMT()
        filtered = FrechetCellFilter(atoms, exp_cell_factor=len(atoms) ** 0.5)
        assert optimizer(filtered, logfile=None).run(fmax=0.005, steps=200)
        ends.append(atoms.get_potential_energy())
    assert ends[0] == pytest.approx(ends[1], abs=1e-3)
