"""The ranking as people see it in a terminal."""

from __future__ import annotations

import io

from rich.console import Console
from standins.campaigns import results

from analysis.results.candidates import default_criteria
from workflows.results.dopant_ranking import DopantRanking
from workflows.terminal.shortlist_tables import show_ranking

RANKING = DopantRanking.of(results(3), default_criteria("Li7La3Zr2O12"), mobile="Li")


def shown(limit: int) -> list[str]:
    console = Console(file=io.StringIO(), width=250)
    show_ranking("demo", RANKING, limit, console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]  # a StringIO


def test_the_best_come_first_with_a_star_on_the_front() -> None:
    lines = shown(2)
    assert lines[0] == "demo: the best 2 of 3 compounds"
    first = next(line for line in lines if line.lstrip().startswith("1"))
    best = RANKING.compounds[0]
    assert best.ranked.candidate.name in first
    assert ("1*" in first) is best.ranked.on_front
    assert f"{best.ranked.score:.2f}" in first
    assert f"{best.document['resists_probability']:.2f}" in first


def test_every_compound_shown_has_its_reason_and_the_trade_off_comes_last() -> None:
    lines = shown(2)
    reasons = [each.ranked.why for each in RANKING.compounds]
    assert [any(line.endswith(reason) for line in lines) for reason in reasons] == [
        True,
        True,
        False,
    ]
    assert lines[-1] == RANKING.words[-1]
