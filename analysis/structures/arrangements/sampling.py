"""Distributions of ions over sites at the lowest electrostatic energy.

Few distributions are enumerated; many are sampled by simulated annealing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

import numpy as np

from analysis.structures.arrangements.annealing import Annealing, anneal
from analysis.structures.arrangements.occupation import (
    Occupant,
    OccupationProblem,
    Solution,
    Sublattice,
)

EXHAUSTIVE_LIMIT = 5000
"""Up to this many distributions all are tried: it costs less than one annealing."""

SAME_ENERGY = 1e-3
"""Arrangements closer in energy (eV) are taken for the same one, seen from a symmetric side."""


def lowest(
    problem: OccupationProblem,
    *,
    number: int,
    rng: np.random.Generator,
    annealing: Annealing | None = None,
) -> list[Solution]:
    """Return up to `number` different distributions of lowest energy, sorted.

    Parameters
    ----------
    problem
        What is to be distributed, and where.
    number
        How many distributions to return; fewer if fewer are found.
    rng
        Source of all random numbers: the same state gives the same distributions.
    annealing
        The cooling schedule for problems too large to enumerate.

    Returns
    -------
    list[Solution]
        Empty if every distribution has a pair of ions that clash.
    """
    if problem.number_of_distributions() <= EXHAUSTIVE_LIMIT:
        return distinct(_by_energy(problem), number)
    schedule = annealing or Annealing()
    found: list[Solution] = []
    kept: list[Solution] = []
    enough = max(schedule.restarts, number)
    for attempt in range(2 * enough):  # the second half only where too few differ
        solution = problem.solution(anneal(problem, schedule, rng))
        found += [solution] if solution else []
        kept = distinct(sorted(found, key=lambda each: each.energy), number)
        if attempt + 1 >= enough and len(kept) == number:
            break
    return kept


def distinct(solutions: Iterable[Solution], number: int) -> list[Solution]:
    """Return the first `number` of the solutions, sorted by energy, that differ in energy."""
    kept: list[Solution] = []
    for solution in solutions:
        if len(kept) == number:
            break
        if not kept or solution.energy - kept[-1].energy > SAME_ENERGY:
            kept.append(solution)
    return kept


def _by_energy(problem: OccupationProblem) -> Iterator[Solution]:
    """Yield all distributions without clashes, lowest energy first."""
    codes = np.array(list(enumerate_distributions(problem)), dtype=int)
    charges = problem.palette_charges[codes]
    energies = 2 * charges @ problem.field + ((charges @ problem.couplings) * charges).sum(axis=1)
    candidates = (problem.solution(codes[k].tolist()) for k in np.argsort(energies, kind="stable"))
    return (solution for solution in candidates if solution is not None)


def enumerate_distributions(problem: OccupationProblem) -> Iterator[list[int]]:
    """Yield the palette codes of every different distribution that all sites accept."""
    parts = (_sublattice_codes(sub, problem.palette) for sub in problem.sublattices)
    for combination in product(*parts):
        codes = [code for part in combination for code in part]
        if problem.accepts[np.arange(len(codes)), codes].all():
            yield codes


def _sublattice_codes(sub: Sublattice, palette: Sequence[Occupant]) -> list[list[int]]:
    counts = Counter(palette.index(occupant) for occupant in sub.occupants)
    (most, _), *others = counts.most_common()
    partial = [[most] * len(sub.sites)]
    for code, count in others:
        partial = [
            [code if site in chosen else old for site, old in enumerate(codes)]
            for codes in partial
            for chosen in combinations([s for s, old in enumerate(codes) if old == most], count)
        ]
    return partial
