"""Ranked compounds and their trade-off, from documents whose answers can be counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.results.candidates import default_criteria, rank_compounds, trade_off
from analysis.results.lithium_content import LithiumRange
from analysis.results.shortlist import Criterion

HOST: dict[str, Any] = {
    "dopants": [],
    "formula": "Li7La3Zr2O12",
    "compensation": "lithium",
    "migration_barrier": 0.5,
}
GARNET = default_criteria("Li7La3Zr2O12")


def compound(element: str, lithium: float, label: str, **fields: Any) -> dict[str, Any]:
    dopant = {"element": element, "valence": 3, "site": "Li", "concentration": 0.25}
    chance = {"resists": 0.95, "undecided": 0.5, "reduced": 0.02}[label]
    numbers = {"label": label, "resists_probability": chance, "dissolves_probability": 0.95}
    return {
        "dopants": [dopant],
        "formula": f"Li{lithium}La3Zr2{element}0.25O12",
        "compensation": "lithium",
        "dissolution": "dissolves",
        "migration_barrier": 0.5,
        "passivating": True,
        **numbers,
        **fields,
    }


def ranked_names(*documents: dict[str, Any]) -> list[str]:
    ranked = rank_compounds([HOST, *documents], GARNET, mobile="Li")
    return [each.ranked.candidate.name for each in ranked]


def test_what_resists_is_before_what_is_reduced_and_the_host_is_not_ranked() -> None:
    reduced, resisting = compound("Al", 6.25, "reduced"), compound("Y", 6.25, "resists")
    assert ranked_names(reduced, resisting) == ["Y3+ on Li, x=0.25", "Al3+ on Li, x=0.25"]


def test_probabilities_are_those_of_the_documents() -> None:
    given = compound("Al", 6.25, "reduced", resists_probability=0.123)
    ((document, ranked),) = rank_compounds([given], GARNET, mobile="Li")
    assert document is given
    assert ranked.candidate.resists == pytest.approx(0.123)
    assert ranked.candidate.dissolves == pytest.approx(0.95)


def test_lithium_is_counted_in_the_formula_and_barriers_from_the_host() -> None:
    given = compound("Al", 6.25, "reduced", migration_barrier=0.62)
    ((_, ranked),) = rank_compounds([HOST, given], GARNET, mobile="Li")
    assert ranked.candidate.lithium == pytest.approx(6.25)
    assert ranked.candidate.barrier_excess == pytest.approx(0.12)


def test_without_the_host_no_barrier_is_judged() -> None:
    ((_, ranked),) = rank_compounds([compound("Al", 6.25, "reduced")], GARNET, mobile="Li")
    assert ranked.candidate.barrier_excess is None


def test_what_does_not_react_has_products_that_do_not_conduct() -> None:
    given = compound("Al", 6.25, "reduced", strictly_stable=True, passivating=None)
    ((_, ranked),) = rank_compounds([given], GARNET, mobile="Li")
    assert ranked.candidate.insulates is True


@pytest.mark.parametrize(
    "broken", [{"formula": None}, {"formula": "??"}, {"compensation": None}, {"dopants": None}]
)
def test_a_document_that_cannot_be_read_is_left_out(broken: dict[str, Any]) -> None:
    assert ranked_names({**compound("Al", 6.25, "reduced"), **broken}) == []


def test_a_host_without_a_known_range_is_ranked_without_its_lithium() -> None:
    assert Criterion.LITHIUM in GARNET.counted
    for formula in ("Na3Zr2Si2PO12", None):
        criteria = default_criteria(formula)
        assert Criterion.LITHIUM not in criteria.counted
        assert Criterion.LITHIUM not in criteria.front


def test_the_trade_off_counts_the_three_groups() -> None:
    documents = [
        compound("Y", 7.0, "resists"),
        compound("Gd", 7.0, "resists", dissolution="undecided"),
        compound("Ca", 6.5, "resists", dissolution="segregates"),
        compound("Al", 6.25, "reduced"),
        compound("Tl", 6.25, "reduced"),
        compound("Hf", 6.25, "undecided"),
    ]
    best, answer, resisting, inside = trade_off(
        rank_compounds([HOST, *documents], GARNET, mobile="Li"), LithiumRange()
    )
    # Ca has the lithium of a good conductor; Gd and Y are equal, and sorted by name.
    assert best.startswith("First in the ranking: Ca3+ on Li, x=0.25; Gd3+ on Li, x=0.25; Y3+")
    assert answer == (
        "Of 6 compounds the electrode does not reduce the dopants of 3, and the host surely takes "
        "up 1 of these (Y)."
    )
    assert resisting.startswith("Of the 3 that resist, 2 hold more lithium than the 6 to 6.8")
    assert resisting.endswith("1 are in that range, of which 1 segregate.")
    # Ca, Al, Tl and Hf; conductors with Al were measured, with Tl none.
    assert "Of all 4 compounds in that range the electrode reduces the dopants of 2" in inside
    assert "measured conductors (Al): " in inside


def test_without_a_range_the_trade_off_is_the_answer_alone() -> None:
    ranked = rank_compounds([compound("Y", 7.0, "resists")], GARNET, mobile="Li")
    best, answer = trade_off(ranked, None)
    assert best == "First in the ranking: Y3+ on Li, x=0.25."
    assert answer.startswith("Of 1 compound the electrode does not reduce")


def test_nothing_ranked_says_nothing() -> None:
    assert trade_off([], LithiumRange()) == ()
