"""Expected errors of competing phases, and their effect on the difference of two product sets.

A phase that holds oxygen has the errors of the binary oxides that it could be made of, each cation
at its valence (`analysis.reactions.oxide_errors`), so that they cancel where an ion stays what it
is; making a ternary oxide from binary ones has an error of its own. Where there is too little
oxygen for the cations' charges (Zr4O, ZrTi2O), each cation of the host has its share of it. A phase
without oxygen has no such error: an alloy, or the compound of an anion (Li2Te). The table has no
correction for most anions, and there what the 2020 scheme fitted to measured enthalpies is the
expected error.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.energies.scheme_changes import ANION_CHANGE
from analysis.reactions.electrode_reaction import SMALLEST_AMOUNT
from analysis.reactions.valences import phase_valences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.reactions.competition import Competition
    from analysis.reactions.oxide_errors import OxideErrors
    from analysis.reactions.simplex import Vector

OXYGEN: Final = "O"
OXYGEN_CHARGE: Final = 2
#: eV/atom, of making a ternary oxide from binary ones: G. Hautier et al., Phys. Rev. B 85, 155208
#: (2012).
TERNARY: Final = 0.024
#: eV/atom, of phases without oxygen: compounds of the OQMD differ from experiment by 0.096 eV/atom
#: on average, experiments among each other by 0.082 (S. Kirklin et al., npj Comput. Mater. 1, 15010
#: (2015)). The difference of their squares leaves 0.050 to PBE, a standard deviation of 0.063.
WITHOUT_OXYGEN: Final = 0.063
#: Valences are told apart to so many decimals.
DECIMALS: Final = 6
#: Elements of a binary phase.
BINARY: Final = 2


@dataclass(frozen=True)
class PhaseErrors:
    """Errors of the phases that compete in a contact, for one dopant.

    Attributes
    ----------
    rivals
        The competing phases.
    element
        The dopant.
    charges
        Charge of every other element as an ion.
    oxides
        Errors of binary oxides.
    anions
        True if the phases' energies lack the anion corrections of 2020.
    """

    rivals: Competition
    element: str
    charges: Mapping[str, float]
    oxides: OxideErrors
    anions: bool

    @cached_property
    def expected(self) -> Vector:
        """Expected errors [K], measured minus tabulated, eV/atom."""
        total = np.zeros_like(self.rivals.energies)
        for symbol, fractions, valences in self._cations:
            total += fractions * self.oxides.expected(symbol, valences)
        anion = np.nan_to_num(self._own) < 0
        if self.anions and self.element in ANION_CHANGE:
            total[anion] += ANION_CHANGE[self.element] * self._fractions(self.element)[anion]
        return total

    def uncertainty(self, atoms: Vector) -> tuple[float | None, tuple[str, ...]]:
        """Estimate the standard error of the energy of one product set minus another's.

        Parameters
        ----------
        atoms
            Atoms [K] in each phase of one set minus those of the other.

        Returns
        -------
        tuple
            The standard error in eV, None where nothing tells that of a cation; and the cations of
            which no oxide was measured.
        """
        variance = float(np.sum((atoms * self._structural) ** 2))
        unmeasured = []
        for symbol, fractions, valences in self._cations:
            weights = _by_valence(atoms * fractions, valences)
            if weights and symbol not in self.oxides.elements:
                unmeasured.append(symbol)
            part = self._variance(symbol, weights)
            if part is None:
                return None, tuple(unmeasured)
            variance += part
        return float(np.sqrt(variance)), tuple(unmeasured)

    def _variance(self, symbol: str, weights: Mapping[float, float]) -> float | None:
        """Variance of atoms of a cation at several valences, eV^2; None if unknown."""
        errors = {valence: self.oxides.uncertainty(symbol, valence) for valence in weights}
        parts = [weights[v] * error for v, error in errors.items() if error is not None]
        if len(parts) < len(weights):
            return None
        if symbol not in self.oxides.elements:  # one unknown error per oxygen, common to all
            return sum(parts) ** 2
        return sum(part**2 for part in parts)

    def _fractions(self, symbol: str) -> Vector:
        fractions: Vector = self.rivals.fractions[self.rivals.elements.index(symbol)]
        return fractions

    @cached_property
    def _own(self) -> Vector:
        """Valence [K] of the dopant in each phase."""
        return phase_valences(self.rivals, self.element, self.charges)

    @cached_property
    def _oxygen(self) -> Vector:
        """Oxygen [K] of each phase, atoms per atom."""
        if OXYGEN not in self.rivals.elements:
            return np.zeros_like(self.rivals.energies)
        return self._fractions(OXYGEN)

    @cached_property
    def _cations(self) -> list[tuple[str, Vector, Vector]]:
        """Each cation with its fraction [K] and its valence [K] against oxygen."""
        others = {
            symbol: self.charges[symbol]
            for symbol in self.rivals.elements
            if symbol != self.element and self.charges[symbol] > 0
        }
        needed = sum((q * self._fractions(e) for e, q in others.items()), 0 * self._oxygen)
        share = np.ones_like(needed)
        np.divide(OXYGEN_CHARGE * self._oxygen, needed, out=share, where=needed > 0)
        share = np.minimum(share, 1.0)
        own = np.where(self._oxygen > 0, np.nan_to_num(self._own), 0.0)
        return [
            (self.element, self._fractions(self.element), np.maximum(own, 0.0)),
            *((symbol, self._fractions(symbol), q * share) for symbol, q in others.items()),
        ]

    @cached_property
    def _structural(self) -> Vector:
        """Standard error [K] of making each phase from binary oxides or elements, eV/atom."""
        number = np.count_nonzero(self.rivals.fractions, axis=0)
        errors = np.where(self._oxygen > 0, TERNARY, WITHOUT_OXYGEN)
        errors[number == 1] = 0.0
        errors[(number == BINARY) & (self._oxygen > 0)] = 0.0
        return errors


def _by_valence(atoms: Vector, valences: Vector) -> dict[float, float]:
    """Add up the atoms at each positive valence; sums of zero are left out."""
    total: dict[float, float] = defaultdict(float)
    for index in np.flatnonzero((np.abs(atoms) > SMALLEST_AMOUNT) & (valences > 0)):
        total[round(float(valences[index]), DECIMALS)] += float(atoms[index])
    return {valence: amount for valence, amount in total.items() if abs(amount) > SMALLEST_AMOUNT}
