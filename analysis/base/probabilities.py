"""Probabilities of yes-or-no answers, three words for them, and how reliable they are."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import NormalDist
from typing import Final, NamedTuple, TypeVar

from pydantic import Field, model_validator

from analysis.base.checked import CheckedModel
from analysis.base.errors import InputError

_NORMAL: Final = NormalDist()
_Words = TypeVar("_Words", bound=StrEnum)

#: Bounds of the groups of a reliability table: the default limits of the words are among them.
BOUNDS: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


class ProbabilityLimits(CheckedModel):
    """Probabilities from which an answer is yes or no, as the specification sets them."""

    yes: float = Field(0.9, ge=0.5, le=1, description="Yes at or above this probability")
    no: float = Field(0.1, ge=0, le=0.5, description="No at or below this probability")

    @model_validator(mode="after")
    def _in_order(self) -> "ProbabilityLimits":
        if self.no >= self.yes:
            msg = f"the limit for no ({self.no}) must be below the limit for yes ({self.yes})"
            raise ValueError(msg)
        return self


def probability_below_zero(value: float, uncertainty: float) -> float:
    """Return the probability that a quantity is negative, its error normal.

    Parameters
    ----------
    value
        The estimate.
    uncertainty
        Its standard uncertainty, in the same unit. With zero the answer is 0 or 1, and 0.5 for a
        value of exactly zero.

    Raises
    ------
    InputError
        The uncertainty is negative.
    """
    if uncertainty < 0:
        msg = f"{uncertainty=} is negative: a standard uncertainty is zero or more"
        raise InputError(msg)
    if uncertainty == 0:
        return 0.5 if value == 0 else float(value < 0)
    return _NORMAL.cdf(-value / uncertainty)


def word_for(probability: float, words: type[_Words], limits: ProbabilityLimits) -> _Words:
    """Choose one of three words by the probability of the first.

    Parameters
    ----------
    probability
        Probability that the answer is the first word.
    words
        Three words in the order yes, undecided, no, such as `analysis.base.fields.Dissolution`.
    limits
        Probabilities from which the answer is yes or no.
    """
    yes, undecided, no = words
    if probability >= limits.yes:
        return yes
    return no if probability <= limits.no else undecided


class Reliability(NamedTuple):
    """One group of predictions that were given similar probabilities.

    Attributes
    ----------
    low, high
        Bounds of the probabilities; the lower one belongs to the group.
    number
        How many predictions are in it.
    predicted
        Mean of their probabilities.
    observed
        Share of positive outcomes.
    """

    low: float
    high: float
    number: int
    predicted: float
    observed: float


def reliability(
    probabilities: Sequence[float], outcomes: Sequence[bool], *, bounds: Sequence[float] = BOUNDS
) -> list[Reliability]:
    """Compare probabilities with the observed share of outcomes.

    Parameters
    ----------
    probabilities
        Predicted probabilities, each made without its outcome [N].
    outcomes
        Outcomes [N].
    bounds
        Ascending bounds of the groups, from 0 to 1. Empty groups are left out.
    """
    pairs = list(zip(probabilities, outcomes, strict=True))
    groups = []
    for low, high in pairwise(bounds):
        inside = [(p, o) for p, o in pairs if low <= p < high or p == high == bounds[-1]]
        if inside:
            predicted, observed = (sum(each) / len(inside) for each in zip(*inside, strict=True))
            groups.append(Reliability(low, high, len(inside), predicted, observed))
    return groups
