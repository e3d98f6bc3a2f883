"""The ranking of a small campaign that has run, by the real command; what options change."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from analysis.results.lithium_content import LithiumRange
from analysis.results.shortlist import Criterion, ShortlistCriteria
from workflows.commands.shortlist import CriteriaChanges
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.base.settings import MachineSettings

CRITERIA = ShortlistCriteria()


def test_every_compound_is_ranked_with_the_probabilities_of_its_result(
    landed: Any, interphase: Callable[..., Any]
) -> None:
    place = ("--dir", landed.folder, "--format", "json")
    rows = json.loads(interphase("shortlist", *place).stdout)
    results = json.loads(interphase("query", *place).stdout)
    assert [row["rank"] for row in rows] == [1, 2, 3, 4]
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    known = {each["formula"]: each for each in results if each["dopants"]}
    assert len(known) == 4
    for row in rows:
        for name in ("resists_probability", "dissolves_probability", "label", "dissolution"):
            assert row[name] == known[row["formula"]][name]


def test_the_table_says_why_and_what_the_trade_off_is(
    landed: Any, interphase: Callable[..., Any]
) -> None:
    shown = interphase("shortlist", "--dir", landed.folder, "--limit", "2")
    assert shown.returncode == 0, shown.stderr
    assert "small: the best 2 of 4 compounds" in shown.stdout
    assert "The trade-off" in shown.stdout
    assert "Of 4 compounds the electrode does not reduce the dopants of" in shown.stdout


def test_the_map_is_drawn_once_the_solubility_is_known(
    copied: Path,
    machine_settings: MachineSettings,
    tmp_path: Path,
    interphase: Callable[..., Any],
) -> None:
    figure = tmp_path / "map.svg"
    asked = ("shortlist", "--dir", copied, "--figure", figure)
    # Nobody said at which temperature this campaign's host is made.
    refused = interphase(*asked)
    assert refused.returncode == 1
    assert "no compound has both solubility and reduction_margin" in refused.stderr
    with open_database(copied, machine_settings) as database:
        change = {"solubility": -0.1, "solubility_uncertainty": 0.3}
        database.results.update_one({"dopant": "Mg"}, {"$set": change})
    assert interphase(*asked).returncode == 0
    assert figure.read_text().startswith("<?xml")


def test_filters_choose_what_is_ranked(landed: Any, interphase: Callable[..., Any]) -> None:
    options = ("--dir", landed.folder, "--format", "csv", "site=Li")
    rows = list(csv.DictReader(interphase("shortlist", *options).stdout.splitlines()))
    assert [row["compound"] for row in rows] == ["Mg2+ on Li, x=0.5"]
    refused = interphase("shortlist", "--dir", landed.folder, "dopant=Au")
    assert refused.returncode == 1
    assert "there is nothing to rank" in refused.stderr.replace("\n", " ")


def test_options_change_the_specifications_criteria() -> None:
    changed = CriteriaChanges(["hazard=0", "resists=5"], "resists, dissolves", "5.5:6")(CRITERIA)
    assert changed.weights[Criterion.RESISTS] == 5
    assert changed.weights[Criterion.DISSOLVES] == CRITERIA.weights[Criterion.DISSOLVES]
    assert Criterion.HAZARD not in changed.counted
    assert changed.front == (Criterion.RESISTS, Criterion.DISSOLVES)
    assert changed.lithium == LithiumRange(low=5.5, high=6)


def test_a_criterion_that_counts_nothing_leaves_the_front() -> None:
    assert "hazard" in CRITERIA.front
    changed = CriteriaChanges(["hazard=0"])(CRITERIA)
    assert changed.front == tuple(each for each in CRITERIA.front if each != "hazard")


def test_without_options_the_criteria_stay() -> None:
    assert CriteriaChanges()(CRITERIA) == CRITERIA


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (CriteriaChanges(["hazard"]), "write CRITERION=NUMBER"),
        (CriteriaChanges(["beauty=1"]), "criteria of the shortlist: weights.beauty"),
        (CriteriaChanges(["resists=-1"]), "weights.resists: must be greater"),
        (CriteriaChanges(front="beauty"), "front.0: must be 'resists'"),
        (CriteriaChanges(["hazard=0"], front="hazard"), "criteria that do not count: hazard"),
        (CriteriaChanges(lithium="6"), "write LOW:HIGH"),
        (CriteriaChanges(lithium="7:6"), r"the range of lithium ends \(6\) before it begins"),
    ],
)
def test_an_impossible_option_is_answered(changes: CriteriaChanges, said: str) -> None:
    with pytest.raises(InputError, match=said):
        changes(CRITERIA)
