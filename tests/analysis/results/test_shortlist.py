"""Shortlist: worths, scores and sentences that can be worked out by hand."""

from typing import Any

import pytest
from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.results.lithium_content import LithiumRange
from analysis.results.shortlist import (
    Criterion,
    ShortlistCandidate,
    ShortlistCriteria,
    judge_candidate,
    shortlist,
)

CRITERIA = ShortlistCriteria()
GOOD: dict[str, Any] = {
    "name": "LLZO:Hf",
    "elements": ("Hf",),
    "resists": 1.0,
    "dissolves": 1.0,
    "lithium": 6.5,
    "barrier_excess": 0.0,
    "insulates": True,
}


def candidate(**changes: Any) -> ShortlistCandidate:
    return ShortlistCandidate(**{**GOOD, **changes})


def worth(criterion: Criterion, criteria: ShortlistCriteria = CRITERIA, **changes: Any) -> float:
    return judge_candidate(candidate(**changes), criteria)[criterion].worth


def test_a_candidate_without_fault_scores_one() -> None:
    (only,) = shortlist([candidate()], CRITERIA)
    assert only.score == 1
    assert only.why.startswith("Lithium does not reduce it (P 1.00 that it resists)")
    assert "but" not in only.why


def test_the_score_is_the_weighted_mean() -> None:
    # 12 in weights, of which 3 are for resisting: 3 x 0.2 + 9.
    (only,) = shortlist([candidate(resists=0.2)], CRITERIA)
    assert only.score == pytest.approx(9.6 / 12)


def test_what_is_not_known_counts_half_and_is_said() -> None:
    (only,) = shortlist([candidate(barrier_excess=None)], CRITERIA)
    assert only.worths[Criterion.BARRIER] == 0.5
    assert only.why.endswith("; but its migration barrier is not known.")


@pytest.mark.parametrize(
    ("lithium", "expected"), [(6.0, 1), (6.8, 1), (7.0, 0.5), (7.2, 0), (7.5, 0), (5.8, 0.5)]
)
def test_lithium_outside_the_range_loses_worth_up_to_its_margin(
    lithium: float, expected: float
) -> None:
    assert worth(Criterion.LITHIUM, lithium=lithium) == pytest.approx(expected)


def test_a_barrier_within_the_noise_costs_nothing_and_twice_the_noise_all() -> None:
    worths = [worth(Criterion.BARRIER, barrier_excess=e) for e in (-0.1, 0.06, 0.09, 0.12, 0.3)]
    assert worths == pytest.approx([1, 1, 0.5, 0, 0])


@pytest.mark.parametrize(
    ("resists", "words"),
    [
        (0.9, "lithium does not reduce it (P 0.90 that it resists)"),
        (0.5, "lithium may reduce it (P 0.50 that it resists)"),
        (0.1, "lithium reduces it (P 0.10 that it resists)"),
        (None, "whether it resists is not known"),
    ],
)
def test_a_probability_between_the_limits_is_said_to_be_open(
    resists: float | None, words: str
) -> None:
    assert judge_candidate(candidate(resists=resists), CRITERIA)[Criterion.RESISTS].words == words


def test_the_rarest_and_the_most_dangerous_dopant_count() -> None:
    assert worth(Criterion.ABUNDANCE, elements=("Al", "Te")) == 0
    assert worth(Criterion.HAZARD, elements=("Al", "Be")) == 0
    judged = judge_candidate(candidate(elements=("Al", "Te")), CRITERIA)
    assert judged[Criterion.ABUNDANCE].words == "Te is rare (0.001 mg/kg of the crust)"


def test_hazards_are_named() -> None:
    judged = judge_candidate(candidate(elements=("U", "Be")), CRITERIA)
    words = judged[Criterion.HAZARD].words
    assert "U is radioactive" in words
    assert "Be is carcinogenic (group 1) and toxic (limit at work 0.002 mg/m3)" in words


def test_the_front_holds_what_no_other_beats() -> None:
    ranked = shortlist(
        [
            candidate(name="resists", resists=0.9, dissolves=0.1, lithium=7.0),
            candidate(name="dissolves", resists=0.1, dissolves=0.9, lithium=6.5),
            candidate(name="beaten", resists=0.1, dissolves=0.8, lithium=6.5),
        ],
        CRITERIA,
    )
    assert {each.candidate.name for each in ranked if each.on_front} == {"resists", "dissolves"}


def test_the_best_comes_first_and_equals_by_name() -> None:
    names = [("b", 0.5), ("a", 0.5), ("c", 0.9)]
    ranked = shortlist([candidate(name=n, resists=p) for n, p in names], CRITERIA)
    assert [each.candidate.name for each in ranked] == ["c", "a", "b"]


def test_no_candidates_make_no_shortlist() -> None:
    assert shortlist([], CRITERIA) == []


def test_criteria_without_weight_or_range_are_left_out() -> None:
    criteria = ShortlistCriteria(
        weights={Criterion.RESISTS: 1, Criterion.LITHIUM: 1},
        front=(Criterion.RESISTS,),
        lithium=None,
    )
    assert set(judge_candidate(candidate(), criteria)) == {Criterion.RESISTS}


def test_a_front_of_criteria_that_do_not_count_is_refused() -> None:
    with pytest.raises(ValidationError, match="do not count: lithium"):
        ShortlistCriteria(lithium=None)


def test_weights_of_zero_alone_are_refused() -> None:
    with pytest.raises(ValidationError, match="no criterion counts"):
        ShortlistCriteria(weights={Criterion.RESISTS: 0})


def test_an_element_that_is_not_tabulated_is_refused() -> None:
    with pytest.raises(InputError, match="supply of Xe"):
        shortlist([candidate(elements=("Xe",))], CRITERIA)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="before it begins"):
        LithiumRange(low=7, high=6)
