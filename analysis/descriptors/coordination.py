"""How many oxygen ions surround a dopant in the relaxed cell.

Hoppe's effective coordination number (R. Hoppe, *Z. Kristallogr.* 150, 23 (1979)): each neighbour
counts by how its distance compares with the weighted mean of all,

    ECoN = sum_i exp(1 - (d_i / d_mean)^6)        d_mean = sum_i w_i d_i / sum_i w_i

with the weights w_i = exp(1 - (d_i / d_mean)^6) themselves, from d_mean = min d_i on. It needs
no radius, cut-off or oxidation state, and takes a millisecond.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core import Structure

#: Å. Ra-O, the longest of all sums of ionic radii, is 3.1 Å; a neighbour at 1.5 times the mean
#: distance counts 3e-5.
RANGE = 4.0
#: Å, at which the mean distance has settled.
SETTLED = 1e-6
MAX_ITERATIONS = 100


def effective_coordination(distances: NDArray[np.float64]) -> float:
    """Effective coordination number of an ion.

    Parameters
    ----------
    distances
        [N] distances to all possible neighbours, Å; far ones do not count.

    Raises
    ------
    InputError
        There is no neighbour.
    """
    if not len(distances):
        message = f"No oxygen lies within {RANGE} Å of the ion: it has no coordination number."
        raise InputError(message)
    mean = float(distances.min())
    for _ in range(MAX_ITERATIONS):
        weights = np.exp(1 - (distances / mean) ** 6)
        previous, mean = mean, float(weights @ distances / weights.sum())
        if abs(mean - previous) < SETTLED:
            break
    return float(np.exp(1 - (distances / mean) ** 6).sum())


def coordination_number(structure: Structure, element: str, *, count: int | None = None) -> float:
    """Count the oxygen neighbours of a dopant: rounded for each of its ions, then their mean.

    Parameters
    ----------
    structure
        The relaxed cell.
    element
        Symbol of the dopant.
    count
        How many of the element's ions are dopants, if the host contains the element too: those
        whose mean M-O distance differs most from the median of all. None: all of them.

    Raises
    ------
    InputError
        The cell holds fewer such ions, or one of them has no oxygen within 4 Å.
    """
    indices = [i for i, site in enumerate(structure) if _symbol(site) == element]
    if not indices or (count is not None and not 1 <= count <= len(indices)):
        message = f"{structure.composition} holds {len(indices)} {element} ions; {count=}."
        raise InputError(message)
    around = [_oxygen_distances(structure, index) for index in indices]
    if count is not None and count < len(around):
        around = _farthest_from_median(around, count)
    return float(np.mean([math.floor(effective_coordination(each) + 0.5) for each in around]))


def _symbol(site: object) -> str:
    species = site.specie  # type: ignore[attr-defined]  # pymatgen's sites are untyped here
    return str(getattr(species, "element", species).symbol)


def _oxygen_distances(structure: Structure, index: int) -> NDArray[np.float64]:
    neighbours = structure.get_neighbors(structure[index], RANGE)
    return np.array([each.nn_distance for each in neighbours if _symbol(each) == "O"])


def _farthest_from_median(
    around: Sequence[NDArray[np.float64]], count: int
) -> list[NDArray[np.float64]]:
    """Pick the `count` surroundings whose size is the least like that of the majority."""
    sizes = np.array([_mean_distance(each) for each in around])
    order = np.argsort(-np.abs(sizes - np.median(sizes)), kind="stable")
    return [around[i] for i in order[:count]]


def _mean_distance(distances: NDArray[np.float64]) -> float:
    weights = np.exp(1 - (distances / distances.min()) ** 6)
    return float(weights @ distances / weights.sum())
