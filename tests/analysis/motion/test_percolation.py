import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import label

from analysis.motion.percolation import endless_directions, percolation_energies

SIZE = 8


def region(*points: tuple[int | slice, int | slice, int | slice]) -> NDArray[np.bool_]:
    mask = np.zeros((SIZE, SIZE, SIZE), dtype=bool)
    for point in points:
        mask[point] = True
    return mask


ALL = slice(None)


def test_nothing_and_a_closed_pocket_have_no_endless_direction() -> None:
    assert endless_directions(region()) == 0
    assert endless_directions(region((slice(1, 7), slice(1, 7), slice(1, 7)))) == 0


def test_a_pocket_cut_by_the_boundary_is_still_closed() -> None:
    pocket = np.roll(region((slice(0, 3), slice(0, 3), slice(0, 3))), (-1, -1, -1), (0, 1, 2))
    assert endless_directions(pocket) == 0


@pytest.mark.parametrize(
    ("points", "directions"),
    [
        ([(ALL, 4, 4)], 1),
        ([(ALL, ALL, 4)], 2),
        ([(ALL, 4, 4), (4, ALL, 4)], 2),
        ([(ALL, 4, 4), (4, ALL, 4), (4, 4, ALL)], 3),
        ([(ALL, ALL, ALL)], 3),
    ],
)
def test_rods_planes_and_grids_have_one_to_three(
    points: list[tuple[int | slice, ...]], directions: int
) -> None:
    assert endless_directions(region(*points)) == directions


def test_rods_that_do_not_touch_make_one_direction() -> None:
    assert endless_directions(region((ALL, 4, 2), (4, ALL, 6))) == 1


def test_a_diagonal_path_is_one_direction() -> None:
    assert endless_directions(region(*[(i, i, i) for i in range(SIZE)])) == 1


def test_a_helix_that_closes_after_two_periods_is_endless() -> None:
    """Two strands along x that change places, so that each ends where the other begins."""
    y, z = (2, 2, 3, 4, 5, 6, 6, 6), (4, 3, 2, 2, 2, 2, 3, 4)
    strand = list(zip(range(SIZE), y, z, strict=True))
    other = [(x, SIZE - y, SIZE - z) for x, y, z in strand]
    helix = region(*strand, *other)
    assert label(helix, structure=np.ones((3, 3, 3)))[1] == 2
    assert endless_directions(helix) == 1


def test_energies_of_a_landscape_made_of_rods() -> None:
    """Along x the rod costs 0.1 eV, a crossing one along y 0.3, along z 2.5; the rest is 20."""
    energies = np.full((SIZE, SIZE, SIZE), 20.0)
    energies[4, 4, :] = 2.5
    energies[4, :, 4] = 0.3
    energies[:, 4, 4] = 0.1
    energies[4, 4, 4] = 0.0
    found = percolation_energies(energies, ceiling=10.0, tolerance=1e-4)
    assert found == pytest.approx((0.1, 0.3, 2.5), abs=1e-4)


def test_energies_are_counted_from_the_minimum() -> None:
    energies = np.full((SIZE, SIZE, SIZE), -1.0)
    energies[0, 0, 0] = -1.5
    assert percolation_energies(energies, ceiling=10.0) == pytest.approx((0.5,) * 3, abs=1e-3)


def test_no_percolation_below_the_ceiling_is_infinite() -> None:
    energies = np.full((SIZE, SIZE, SIZE), 20.0)
    energies[:, 4, 4] = 0.0
    found = percolation_energies(energies, ceiling=10.0)
    assert found[0] == pytest.approx(0.0, abs=1e-3)
    assert found[1:] == (math.inf, math.inf)
