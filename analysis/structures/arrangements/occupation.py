"""Which ion sits on which site: the sites of a cell, and what is to be distributed over them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Species, Structure

from analysis.structures.arrangements.ewald import FloatArray

Occupant: TypeAlias = Species | None
"""What sits on a site; None is a vacancy."""

CLASH_ENERGY = 20.0
"""Penalty in eV per pair of too close ions and product of their charges: soft enough for moves to
pass through, and more than an arrangement gains by such a pair."""


@dataclass(frozen=True)
class Sublattice:
    """Sites that share a fixed set of occupants.

    Attributes
    ----------
    sites
        Indices of the sites.
    occupants
        What is to be distributed over them, vacancies included: one for each site.
    allowed
        The occupants each site accepts; empty: every site accepts every occupant.
    """

    sites: tuple[int, ...]
    occupants: tuple[Occupant, ...]
    allowed: tuple[frozenset[Occupant], ...] = ()


@dataclass(frozen=True)
class Sites:
    """Sites of a cell and the electrostatics between them.

    Attributes
    ----------
    lattice
        The cell.
    frac_coords
        Fractional coordinates, [N, 3].
    energies
        Ewald matrix, [N, N], in eV per squared charge.
    clashes
        Pairs that may not both be occupied, [N, N].
    """

    lattice: Lattice
    frac_coords: FloatArray
    energies: FloatArray
    clashes: NDArray[np.bool_]

    def structure(self, occupants: Sequence[Occupant]) -> Structure:
        """Return the occupied sites, sorted by species, with oxidation states only."""
        filled = [i for i, occupant in enumerate(occupants) if occupant is not None]
        species = [occupants[i] for i in filled]
        return Structure(self.lattice, species, self.frac_coords[filled]).get_sorted_structure()


@dataclass(frozen=True)
class Solution:
    """One distribution: an occupant for each site, and its Ewald energy in eV."""

    energy: float
    occupants: tuple[Occupant, ...]


@dataclass(frozen=True)
class OccupationProblem:
    """Occupants to be distributed over sublattices in the field of fixed ions.

    Attributes
    ----------
    sites
        All sites.
    fixed
        The occupants of all sites; those of sublattice sites are ignored.
    sublattices
        The sites whose occupation is sought.
    """

    sites: Sites
    fixed: tuple[Occupant, ...]
    sublattices: tuple[Sublattice, ...]

    @cached_property
    def active(self) -> list[int]:
        """Indices of the sites whose occupation is sought."""
        return [site for sublattice in self.sublattices for site in sublattice.sites]

    @cached_property
    def palette(self) -> list[Occupant]:
        """The different occupants of the sublattices."""
        return list(dict.fromkeys(o for sub in self.sublattices for o in sub.occupants))

    @cached_property
    def palette_charges(self) -> FloatArray:
        """The charge of each occupant in the palette."""
        return np.array([charge(occupant) for occupant in self.palette])

    @cached_property
    def accepts(self) -> NDArray[np.bool_]:
        """Which occupant of the palette each active site accepts, [n, palette]."""
        rows = []
        for sub in self.sublattices:
            allowed = sub.allowed or (frozenset(sub.occupants),) * len(sub.sites)
            rows += [[occupant in options for occupant in self.palette] for options in allowed]
        return np.array(rows, dtype=bool).reshape(len(self.active), len(self.palette))

    @cached_property
    def _fixed_charges(self) -> FloatArray:
        charges = np.array([charge(occupant) for occupant in self.fixed])
        charges[self.active] = 0
        return charges

    @cached_property
    def _penalised(self) -> FloatArray:
        return self.sites.energies + CLASH_ENERGY * self.sites.clashes

    @cached_property
    def couplings(self) -> FloatArray:
        """Penalised interaction between the active sites, [n, n]."""
        return self._penalised[self.active][:, self.active]

    @cached_property
    def field(self) -> FloatArray:
        """Penalised potential of the fixed ions at the active sites, [n]."""
        fixed = np.flatnonzero(self._fixed_charges)
        potential = self._penalised[self.active][:, fixed] @ self._fixed_charges[fixed]
        return np.asarray(potential, dtype=float)

    def number_of_distributions(self) -> int:
        """Return how many distributions there are, were all sites of a sublattice alike."""
        return math.prod(count_distributions(sub.occupants) for sub in self.sublattices)

    def solution(self, codes: Sequence[int]) -> Solution | None:
        """Return the distribution with these palette codes; None where ions clash."""
        occupants = list(self.fixed)
        for site, code in zip(self.active, codes, strict=True):
            occupants[site] = self.palette[code]
        charges = np.array([charge(occupant) for occupant in occupants])
        filled = charges != 0
        if (self.sites.clashes & np.outer(filled, filled)).any():
            return None
        return Solution(float(charges @ self.sites.energies @ charges), tuple(occupants))


def charge(occupant: Occupant) -> float:
    """Return the charge of an occupant in elementary charges: a vacancy has none."""
    return 0.0 if occupant is None else float(occupant.oxi_state)


def count_distributions(occupants: Sequence[Occupant]) -> int:
    """Return the number of different ways to put the occupants on as many sites."""
    ways = math.factorial(len(occupants))
    for repeated in Counter(occupants).values():
        ways //= math.factorial(repeated)
    return ways
