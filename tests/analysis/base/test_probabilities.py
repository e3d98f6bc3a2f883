"""Probabilities, words and reliability: what can be worked out by hand."""

import pytest
from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.fields import Dissolution
from analysis.base.probabilities import (
    ProbabilityLimits,
    Reliability,
    probability_below_zero,
    reliability,
    word_for,
)

LIMITS = ProbabilityLimits()


def test_probability_of_a_value_one_uncertainty_below_zero() -> None:
    assert probability_below_zero(-0.2, 0.2) == pytest.approx(0.841345, abs=1e-6)
    assert probability_below_zero(0.2, 0.2) == pytest.approx(0.158655, abs=1e-6)


def test_a_value_without_uncertainty_is_sure() -> None:
    assert [probability_below_zero(value, 0.0) for value in (-1, 0, 1)] == [1, 0.5, 0]


def test_a_negative_uncertainty_is_refused() -> None:
    with pytest.raises(InputError, match=r"uncertainty=-0\.1 is negative"):
        probability_below_zero(1.0, -0.1)


def test_words_change_at_the_limits() -> None:
    words = [word_for(p, Dissolution, LIMITS) for p in (1, 0.9, 0.89, 0.11, 0.1, 0)]
    yes, open_, no = Dissolution
    assert words == [yes, yes, open_, open_, no, no]
    assert [*Dissolution] == ["dissolves", "undecided", "segregates"]


def test_a_larger_uncertainty_never_says_yes_where_a_smaller_one_did_not() -> None:
    for value in (-1.0, -0.3, -0.1, 0.0, 0.1, 1.0):
        yes = [
            word_for(probability_below_zero(value, u), Dissolution, LIMITS) is Dissolution.DISSOLVES
            for u in (0.0, 0.1, 0.2, 0.4, 0.8, 10.0)
        ]
        assert yes == sorted(yes, reverse=True)


@pytest.mark.parametrize(("yes", "no"), [(0.4, 0.1), (0.9, 0.6), (0.5, 0.5), (1.1, 0.1)])
def test_limits_out_of_order_are_refused(yes: float, no: float) -> None:
    with pytest.raises(ValidationError):
        ProbabilityLimits(yes=yes, no=no)


def test_reliability_counts_what_came_true_in_each_group() -> None:
    # 0.9 and 1.0 are both in the last group; 0.5 begins the second.
    groups = reliability(
        [0.1, 0.3, 0.5, 0.9, 1.0, 1.0],
        [False, True, True, True, True, False],
        bounds=(0, 0.5, 0.9, 1),
    )
    assert groups == [
        Reliability(0, 0.5, 2, pytest.approx(0.2), 0.5),
        Reliability(0.5, 0.9, 1, 0.5, 1.0),
        Reliability(0.9, 1, 3, pytest.approx(2.9 / 3), pytest.approx(2 / 3)),
    ]


def test_probabilities_and_outcomes_must_pair() -> None:
    with pytest.raises(ValueError, match="shorter"):
        reliability([0.5, 0.6], [True])
