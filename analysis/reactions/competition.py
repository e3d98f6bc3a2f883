"""The phases that compete for a composition, as the columns of a linear programme."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases, elements_of, parsed
from analysis.reactions.simplex import Indices, Matrix, Vector

# Two compositions are the same if no atomic fraction differs by more: formulas of 10^4 atoms are
# told apart, and fractions from decimals (Li6.25Al0.25La3Zr2O12) differ from those of integers by
# 1e-16.
SAME_FRACTION = 1e-8


@dataclass(frozen=True)
class Competition:
    """Competing phases in alphabetical order.

    Attributes
    ----------
    elements
        Symbols [M] in the order of the rows.
    formulas
        Formulas [K] as the reference phases write them.
    fractions
        Atomic fractions [M, K].
    energies
        Formation energies [K] in eV/atom.
    atoms
        Atoms per formula [K].
    """

    elements: tuple[str, ...]
    formulas: tuple[str, ...]
    fractions: Matrix
    energies: Vector
    atoms: Vector

    def vector(self, composition: Composition) -> Vector:
        """Count the atoms [M] of a composition in the order of the rows."""
        return np.array([composition[symbol] for symbol in self.elements], dtype=float)

    def matching(self, composition: Composition) -> NDArray[np.bool_]:
        """Return which phases [K] have the composition."""
        return _matching(self.fractions, self.vector(composition.fractional_composition))

    @property
    def elemental(self) -> Indices:
        """Column indices [M] of the elements, so that fractions[:, elemental] is the identity."""
        rows, columns = np.nonzero(self.fractions > 1 - SAME_FRACTION)
        return columns[np.argsort(rows)]

    def formula_amounts(
        self, columns: Iterable[int], atoms: Iterable[float], *, smallest: float
    ) -> dict[str, float]:
        """Turn atoms in phases into amounts of formulas, leaving out less than `smallest` atoms."""
        found = {
            self.formulas[column]: float(amount / self.atoms[column])
            for column, amount in zip(columns, atoms, strict=True)
            if amount > smallest
        }
        return dict(sorted(found.items()))


def competition(
    phases: ReferencePhases,
    elements: Iterable[str],
    *,
    max_elements: int | None = None,
    exclude: Collection[Composition] = (),
    always: Composition | None = None,
) -> Competition:
    """Choose the phases that compete within a set of elements.

    Parameters
    ----------
    phases
        The reference phases to choose from.
    elements
        Symbols of the elements that make up the system.
    max_elements
        Largest number of elements in a competing phase; None for any.
    exclude
        Compositions that never compete, written as any multiple of a formula unit.
    always
        A composition that always competes, with any number of elements and even if excluded: the
        electrode.

    Raises
    ------
    InputError
        If an element of the system has no elemental phase, an energy is not a number, or
        `max_elements` is below 1.
    """
    if max_elements is not None and max_elements < 1:
        msg = f"{max_elements=} leaves no competing phases: ask for 1 (elements alone) or more"
        raise InputError(msg)
    symbols = tuple(sorted(set(elements)))
    chosen = phases.made_of(frozenset(symbols))
    fractions = np.array([_fractions(phase.formula, symbols) for phase in chosen])
    fractions = fractions.reshape(-1, len(symbols)).T
    keep = np.count_nonzero(fractions, axis=0) <= (max_elements or len(symbols))
    for composition in exclude:
        if set(composition.chemical_system_set) <= set(symbols):
            keep &= ~_matching(fractions, _vector(composition, symbols))
    if always is not None:
        keep |= _matching(fractions, _vector(always, symbols))
    kept = [phase for phase, wanted in zip(chosen, keep, strict=True) if wanted]
    _require_elements(symbols, {phase.formula for phase in kept}, phases)
    for phase in kept:
        require_finite(phase.formation_energy_per_atom, of=phase.formula)
    return Competition(
        elements=symbols,
        formulas=tuple(phase.formula for phase in kept),
        fractions=fractions[:, keep],
        energies=np.array([phase.formation_energy_per_atom for phase in kept]),
        atoms=np.array([parsed(phase.formula).num_atoms for phase in kept]),
    )


def require_finite(energy: float, *, of: str) -> None:
    """Refuse an energy that is not a number: it would compare as neither higher nor lower.

    Raises
    ------
    InputError
        If the energy is infinite or not a number.
    """
    if not math.isfinite(energy):
        msg = f"The formation energy of {of} is {energy}: recompute it, or leave it out"
        raise InputError(msg)


@lru_cache(maxsize=100_000)
def _fraction_of(formula: str) -> Mapping[str, float]:
    composition = parsed(formula).fractional_composition
    return {element.symbol: float(amount) for element, amount in composition.items()}


def _fractions(formula: str, symbols: tuple[str, ...]) -> list[float]:
    fraction_of = _fraction_of(formula)
    return [fraction_of.get(symbol, 0.0) for symbol in symbols]


def _vector(composition: Composition, symbols: tuple[str, ...]) -> Vector:
    fractional = composition.fractional_composition
    return np.array([fractional[symbol] for symbol in symbols], dtype=float)


def _matching(fractions: Matrix, fraction: Vector) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.abs(fractions - fraction[:, None]).max(axis=0) < SAME_FRACTION
    return same


def _require_elements(
    symbols: tuple[str, ...], formulas: Collection[str], phases: ReferencePhases
) -> None:
    elemental = {next(iter(elements_of(name))) for name in formulas if len(elements_of(name)) == 1}
    missing = [symbol for symbol in symbols if symbol not in elemental]
    if missing:
        msg = (
            f"No elemental phase of {', '.join(missing)} among the competing phases from "
            f"{phases.source}: add the element to them, or leave out what contains it"
        )
        raise InputError(msg)
