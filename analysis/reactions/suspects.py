"""Suspect reference phases: entries that are probably wrong, found by rule.

Deep: a phase of three or more elements lies far below the hull of its neighbours, the other phases
of its elements. Of the project's table 2.5 % of the phases on such hulls lie deeper than `DEEP`:
LaPaO4 (-0.49, where Pa2O5 is missing), La2Th8O19 (-0.31), but LiNO3 (-0.32) and other salts of
strong acids too. A suspect is not necessarily wrong.

Valence: the charges of an oxide do not add up, and no cation can make up for it within the range of
its common valences and of its measured oxides (Y2+ in YO, Pa6+ in PaO3). A cation that would have
no positive charge is taken for an anion or an alloy's (I in LaIO).

Potential: an element was computed with a potential that is wrong for it (`energies.potentials`).

Engine: an engine's energy differs by more than `DISAGREEMENT` of its standard errors
(`analysis.energies.engine_disagreement`): La2Th8O19, eight M2Zr8O19 and seven others.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.energies.oxides import measured_oxides
from analysis.energies.potentials import WRONG_POTENTIALS
from analysis.reactions.simplex import optimal_basis
from analysis.structures.dopants import common_valences

if TYPE_CHECKING:
    from analysis.reactions.competition import Competition

#: eV/atom below the hull of the other phases of the same elements.
DEEP: Final = 0.25
#: Standard errors of an engine.
DISAGREEMENT: Final = 3.0
#: Binary phases may differ from their neighbours by any amount; the oxides were measured.
FEWEST_ELEMENTS: Final = 3
OXYGEN: Final = "O"
SAME_VALENCE: Final = 1e-6
# Costs more than any phase, eV/atom, so that an excluded one is never used.
PROHIBITIVE: Final = 1e3


class Suspicion(StrEnum):
    """Why a reference phase may be wrong."""

    DEEP = "far below the hull of its neighbours"
    VALENCE = "an unknown valence"
    POTENTIAL = "computed with a wrong potential"
    ENGINE = "an engine disagrees beyond its error"


def suspicions(
    rivals: Competition,
    column: int,
    *,
    charges: Mapping[str, float],
    disagreements: Mapping[str, float] | None = None,
) -> tuple[Suspicion, ...]:
    """List why one of the competing phases may be wrong; empty if no rule applies.

    Parameters
    ----------
    rivals
        The competing phases.
    column
        Index of the phase.
    charges
        Charge of every element as an ion.
    disagreements
        Formula to an engine's deviation in its standard errors, where it was measured.
    """
    amounts = zip(rivals.elements, rivals.fractions[:, column], strict=True)
    present = {element: float(x) for element, x in amounts if x > 0}
    deviation = (disagreements or {}).get(rivals.formulas[column], 0.0)
    many, several = len(present) >= FEWEST_ELEMENTS, len(present) > 1
    found = {
        Suspicion.DEEP: many and inverse_distance(rivals, column) < -DEEP,
        Suspicion.VALENCE: _unknown_valence(present, charges),
        Suspicion.POTENTIAL: several and not WRONG_POTENTIALS.keys().isdisjoint(present),
        Suspicion.ENGINE: abs(deviation) > DISAGREEMENT,
    }
    return tuple(suspicion for suspicion, applies in found.items() if applies)


def inverse_distance(rivals: Competition, column: int) -> float:
    """Return how far a phase is above the hull of the others of its elements, eV/atom.

    It is negative for a phase on the hull: how far that would rise without it.
    """
    rows = np.flatnonzero(rivals.fractions[:, column] > 0)
    outside = np.delete(rivals.fractions, rows, axis=0).sum(axis=0) > 0
    columns = np.flatnonzero(~outside)
    fractions = rivals.fractions[np.ix_(rows, columns)]
    costs = np.where(columns == column, PROHIBITIVE, rivals.energies[columns])
    composition = rivals.fractions[rows, column]
    elements = np.array([np.flatnonzero(columns == rivals.elemental[row])[0] for row in rows])
    right_sides = np.column_stack([composition, np.eye(len(rows))])
    basis = optimal_basis(fractions, costs, right_sides, elements)
    hull = costs[basis] @ np.linalg.solve(fractions[:, basis], composition)
    return float(rivals.energies[column] - hull)


def _unknown_valence(present: Mapping[str, float], charges: Mapping[str, float]) -> bool:
    """Return True for an oxide in which every cation would need an unusual valence."""
    cations = [element for element in present if charges[element] > 0]
    oxide = OXYGEN in present and bool(cations)
    return oxide and all(_unusual(present, element, charges) for element in cations)


def _unusual(present: Mapping[str, float], element: str, charges: Mapping[str, float]) -> bool:
    """Return True for an unusual valence, if the other elements have their charges."""
    others = sum(charges[e] * x for e, x in present.items() if e != element)
    valence, known = -others / present[element], usual_valences(element)
    within = known[0] - SAME_VALENCE <= valence <= known[-1] + SAME_VALENCE if known else True
    return valence > 0 and not within


@lru_cache(maxsize=256)
def usual_valences(element: str) -> tuple[float, ...]:
    """Return the common valences of an element and those of its measured oxides, ascending."""
    return tuple(sorted({*map(float, common_valences(element)), *_measured().get(element, ())}))


@lru_cache(maxsize=1)
def _measured() -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {}
    for oxide in measured_oxides():
        found.setdefault(oxide.element, []).append(oxide.mean_valence)
    return found
