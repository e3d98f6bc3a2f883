"""Probability that a dopant resists reduction, from the margin and the phases' errors.

    P(resists) = Phi(m' / u)

with m' the reduction margin minus the expected errors of the phases, u the standard
error that remains (`analysis.reactions.phase_errors`), and Phi the normal distribution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import BaseModel, Field

from analysis.base.reasons import Reason
from analysis.energies.potentials import WRONG_POTENTIALS
from analysis.energies.schemes import LEGACY_CORRECTIONS
from analysis.reactions.phase_errors import PhaseErrors

if TYPE_CHECKING:
    from analysis.energies.schemes import EnergyScheme
    from analysis.reactions.excess import Products
    from analysis.reactions.oxide_errors import OxideErrors
    from analysis.reactions.reduction import Sides
    from analysis.reactions.simplex import Vector

PBE: Final = "PBE"
NORMAL: Final = NormalDist()
#: eV per dopant atom. Measured enthalpies are at 298 K, tabulated energies at 0 K without
#: zero-point motion: a few hundredths of an eV/atom (docs/uncertainty.md, section 1) that partly
#: cancel between the two sides.
FLOOR: Final = 0.05


class Trust(BaseModel, frozen=True, extra="forbid"):
    """How certain a reduction margin is."""

    probability: float | None = Field(description="P(resists). Null: see notes.")
    standard_error: float | None = Field(description="u, eV per dopant atom. Null: see notes.")
    expected_margin: float | None = Field(
        description="m', the margin without the expected errors of the phases, eV per dopant atom."
    )
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A dopant's two sets of phases, and what is known of their errors.

    Attributes
    ----------
    sides
        The phases with their tabulated energies.
    expected
        The same minus the expected errors.
    errors
        The errors; None where they are not known.
    why
        Why they are not known.
    """

    sides: Sides
    expected: Sides
    errors: PhaseErrors | None
    why: str = ""

    @classmethod
    def of(cls, sides: Sides, oxides: OxideErrors, scheme: EnergyScheme) -> Case:
        """Collect the errors of a dopant's phases.

        Parameters
        ----------
        sides
            The dopant's two sets of phases.
        oxides
            Errors of the phases' oxides, those of PBE.
        scheme
            Scheme of the phases. With the corrections of 2020 anions are assumed to be right.
        """
        if why := _no_errors(sides, scheme):
            return cls(sides, sides, None, why)
        legacy = scheme.corrections == LEGACY_CORRECTIONS
        rivals = sides.contact.rivals
        errors = PhaseErrors(rivals, sides.element, sides.charges, oxides, anions=legacy)
        return cls(sides, sides.with_energies(rivals.energies + errors.expected), errors)

    def without(self, column: int) -> Case:
        """Return the same case where one more phase must not form."""
        sides, expected = self.sides.without(column), self.expected.without(column)
        return replace(self, sides=sides, expected=expected)


def trust(case: Case) -> Trust:
    """Estimate the probability that a dopant resists reduction."""
    if case.errors is None:
        return _unknown(case.why)
    sides = case.expected
    kept, reduced = sides.kept.best, sides.reduced.best
    if kept is None or reduced is None or not sides.has_margin:
        return _unknown("there is no reduction margin")
    margin = (reduced.energy - kept.energy) / sides.amount
    number = len(sides.contact.rivals.formulas)
    difference = (_atoms(reduced, number) - _atoms(kept, number)) / sides.amount
    error, unmeasured = case.errors.uncertainty(difference)
    if error is None:
        return _unknown(f"errors of oxides of {', '.join(unmeasured)} {Reason.NO_PHASE_ERROR}")
    error = float(np.hypot(error, FLOOR))
    return Trust(
        probability=NORMAL.cdf(margin / error),
        standard_error=error,
        expected_margin=margin,
        notes=_notes(unmeasured),
    )


def _no_errors(sides: Sides, scheme: EnergyScheme) -> str:
    """Explain why the errors of the phases are unknown; empty if they are known."""
    if scheme.functional != PBE:
        return f"errors of {scheme.functional} {Reason.NO_PHASE_ERROR}"
    if wrong := WRONG_POTENTIALS.get(sides.element):
        return f"{wrong}: {Reason.WRONG_POTENTIAL} {sides.element}"
    return ""


def _atoms(products: Products, number: int) -> Vector:
    """Atoms in each of a number of phases."""
    atoms = np.zeros(number)
    atoms[products.basis] = products.atoms
    return atoms


def _notes(unmeasured: tuple[str, ...]) -> tuple[str, ...]:
    if not unmeasured:
        return ()
    names = ", ".join(unmeasured)
    return (f"resists_probability: {Reason.NO_MEASURED_OXIDE} {names}: like elements stand in",)


def _unknown(why: str) -> Trust:
    note = f"resists_probability is null: {why}"
    return Trust(probability=None, standard_error=None, expected_margin=None, notes=(note,))
