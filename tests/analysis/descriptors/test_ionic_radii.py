"""Radii against Shannon's printed table."""

import pytest

from analysis.base.errors import InputError
from analysis.descriptors.ionic_radii import ionic_radius, tabulated_radii


@pytest.mark.parametrize(
    ("element", "valence", "coordination", "radius"),
    [
        ("Al", 3, 4, 0.39),
        ("Al", 3, 6, 0.535),
        ("Ta", 5, 6, 0.64),
        ("La", 3, 8, 1.16),
        ("Zr", 4, 6, 0.72),
        ("Li", 1, 4, 0.59),
        ("Ga", 3, 4, 0.47),
        ("Ca", 2, 8, 1.12),
    ],
)
def test_radius_at_the_coordination_number(
    element: str, valence: int, coordination: int, radius: float
) -> None:
    assert ionic_radius(element, valence, coordination) == (radius, coordination)


def test_a_coordination_that_lacks_takes_the_nearest_and_says_which() -> None:
    # Ta5+ is tabulated at 6, 7 and 8.
    assert ionic_radius("Ta", 5, 4) == (0.64, 6)
    assert ionic_radius("Ta", 5, 12) == (0.74, 8)


def test_of_two_equally_near_the_smaller_coordination_is_taken() -> None:
    # Mo6+: 4, 5, 6 and 7. As3+ has 6 alone; Al3+ at 4.5 lies between 4 and 5.
    assert ionic_radius("Al", 3, 4.5).coordination == 4


def test_high_spin_where_the_table_has_both() -> None:
    assert ionic_radius("Fe", 3, 6).value == 0.645


def test_square_planar_stands_in_only_where_there_is_no_tetrahedron() -> None:
    assert ionic_radius("Pd", 2, 4).value == 0.64  # square planar alone
    assert ionic_radius("Cu", 2, 4).value == 0.57  # both are listed, 0.57 each


def test_an_ion_without_any_radius_is_named() -> None:
    assert tabulated_radii("Sn", 2) == {}
    with pytest.raises(InputError, match=r"no radius of Sn2\+"):
        ionic_radius("Sn", 2, 6)
