"""Scores that can be derived by hand.

Al at x = 0.25 with VASP: v = 0.25 * 0.005 eV. u of the documents holds no spread, so that VASP's
boundaries are at -v and -2 v, at zero beside s.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from analysis.base.fields import Label
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.reactions.verdict import Criteria
from analysis.reactions.verdict import label as verdict
from analysis.results.triage import Why, WhyNot, Worth, judge, rank
from analysis.structures.dopants import Compound, Dopant

AL = Compound(dopants=(Dopant(element="Al", valence=3, site="Li", concentration=0.25),))
U = reaction_energy_uncertainty(AL, energies=[0.0], engine="chgnet")[0] or 0.0
S = math.hypot(U, 0.25 * 0.005)
HOST_BARRIER = 0.5
HOST: dict[str, Any] = {"dopants": [], "migration_barrier": HOST_BARRIER}


def document(difference: float, **changes: Any) -> dict[str, Any]:
    """Describe Al on Li whose D is so many u."""
    return {
        **AL.model_dump(),
        "label": verdict(difference * U, U, Criteria()),
        "reaction_energy": -0.5 + difference * U,
        "reaction_energy_host": -0.5,
        "reaction_energy_uncertainty": U,
        "engine": {"name": "chgnet"},
        "defect_energy": 0.0,
        "passes_filter": True,
        "strictly_stable": False,
        "passivating": False,
        "migration_barrier": None,
        **changes,
    }


def judged(difference: float, **changes: Any) -> Worth:
    return judge(
        document(difference, **changes), Criteria(), host_barrier=HOST_BARRIER, better="vasp"
    )


def test_an_undecided_compound_deserves_vasp() -> None:
    found = judged(-1.5)
    assert found.label is Label.UNDECIDED
    assert found.why == (Why.UNDECIDED,)
    assert found.change == pytest.approx(1.0, abs=0.02)  # VASP's undecided range is v wide


def test_the_label_of_one_at_zero_is_even() -> None:
    # D = -1 v is VASP's boundary
    found = judged(-0.25 * 0.005 / U)
    assert found.why == (Why.NEAR,)
    assert found.change == pytest.approx(0.5)
    assert found.stable == pytest.approx(0.5)
    assert found.uncertainty == pytest.approx(S)


def test_a_stable_one_changes_with_the_tail_of_the_normal() -> None:
    # D = 2 u: 2 s and a little from the boundary, a tail of 2.3 %
    assert judged(2.0).change == pytest.approx(0.0227, abs=0.003)


def test_a_sure_label_does_not_deserve_vasp() -> None:
    found = judged(-6.0)
    assert (found.label, found.why, found.why_not) == (Label.UNSTABLE, (), WhyNot.SURE)
    assert found.score == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(("barrier", "promise"), [(0.55, 1.0), (0.57, 0.5), (None, 0.5)])
def test_promise_is_the_share_of_virtues_that_are_shown(
    barrier: float | None, promise: float
) -> None:
    found = judged(6.0, passivating=True, migration_barrier=barrier)
    assert found.promise == promise
    assert found.score == pytest.approx(promise, abs=1e-4)


def test_a_sure_and_stable_one_deserves_vasp_if_no_virtue_fails() -> None:
    assert judged(6.0, passivating=True, migration_barrier=0.5).why == (Why.PROMISING,)
    assert judged(6.0, passivating=True).why == (Why.PROMISING,)
    assert judged(6.0, passivating=True, migration_barrier=0.9).why_not is WhyNot.SURE
    assert judged(6.0, passivating=None).why_not is WhyNot.SURE


def test_what_does_not_react_needs_no_passivation() -> None:
    assert judged(6.0, strictly_stable=True, passivating=None).promise == 0.5


def test_a_defect_energy_at_the_limit_halves_the_score() -> None:
    assert judged(-1.5, defect_energy=2.0).score == pytest.approx(judged(-1.5).score / 2)


def test_one_far_beyond_the_filter_does_not_deserve_vasp() -> None:
    far = judged(-1.5, defect_energy=2.0 + 2.1 * S / 0.25, passes_filter=False)
    close = judged(-1.5, defect_energy=2.0 + 1.9 * S / 0.25, passes_filter=False)
    assert (far.why, far.why_not) == ((), WhyNot.FILTER)
    assert close.why == (Why.UNDECIDED,)


def test_one_without_a_defect_energy_is_not_filtered() -> None:
    assert judged(-1.5, defect_energy=None, passes_filter=None).passes == 1.0


def test_one_without_a_label_cannot_be_judged() -> None:
    found = judged(0.0, label=None, reaction_energy_uncertainty=None)
    assert found.why_not is WhyNot.NO_LABEL
    assert found.score == 0.0


def test_a_spread_of_arrangements_widens_vasps_boundaries() -> None:
    # u = 2 U: the spread is sqrt(3) U, so VASP's range of undecided lies about -1.7 to -3.5 U
    wide = judged(-2.6, reaction_energy_uncertainty=2 * U, label="undecided")
    assert wide.change < judged(-1.5).change


def test_the_highest_score_is_first_and_the_host_is_not_ranked() -> None:
    ranked = rank([HOST, document(-6.0), document(2.0), document(-1.5)], Criteria(), better="vasp")
    assert [worth.label for worth in ranked] == ["undecided", "stable", "unstable"]
    assert [worth.score for worth in ranked] == sorted((w.score for w in ranked), reverse=True)
