"""Calibration of the probabilities of resisting reduction: each oxide from the others.

A binary oxide of M with a measured enthalpy gives a measured margin,

    MO_y + 2 y Li -> M + y Li2O        m = y H(Li2O) - H(MO_y)        per atom of M,

and a tabulated one. The error of the table is predicted without the oxide (leave-one-oxide-out),
or without any oxide of the element (leave-one-element-out), and with it the margin, its standard
error and the probability of resisting. So the share of right predictions is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from pydantic import BaseModel, Field

from analysis.energies.potentials import WRONG_POTENTIALS
from analysis.reactions.oxide_errors import Known, OxideErrors
from analysis.reactions.resistance import FLOOR, NORMAL

#: Edges of the classes of P(resists) in a reliability table.
EDGES: Final = (0.0, 0.1, 0.3, 0.7, 0.9, 1.0)


LITHIA: Final = "Li2O"


class LeftOut(StrEnum):
    """The data left out when an oxide's margin is predicted."""

    OXIDE = "the oxide"
    ELEMENT = "all oxides of the element"


class Forecast(BaseModel, frozen=True, extra="forbid"):
    """A measured margin and its prediction, eV per atom of M."""

    formula: str
    element: str
    measured: float = Field(description="Margin from measured enthalpies.")
    tabulated: float = Field(description="Margin from the reference phases.")
    expected: float = Field(description="Margin without the expected error of the table.")
    standard_error: float

    @property
    def deviation(self) -> float:
        """Measured minus expected margin in standard errors."""
        return (self.measured - self.expected) / self.standard_error

    @property
    def probability(self) -> float:
        """P(resists) as predicted."""
        return NORMAL.cdf(self.expected / self.standard_error)


class Coverage(BaseModel, frozen=True, extra="forbid"):
    """Share of measured margins within the standard error, and within twice it."""

    n: int
    within_one: float
    within_two: float
    rms: float = Field(description="Root mean square of the deviation in standard errors.")
    bias: float = Field(description="Mean of measured minus expected, eV per atom of M.")
    bias_of_table: float = Field(description="Mean of measured minus tabulated, eV per atom of M.")


class ReliabilityRow(BaseModel, frozen=True, extra="forbid"):
    """Oxides whose predicted P(resists) lies between two limits."""

    low: float
    high: float
    n: int
    probability: float | None = Field(description="Mean predicted P(resists); null where n is 0.")
    resist: float | None = Field(description="Share whose measured margin is positive.")


def forecasts(known: Sequence[Known], without: LeftOut) -> list[Forecast]:
    """Predict the margin of every measured oxide without what is left out.

    Left out altogether are elements of a wrong potential, for which no probability is given, Li2O,
    which is on the other side of every margin, and oxides for which nothing remains to predict
    from.
    """
    lithia = next(each for each in known if each.formula == LITHIA)
    usable = [k for k in known if k is not lithia and k.element not in WRONG_POTENTIALS]
    found = (_forecast(each, usable, lithia, without) for each in usable)
    return [each for each in found if each is not None]


def _forecast(
    oxide: Known, usable: Sequence[Known], lithia: Known, without: LeftOut
) -> Forecast | None:
    alone = without is LeftOut.OXIDE
    others = [k for k in usable if k is not oxide and (alone or k.element != oxide.element)]
    if alone and all(each.element != oxide.element for each in others):
        return None
    errors = OxideErrors.of(others)
    expected = float(errors.expected(oxide.element, np.array([oxide.valence]))[0])
    uncertainty = errors.uncertainty(oxide.element, oxide.valence)
    if uncertainty is None:
        return None
    price = oxide.valence * lithia.enthalpy
    measured = price - oxide.enthalpy
    tabulated = measured + oxide.error
    return Forecast(
        formula=oxide.formula,
        element=oxide.element,
        measured=measured,
        tabulated=tabulated,
        expected=tabulated - expected,
        standard_error=float(np.hypot(uncertainty, FLOOR)),
    )


def coverage(forecasts: Sequence[Forecast]) -> Coverage:
    """Count how many measured margins lie within the predicted error."""
    deviations = np.array([each.deviation for each in forecasts])
    return Coverage(
        n=len(forecasts),
        within_one=float(np.mean(np.abs(deviations) <= 1)),
        within_two=float(np.mean(np.abs(deviations) <= 2)),  # noqa: PLR2004, two standard errors
        rms=float(np.sqrt(np.mean(deviations**2))),
        bias=float(np.mean([each.measured - each.expected for each in forecasts])),
        bias_of_table=float(np.mean([each.measured - each.tabulated for each in forecasts])),
    )


def reliability(forecasts: Iterable[Forecast]) -> list[ReliabilityRow]:
    """Sort predictions by P(resists), and count how many of each class do resist."""
    everything = list(forecasts)
    rows = []
    for low, high in pairwise(EDGES):
        top = 2.0 if high == 1 else high  # a probability of one is in the last class
        inside = [f for f in everything if low <= f.probability < top]
        rows.append(
            ReliabilityRow(
                low=low,
                high=high,
                n=len(inside),
                probability=float(np.mean([f.probability for f in inside])) if inside else None,
                resist=float(np.mean([f.measured > 0 for f in inside])) if inside else None,
            )
        )
    return rows
