"""Scores that can be derived by hand.

Al on Li at x = 0.25. Of its uncertainty u everything but the engine's part stays with the better
engine; here u is that of the force field alone, so that v is the better engine's error and nothing
else.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest

from analysis.base.fields import Dissolution, Label
from analysis.base.probabilities import ProbabilityLimits, probability_below_zero, word_for
from analysis.energies.engine_bias import find_bias
from analysis.reactions.solubility import engine_error
from analysis.reactions.verdict import Criteria
from analysis.results.triage import Why, WhyNot, Worth, judge, rank
from analysis.structures.dopants import Compound, Dopant

AL = Compound(dopants=(Dopant(element="Al", valence=3, site="Li", concentration=0.25),))
U = engine_error(AL, find_bias("chgnet"))
V = engine_error(AL, find_bias("vasp"))
S = math.sqrt(U**2 - V**2)
#: The better engine says "dissolves" up to -EDGE, and "segregates" from EDGE on.
EDGE = NormalDist().inv_cdf(0.9) * V
HOST_BARRIER = 0.5
HOST: dict[str, Any] = {"dopants": [], "migration_barrier": HOST_BARRIER}


def document(energy: float, **changes: Any) -> dict[str, Any]:
    """Describe Al on Li with a free energy of dissolution, eV per dopant."""
    chance = probability_below_zero(energy, U)
    return {
        **AL.model_dump(),
        "label": "resists",
        "resists_probability": 1.0,
        "dissolution": word_for(chance, Dissolution, ProbabilityLimits()),
        "dissolves_probability": chance,
        "solubility": energy,
        "solubility_uncertainty": U,
        "engine": {"name": "chgnet"},
        "passes_filter": True,
        "strictly_stable": False,
        "passivating": False,
        "migration_barrier": None,
        **changes,
    }


def judged(energy: float, **changes: Any) -> Worth:
    return judge(document(energy, **changes), Criteria(), host_barrier=HOST_BARRIER, better="vasp")


def test_an_undecided_compound_deserves_a_better_engine() -> None:
    found = judged(0.0)
    assert found.word is Dissolution.UNDECIDED
    assert found.why == (Why.UNDECIDED,)
    # It stays undecided between the two edges.
    assert found.change == pytest.approx(2 * NormalDist().cdf(-EDGE / S))
    assert found.uncertainty == pytest.approx(S)


def test_at_the_edge_of_the_better_engine_the_word_is_even() -> None:
    found = judged(-EDGE)
    assert found.change == pytest.approx(0.5 + NormalDist().cdf(-2 * EDGE / S))


def test_a_sure_word_does_not_deserve_a_better_engine() -> None:
    found = judged(10 * U)
    assert (found.word, found.why, found.why_not) == (Dissolution.SEGREGATES, (), WhyNot.SURE)
    assert found.score == pytest.approx(0.0, abs=1e-4)


def test_p_dissolves_is_that_of_the_document() -> None:
    assert judged(-0.1).dissolves == document(-0.1)["dissolves_probability"]


@pytest.mark.parametrize(("barrier", "promise"), [(0.55, 1.0), (0.57, 0.5), (None, 0.5)])
def test_promise_is_the_share_of_virtues_that_are_shown(
    barrier: float | None, promise: float
) -> None:
    found = judged(-10 * U, passivating=True, migration_barrier=barrier)
    assert found.promise == promise
    assert found.score == pytest.approx(promise, abs=1e-4)


def test_one_that_surely_dissolves_deserves_it_if_no_virtue_fails() -> None:
    sure = -10 * U
    assert judged(sure, passivating=True, migration_barrier=0.5).why == (Why.PROMISING,)
    assert judged(sure, passivating=True).why == (Why.PROMISING,)
    assert judged(sure, passivating=True, migration_barrier=0.9).why_not is WhyNot.SURE
    assert judged(sure, passivating=None).why_not is WhyNot.SURE


def test_what_does_not_react_needs_no_passivation() -> None:
    assert judged(-10 * U, strictly_stable=True, passivating=None).promise == 0.5


def test_a_dopant_that_resists_by_half_is_worth_half() -> None:
    assert judged(0.0, resists_probability=0.5).score == pytest.approx(judged(0.0).score / 2)


def test_a_dopant_that_is_reduced_deserves_nothing() -> None:
    found = judged(0.0, label=Label.REDUCED, resists_probability=0.01)
    assert (found.why, found.why_not) == ((), WhyNot.REDUCED)


def test_one_beyond_the_filter_that_segregates_deserves_nothing() -> None:
    assert judged(1.5 * U, passes_filter=False).why_not is WhyNot.FILTER
    assert judged(0.0, passes_filter=False).why == (Why.UNDECIDED,)


def test_one_without_a_solubility_cannot_be_judged() -> None:
    found = judged(0.0, dissolution=None, solubility=None, solubility_uncertainty=None)
    assert found.why_not is WhyNot.NO_WORD
    assert found.score == 0.0


def test_what_no_engine_changes_stays_with_the_better_one() -> None:
    # With as much again from elsewhere, the better engine's edge lies further out.
    assert judged(-0.3, solubility_uncertainty=2 * U).change != judged(-0.3).change
    assert judged(0.0, solubility_uncertainty=2 * U).change < judged(0.0).change


def test_the_highest_score_is_first_and_the_host_is_not_ranked() -> None:
    ranked = rank(
        [HOST, document(10 * U), document(-3 * U), document(0.0)], Criteria(), better="vasp"
    )
    assert len(ranked) == 3
    assert ranked[0].word is Dissolution.UNDECIDED
    assert [worth.score for worth in ranked] == sorted((w.score for w in ranked), reverse=True)
