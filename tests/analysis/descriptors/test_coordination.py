"""Coordination numbers of crystals known to everybody, and of distorted ones by hand."""

import math

import numpy as np
import pytest
from pymatgen.core import Lattice
from standins.crystals import crystal_of

from analysis.base.errors import InputError
from analysis.descriptors.coordination import coordination_number, effective_coordination
from analysis.energies.reference_phases import table_crystals

ROCK_SALT = crystal_of("Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_equal_distances_count_one_each() -> None:
    assert effective_coordination(np.full(8, 2.5)) == pytest.approx(8)


def test_a_far_neighbour_counts_as_the_formula_says() -> None:
    # Four at 2 Å, one at 3 Å, whose weight in the mean is small: exp(1 - 1.5^6) is 3e-5.
    mean = (4 * 2.0 + 3e-5 * 3.0) / (4 + 3e-5)
    by_hand = 4 * math.exp(1 - (2 / mean) ** 6) + math.exp(1 - (3 / mean) ** 6)
    assert effective_coordination(np.array([2.0] * 4 + [3.0])) == pytest.approx(by_hand, abs=1e-3)
    assert by_hand == pytest.approx(4, abs=1e-3)


@pytest.mark.parametrize(
    ("formula", "element", "number"),
    [
        ("Al2O3", "Al", 6),
        ("Y2O3", "Y", 6),
        ("SiO2", "Si", 4),
        ("Li2O", "Li", 4),
        ("CaO", "Ca", 6),
        ("BaO", "Ba", 6),
        ("BeO", "Be", 4),
        ("ThO2", "Th", 8),
        ("Li7La3Zr2O12", "La", 8),
        ("Li7La3Zr2O12", "Zr", 6),
    ],
)
def test_crystals_have_their_textbook_coordination(formula: str, element: str, number: int) -> None:
    assert coordination_number(table_crystals()[formula], element) == number


def test_a_dopant_is_told_from_host_ions_of_its_element() -> None:
    # One Mg of eight drawn to the middle of three of its six oxygens.
    crystal = ROCK_SALT * (2, 1, 1)
    odd = next(i for i, site in enumerate(crystal) if site.specie.symbol == "Mg")
    crystal.translate_sites([odd], np.full(3, 0.55), frac_coords=False)
    assert coordination_number(crystal, "Mg", count=1) == 3
    assert coordination_number(crystal, "Mg") > 5


def test_an_ion_without_oxygen_is_refused() -> None:
    salt = crystal_of("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    with pytest.raises(InputError, match="No oxygen lies within"):
        coordination_number(salt, "Na")


def test_an_element_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="holds 0 Al ions"):
        coordination_number(ROCK_SALT, "Al")
    with pytest.raises(InputError, match="count=9"):
        coordination_number(ROCK_SALT, "Mg", count=9)
