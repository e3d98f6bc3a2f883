import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure
from standins.crystals import crystal_of

from analysis.structures.arrangements.ewald import close_pairs, ewald_matrix


def test_rock_salt_energy_is_the_madelung_constant() -> None:
    """E per ion pair = -1.747565 e^2/(4 pi eps0 d), e^2/(4 pi eps0) = 14.39964 eV A; four pairs."""
    a = 5.64
    structure = crystal_of("Fm-3m", Lattice.cubic(a), ["Na+", "Cl-"], [[0, 0, 0], [0.5] * 3])
    charges = np.array([1.0] * 4 + [-1.0] * 4)
    energy = charges @ ewald_matrix(structure.lattice, structure.frac_coords) @ charges
    assert energy == pytest.approx(-4 * 1.747565 * 14.39964 / (a / 2), rel=1e-5)


def test_any_neutral_occupation_of_the_sites_has_the_energy_of_its_own_summation() -> None:
    rng = np.random.default_rng(1)
    lattice = Lattice.from_parameters(6, 7, 8, 80, 95, 100)
    coords = np.array([[i, j, k] for i in (0, 0.5) for j in (0, 0.5) for k in (0.1, 0.6)])
    coords += rng.normal(scale=0.02, size=coords.shape)
    charges = np.array([2.0, -2.0, 0.0, 1.0, -1.0, 3.0, -3.0, 0.0])
    filled = np.flatnonzero(charges)
    names = {2: "Mg2+", -2: "O2-", 1: "Li+", -1: "F-", 3: "Al3+", -3: "N3-"}
    ordered = Structure(lattice, [names[int(charges[i])] for i in filled], coords[filled])
    energy = charges @ ewald_matrix(lattice, coords) @ charges
    assert energy == pytest.approx(EwaldSummation(ordered).total_energy, abs=1e-6)


def test_close_pairs_count_images_and_not_the_site_itself() -> None:
    coords = [[0.05, 0, 0], [0.95, 0, 0], [0.5, 0, 0]]
    close = close_pairs(Lattice.cubic(10), coords, 1.5)
    assert close.tolist() == [[False, True, False], [True, False, False], [False, False, False]]
