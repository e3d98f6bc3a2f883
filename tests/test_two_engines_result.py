"""The numbers that the README of the result with two engines states are those of its results."""

from __future__ import annotations

import pytest

import interphase
from studies.pages.two_engines_page import TWO, matched

README = " ".join((TWO / "README.md").read_text(encoding="utf-8").split())
BEST = {"Pr": 0.87, "Nd": 0.84, "Pm": 0.79, "Sm": 0.73, "Gd": 0.60, "Hf": 0.64}


def test_every_compound_landed() -> None:
    rows = interphase.results(TWO)
    assert len(rows) == 349
    assert rows["reaction_energy"].notna().all()


def test_what_lithium_does_needs_no_engine() -> None:
    both = matched()
    assert (both["label_one"].fillna("") == both["label_two"].fillna("")).all()
    counts = both["label_two"].value_counts()
    assert counts.to_dict() == {"resists": 42, "undecided": 29, "reduced": 275}


def test_no_word_is_turned_round() -> None:
    both = matched()
    words = set(zip(both["dissolution_one"], both["dissolution_two"], strict=True))
    assert not words & {("dissolves", "segregates"), ("segregates", "dissolves")}
    turned = both[(both["relation_one"] == "no_worse") & (both["relation_two"] == "worse")]
    assert list(turned["name"]) == ["Gd3+ on Zr"]


@pytest.mark.parametrize(("element", "probability"), BEST.items())
def test_what_to_make(element: str, probability: float) -> None:
    filters = [f"dopant={element}", "label!=reduced", "dissolves_probability>0.5"]
    row = interphase.results(TWO, filters).iloc[0]
    assert row["dissolves_probability"] == pytest.approx(probability, abs=0.005)
    assert f"{probability:.2f}" in README


def test_the_change_has_a_sign() -> None:
    both = matched()
    assert (both["change"] < 0).mean() > 0.99
    assert both["change"].median() == pytest.approx(-0.135, abs=0.005)
    assert both["again_two"].sum() == 35
    counts = [(both[f"relation_{which}"] == "no_worse").sum() for which in ("one", "two")]
    assert counts == [27, 10]
    assert "10 compounds instead of 27" in README


def test_the_host_reacts_as_stated() -> None:
    host = interphase.results(TWO, "dopant=null").iloc[0]
    assert f"{host['reaction_energy']:.3f}" in README
