"""Endless low paths in a periodic map: at which energy, and in how many directions."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

NEIGHBOURS = np.ones((3, 3, 3), dtype=int)
"""A grid point touches the 26 around it, as in `bvlain`."""

Step = NDArray[np.int64]
Bonds = dict[int, list[tuple[int, Step]]]


def percolation_energies(
    energies: NDArray[np.float64], *, ceiling: float, tolerance: float = 1e-3
) -> tuple[float, float, float]:
    """Find the energies above the minimum at which a periodic map percolates in 1D, 2D and 3D.

    Parameters
    ----------
    energies
        The map, [nx, ny, nz], eV, one period without its end points.
    ceiling
        Energy above the minimum at which the search ends, eV.
    tolerance
        Tolerance of the energies, eV.

    Returns
    -------
    tuple
        Lowest energies, to within `tolerance` from above, at which one connected region extends
        without end in at least one, two and three directions; `math.inf` if none does. As
        `bvlain.Lain.percolation_barriers`, in a tenth of its time for a garnet; that one does not
        count paths that close only after two periods.
    """
    above = energies - energies.min()

    @cache  # the three searches share most of their probes
    def directions(energy: float) -> int:
        return endless_directions(above < energy)

    def lowest(dimension: int) -> float:
        low, high, found = 0.0, ceiling, float("inf")
        while high - low > tolerance:
            probe = (low + high) / 2
            if directions(probe) >= dimension:
                high = found = probe
            else:
                low = probe
        return found

    return lowest(1), lowest(2), lowest(3)


def endless_directions(region: NDArray[np.bool_]) -> int:
    """Count the independent directions in which a connected part of a periodic region has no end.

    A walk inside one part that comes back to its start in another period has gone along a
    translation of the lattice; the rank of all such translations is the answer. A path that closes
    after two periods counts, and two crossing rods that do not touch make one direction.

    Parameters
    ----------
    region
        Which grid points of one period belong to it, [nx, ny, nz].
    """
    labels, _ = label(region, structure=NEIGHBOURS)
    bonds = _across_boundaries(labels)
    reached: dict[int, Step] = {}
    return max((_rank(_walk(start, bonds, reached)) for start in bonds), default=0)


def _across_boundaries(labels: NDArray[np.int32]) -> Bonds:
    """Return which parts of one period touch which in a neighbouring one, and the step there."""
    crossings = np.concatenate([found for axis in range(3) for found in _crossings(labels, axis)])
    # Each row as one number: those are unique in a tenth of the time.
    sizes = (labels.max() + 1, labels.max() + 1, 3, 3, 3)
    numbers = np.unique(np.ravel_multi_index(tuple(crossings.T), sizes))
    bonds: Bonds = defaultdict(list)
    for here, there, *offset in np.stack(np.unravel_index(numbers, sizes), axis=1).tolist():
        step = np.array(offset) - 1
        bonds[here].append((there, step))
        bonds[there].append((here, -step))
    return bonds


def _crossings(labels: NDArray[np.int32], axis: int) -> Iterator[NDArray[np.int64]]:
    """Yield pairs of touching labels and the offset between their periods plus one, [M, 5]."""
    face = [np.arange(length) for length in labels.shape]
    face[axis] = face[axis][-1:]
    points = np.stack(np.meshgrid(*face, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[labels[tuple(points.T)] > 0]
    for sideways in itertools.product((-1, 0, 1), repeat=2):
        offset, target = np.divmod(points + np.insert(sideways, axis, 1), labels.shape)
        pairs = np.column_stack([labels[tuple(points.T)], labels[tuple(target.T)], offset + 1])
        yield pairs[pairs[:, 1] > 0]


def _walk(start: int, bonds: Bonds, reached: dict[int, Step]) -> list[Step]:
    """Visit all that is connected with `start`; return the translations that lead back."""
    if start in reached:
        return []
    reached[start] = np.zeros(3, dtype=int)
    translations = []
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there, step in bonds[here]:
            period = reached[here] + step
            if there not in reached:
                reached[there] = period
                waiting.append(there)
            elif (period != reached[there]).any():
                translations.append(period - reached[there])
    return translations


def _rank(translations: list[Step]) -> int:
    return int(np.linalg.matrix_rank(np.array(translations))) if translations else 0
