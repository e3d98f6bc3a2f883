"""Simulated annealing of the ions' positions, updating the energy at every swap."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.structures.arrangements.ewald import FloatArray
from analysis.structures.arrangements.occupation import OccupationProblem

CONVERGED = 1e-9
"""A swap that gains less (eV) is a rounding error."""


@dataclass(frozen=True)
class Annealing:
    """Independent anneals, each with a geometric cooling schedule.

    The defaults are for the garnet host. Its lithium freezes below 4 eV into one of many patterns
    that single swaps do not connect, so many short anneals find more than few long ones: one in
    about 70 reaches the lowest energy known for the 192-atom cell (one in 10 for 96 atoms), and
    ten times as many moves do not raise that share.

    Attributes
    ----------
    moves_per_site
        Attempted swaps per site of the sublattices.
    hot, cold
        The first and the last temperature, as energies in eV.
    restarts
        The least number of anneals.
    """

    moves_per_site: int = 1000
    hot: float = 4.0
    cold: float = 0.1
    restarts: int = 150


class Walker:
    """One occupation of a problem's active sites, its charges and their potential.

    The penalised energy is E = 2 f.q + q.A.q, with the field f of the fixed ions and the couplings
    A between active sites. Swapping the charges of sites i and j, d = q_j - q_i, changes it by
    2 d (phi_i - phi_j) + d^2 (A_ii + A_jj - 2 A_ij), where phi = f + A.q: a few flops to judge a
    swap, and O(n) to update phi if it is accepted.

    Parameters
    ----------
    problem
        What is to be distributed, and where.
    codes
        The palette code of each active site, [n].
    """

    def __init__(self, problem: OccupationProblem, codes: list[int]) -> None:
        self.codes = list(codes)
        self.accepts = problem.accepts.tolist()
        self.charges = [float(problem.palette_charges[code]) for code in codes]
        self.couplings = problem.couplings
        self.potential = problem.field + self.couplings @ np.array(self.charges)
        # Reading Python floats through a memoryview is twice as fast as indexing the array.
        self.phi = memoryview(self.potential)
        diagonal = np.diag(self.couplings)
        self.curvature: FloatArray = diagonal[:, None] + diagonal[None, :] - 2 * self.couplings
        self.curvatures: list[list[float]] = self.curvature.tolist()

    def change(self, i: int, j: int) -> float:
        """Return the change of the penalised energy, in eV, if sites i and j were swapped."""
        step = self.charges[j] - self.charges[i]
        return step * (2 * (self.phi[i] - self.phi[j]) + step * self.curvatures[i][j])

    def permits(self, i: int, j: int) -> bool:
        """Return whether both sites accept the other's occupant."""
        return bool(self.accepts[i][self.codes[j]] and self.accepts[j][self.codes[i]])

    def swap(self, i: int, j: int) -> None:
        """Swap the occupants of sites i and j."""
        charges, codes = self.charges, self.codes
        self.potential += (charges[j] - charges[i]) * (self.couplings[i] - self.couplings[j])
        charges[i], charges[j] = charges[j], charges[i]
        codes[i], codes[j] = codes[j], codes[i]

    def sweep(self, pairs: list[tuple[int, int]], limits: list[float]) -> None:
        """Attempt one swap per pair; it is accepted if it costs less than its limit in eV."""
        charges, phi, curvatures = self.charges, self.phi, self.curvatures
        for (i, j), limit in zip(pairs, limits, strict=True):
            step = charges[j] - charges[i]
            # `change` written out: a call would cost as much as the arithmetic.
            if (
                step
                and step * (2 * (phi[i] - phi[j]) + step * curvatures[i][j]) < limit
                and self.permits(i, j)
            ):
                self.swap(i, j)

    def descend(self, swappable: FloatArray) -> None:
        """Take the best swap among the swappable pairs, [n, n], until none lowers the energy."""
        while True:
            charges = np.array(self.charges)
            step = charges[None, :] - charges[:, None]
            slope = 2 * (self.potential[:, None] - self.potential[None, :])
            change = np.where(swappable, step * (slope + step * self.curvature), 0)
            codes = np.array(self.codes)
            accepts = np.array(self.accepts)[:, codes]
            change[~(accepts & accepts.T)] = 0
            i, j = np.unravel_index(np.argmin(change), change.shape)
            if change[i, j] > -CONVERGED:
                return
            self.swap(int(i), int(j))


def anneal(problem: OccupationProblem, schedule: Annealing, rng: np.random.Generator) -> list[int]:
    """Cool one random distribution down to a local minimum of the penalised energy.

    Parameters
    ----------
    problem
        What is to be distributed, and where.
    schedule
        The cooling schedule.
    rng
        Source of all random numbers.

    Returns
    -------
    list[int]
        Palette code of each active site.
    """
    walker = Walker(problem, random_codes(problem, rng))
    first, size = _sublattice_of(problem)
    sites = len(problem.active)
    for temperature in np.geomspace(schedule.hot, schedule.cold, schedule.moves_per_site):
        i = rng.permutation(sites)
        j = first[i] + rng.integers(size[i])
        limits = temperature * rng.exponential(size=sites)
        walker.sweep(list(zip(i.tolist(), j.tolist(), strict=True)), limits.tolist())
    walker.descend(first[:, None] == first[None, :])
    return walker.codes


def random_codes(problem: OccupationProblem, rng: np.random.Generator) -> list[int]:
    """Return a random distribution that respects what each site accepts.

    Raises
    ------
    ValueError
        If the occupants cannot be placed on sites that accept them.
    """
    codes: list[int] = []
    for sub in problem.sublattices:
        start = len(codes)
        accepts = problem.accepts[start : start + len(sub.sites)]
        given = np.array([problem.palette.index(occupant) for occupant in sub.occupants])
        refused = ~accepts[:, given]
        site, taken = linear_sum_assignment(rng.random(refused.shape) + 1e6 * refused)
        if refused[site, taken].any():
            msg = f"{sub.occupants} cannot all be placed on sites that accept them"
            raise ValueError(msg)
        codes += given[taken].tolist()
    return codes


def _sublattice_of(problem: OccupationProblem) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each active site, the first active site of its sublattice and their number."""
    sizes = [len(sub.sites) for sub in problem.sublattices]
    starts = [0, *np.cumsum(sizes).tolist()]
    first = np.repeat(starts[:-1], sizes)
    size = np.repeat([end - start for start, end in pairwise(starts)], sizes)
    return first, size
