"""Write a compound exactly as a combination of crystals known on both energy scales.

    compound = 1 host + sum_k c_k crystal_k

with one binary crystal for every cation (the oxide in its valence, for an oxide host) and one metal
that closes an imbalance of charge. The coefficients are unique: nothing is fitted.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from pymatgen.core import Composition, Element

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.phases import ReferencePhases
from analysis.energies.stand_ins import MissingCrystalsError, Part, find_part

# Amounts per formula unit are of order one and come from integer counts.
TOLERANCE = 1e-8
# Decimals kept of a coefficient: rounding noise of the solution is below 1e-13.
ROUNDING = 12
# A mean valence of two dopants of one element (3.5, 3.333) comes from counts in a cell.
LARGEST_DENOMINATOR = 96


class Balance(BaseModel, frozen=True, extra="forbid"):
    """A compound as an exact sum of crystals."""

    coefficients: dict[str, float] = Field(
        description="Reduced formula to its formula units per formula unit of the compound."
    )
    metal: str = Field(description="The metal that closes a charge imbalance.")
    charge_balanced: bool = Field(
        default=True, description="True if the valence-matched binaries alone make the compound."
    )
    notes: tuple[str, ...] = ()

    @property
    def formulas(self) -> tuple[str, ...]:
        """Crystals whose energies are needed; those of coefficient zero are not."""
        return tuple(self.coefficients)

    def sum(self, energies: Mapping[str, float]) -> float:
        """Sum the crystals' energies (eV/atom) to eV per formula unit of the compound.

        Raises
        ------
        InputError
            A crystal has no energy.
        """
        total = 0.0
        for formula, amount in self.coefficients.items():
            if formula not in energies:
                message = f"The energy of the reference crystal {formula} is missing: compute it."
                raise InputError(message)
            total += amount * Composition(formula).num_atoms * energies[formula]
        return total


@lru_cache(maxsize=1024)
def oxide_of(element: str, valence: float, anion: str = "O", anion_valence: float = -2) -> str:
    """Reduced formula of the binary of a cation with an anion: Al, 3 gives Al2O3."""
    ratio = Fraction(valence / -anion_valence).limit_denominator(LARGEST_DENOMINATOR)
    composition = Composition({element: ratio.denominator, anion: ratio.numerator})
    return str(composition.reduced_formula)


def decompose(
    composition: Mapping[Element, float], crystals: Sequence[Composition]
) -> NDArray[np.float64]:
    """Amounts of `crystals` that add up exactly to `composition`.

    Parameters
    ----------
    composition
        Amounts of the elements; negative ones are allowed, so that differences can be given.
    crystals
        K linearly independent compositions.

    Returns
    -------
    NDArray
        [K] formula units of each crystal.

    Raises
    ------
    InputError
        There is no such sum, or more than one.
    """
    elements = sorted({*composition, *(e for crystal in crystals for e in crystal)})
    matrix = np.array([[crystal[e] for crystal in crystals] for e in elements], dtype=float)
    amounts = np.array([composition.get(e, 0.0) for e in elements], dtype=float)
    names = ", ".join(crystal.reduced_formula for crystal in crystals)
    if np.linalg.matrix_rank(matrix) < len(crystals):
        message = f"The crystals {names} are not independent: their amounts are not unique."
        raise InputError(message)
    solution: NDArray[np.float64] = np.linalg.lstsq(matrix, amounts)[0]
    if np.abs(matrix @ solution - amounts).max() > TOLERANCE:
        target = " ".join(f"{e}{v:g}" for e, v in zip(elements, amounts, strict=True) if v)
        message = f"{target} cannot be written as a sum of {names}: an element or crystal lacks."
        raise InputError(message)
    return solution


def balance(
    composition: Composition,
    start: Composition | None,
    *,
    valences: Mapping[str, float],
    phases: ReferencePhases,
    crystals: Container[str],
    electrode: str = "Li",
    accept_poor: bool = False,
) -> Balance:
    """Write ``composition - start`` as binaries of the host's main anion and one metal.

    Parameters
    ----------
    composition
        The compound per formula unit of the host.
    start
        The host per formula unit, its coefficient fixed to one and not listed; None: the compound
        is made of binaries alone.
    valences
        Element to valence, for every element of compound and host; anions are negative. A mean of
        two valences is allowed.
    phases
        Reference phases: the binaries must be among them.
    crystals
        Reduced formulas of the crystals that the engine can relax.
    electrode
        The metal that takes a charge imbalance, if the compound contains it; otherwise the
        cation of lowest valence.
    accept_poor
        Whether phases that are not next to a binary on the hull may stand in for it, where no
        crystal of those that are is at hand; a note says so.

    Raises
    ------
    MissingCrystalsError
        No crystal of a binary, or of the metal, is at hand, nor of those that may stand in for it.
    InputError
        The phases do not bracket a binary, or a valence is missing.
    """
    target = _difference(composition, start)
    elements = sorted({e.symbol for e in composition} | {e.symbol for e in start or {}})
    if unknown := [e for e in elements if e not in valences]:
        message = f"No valence is given for {', '.join(unknown)}."
        raise InputError(message)
    metal = _closing_metal(elements, valences, electrode)
    binaries = [
        Composition(oxide_of(cation, valences[cation], anion, valences[anion]))
        for cation, anion in _pairs(elements, valences, metal, composition)
    ]
    metal_amount, *amounts = decompose(target, [Composition(metal), *binaries])
    parts = [
        (float(amount), find_part(binary, phases, crystals, accept_poor=accept_poor))
        for binary, amount in zip(binaries, amounts, strict=True)
        if abs(amount) > TOLERANCE
    ]
    missing = {formula for _, part in parts for formula in part.missing}
    if abs(metal_amount) > TOLERANCE and metal not in crystals:
        missing.add(metal)
    if missing:
        raise MissingCrystalsError(missing, phases.source)
    return _collect(metal, float(metal_amount), parts)


def _difference(composition: Composition, start: Composition | None) -> dict[Element, float]:
    amounts: dict[Element, float] = dict(composition.element_composition.items())
    for element, amount in (start.element_composition if start else {}).items():
        amounts[element] = amounts.get(element, 0.0) - amount
    return amounts


def _closing_metal(elements: Sequence[str], valences: Mapping[str, float], electrode: str) -> str:
    cations = [e for e in elements if valences[e] > 0]
    return electrode if electrode in cations else min(cations, key=lambda e: (valences[e], e))


def _pairs(
    elements: Sequence[str], valences: Mapping[str, float], metal: str, composition: Composition
) -> list[tuple[str, str]]:
    """Pair each cation with the main anion, and each further anion with the closing metal."""
    anions = sorted((e for e in elements if valences[e] < 0), key=lambda e: (-composition[e], e))
    if not anions:
        message = f"{composition.reduced_formula} has no anion: check the oxidation states."
        raise InputError(message)
    cations = [e for e in elements if valences[e] > 0]
    return [(c, anions[0]) for c in cations] + [(metal, anion) for anion in anions[1:]]


def _shares(part: Part) -> Iterable[float]:
    """Return the formula units of each member in a part; its own crystal needs no equations."""
    formula, units = part.composition.get_reduced_formula_and_factor()
    if part.members == (formula,):
        return [units]
    members = [Composition(member) for member in part.members]
    return decompose(dict(part.composition.items()), members)


def _collect(metal: str, metal_amount: float, parts: Sequence[tuple[float, Part]]) -> Balance:
    """Add up the members of all parts and the metal."""
    coefficients: dict[str, float] = {}
    notes = [part.note for _, part in parts if part.note]
    for amount, part in parts:
        for member, share in zip(part.members, _shares(part), strict=True):
            total = coefficients.get(member, 0.0) + amount * float(share)
            coefficients[member] = round(total, ROUNDING)
    if abs(metal_amount) > TOLERANCE:
        total = coefficients.get(metal, 0.0) + metal_amount
        coefficients[metal] = round(total, ROUNDING)
        notes.append(
            f"The {Reason.UNBALANCED}: {metal_amount:+.4g} {metal} per formula unit takes the "
            "difference."
        )
    return Balance(
        coefficients=coefficients,
        metal=metal,
        charge_balanced=abs(metal_amount) <= TOLERANCE,
        notes=tuple(notes),
    )
