"""The page of the benchmarks is what their stored results give."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from benchmarks import run
from benchmarks.measure import (
    Figure,
    Run,
    alone,
    compared,
    in_each,
    processes,
    side_by_side,
    timed,
)
from benchmarks.page import PAGE, Measured, Results, page, read_results, table
from benchmarks.run import NAMES, this_machine


def runs(*seconds: float) -> list[Run]:
    return [Run(None, each, 1.0) for each in seconds]


def test_the_page_is_what_the_results_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_results())


def test_every_stored_result_has_its_benchmark() -> None:
    assert set(read_results().benchmarks) <= set(NAMES)


def test_a_ratio_is_the_median_of_pairs_not_the_ratio_of_medians() -> None:
    figure = compared(runs(1, 2, 4), runs(10, 4, 4), least=2, what="three pairs")
    assert figure.ratio == 2
    assert figure.ratio_range == (1, 10)
    assert figure.met
    assert (figure.ours, figure.stock) == (2, 4)


@pytest.mark.parametrize(("most", "met"), [(1.0, False), (2.0, True)])
def test_a_time_is_held_against_the_one_asked_for(most: float, met: bool) -> None:
    assert alone(runs(1, 2, 9), most=most, what="a thing").met is met


def test_both_sides_take_turns_and_each_goes_first() -> None:
    order: list[str] = []

    def run(side: str) -> Run:
        order.append(side)
        return timed(time.sleep, 0)

    ours, stock = side_by_side(lambda: run("ours"), lambda: run("stock"), 2)
    assert order == ["ours", "stock", "stock", "ours"]
    assert len(ours) == len(stock) == 2


def test_results_come_back_as_they_were_and_show_what_was_missed() -> None:
    figure = Figure(what="slow", unit="s", ours=3, repeats=1, target="≤ 1 s", met=False)
    measured: dict[str, Any] = {"title": "Part", "seconds": 3, "machine": this_machine()}
    results = Results(benchmarks={"part": Measured(**measured, figures=[figure])})
    assert Results.model_validate_json(results.model_dump_json()) == results
    assert "| slow | 3 s |  |  | ≤ 1 s | no |  |" in page(results)


def test_a_table_has_as_many_cells_in_each_row() -> None:
    lines = table([compared(runs(1), runs(2), what="a", against="b")]).splitlines()
    assert len({line.count("|") for line in lines}) == 1


def test_a_message_of_several_lines_stays_in_its_cell() -> None:
    figure = alone(runs(1), what="a", agreement="first|second\n  third")
    assert table([figure]).splitlines()[2].endswith("| first\\|second third |")


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "| 1234 s |"), (99.96, "| 100 s |"), (0.01234, "| 0.0123 s |")]
)
def test_numbers_have_three_digits_and_no_powers_of_ten(value: float, text: str) -> None:
    assert text in table([alone(runs(value), what="a")])


def test_a_campaign_that_others_ran_has_no_load() -> None:
    machine = this_machine().model_copy(update={"load": None})
    measured = Measured(title="Part", machine=machine, seconds=None, figures=[])
    text = page(Results(benchmarks={"part": measured}))
    assert "load" not in text.split("## Part")[1]


def test_what_fails_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run", "--quick"])
    figure = alone(runs(1), what="went well")

    def measure(module: Any, *, quick: bool) -> Measured:
        assert quick
        if module.__name__.endswith("startup"):
            raise RuntimeError
        return Measured(title="a", machine=this_machine(), seconds=1, figures=[figure])

    monkeypatch.setattr(run, "run", measure)
    monkeypatch.setattr(run, "NAMES", ("startup", "reactions", "campaign"))
    with pytest.raises(SystemExit, match="failed: startup"):
        run.main()
    shown = capsys.readouterr().out
    assert shown.count("went well") == 1
    assert "campaign ..." not in shown


def test_each_process_is_called_once() -> None:
    with processes(2, threads=1) as pool:
        in_each(pool, 2, time.sleep, 0)
        assert len(pool._processes) == 2
