"""The map of dopants: where compounds are, which are named, what is drawn of their errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from standins.campaigns import results

from analysis.base.errors import InputError
from analysis.figures.dopant_map import dopant_map_figure, margin_uncertainty
from analysis.results.candidates import RankedCompound, rank_compounds
from analysis.results.shortlist import Criterion, ShortlistCriteria

CRITERIA = ShortlistCriteria(lithium=None, front=(Criterion.RESISTS, Criterion.DISSOLVES))


def ranked(documents: list[dict[str, Any]]) -> list[RankedCompound]:
    return rank_compounds(documents, CRITERIA, mobile="Li")


def two() -> list[dict[str, Any]]:
    first, second = results(2)[1:]
    numbers = {"resists_probability": 0.99, "dissolves_probability": 0.99, "passivating": True}
    good = {**first, **numbers, "label": "resists", "reduction_margin": 0.4, "solubility": -0.3}
    numbers = {"resists_probability": 0.01, "dissolves_probability": 0.01, "passivating": False}
    bad = {**second, **numbers, "label": "reduced", "reduction_margin": -2.0, "solubility": 0.7}
    record = {"element": "Be", "valence": 2, "potential": -0.2, "probability": 0.99}
    good["reductions"] = [{**record, "margin": 0.4, "uncertainty": 0.2, "label": "resists"}]
    return [good, bad]


def test_the_front_alone_is_named() -> None:
    compounds = ranked(two())
    (axes,) = dopant_map_figure(compounds).axes
    named = [text.get_text() for text in axes.texts if "(" in text.get_text()]
    assert [each.ranked.on_front for each in compounds] == [True, False]
    assert named == ["Be²⁺ (Li)"]


def test_bars_are_one_uncertainty_to_either_side() -> None:
    good, _ = two()
    good["solubility_uncertainty"] = 0.1
    (axes,) = dopant_map_figure(ranked([good])).axes
    bars = axes.lines[0].get_xydata()
    expected = [[-0.4, 0.4], [-0.2, 0.4], [np.nan, np.nan], [-0.3, 0.2], [-0.3, 0.6]]
    assert np.array(bars)[:5] == pytest.approx(np.array(expected), nan_ok=True)


def test_every_mark_is_inside_the_axes() -> None:
    documents = results(40)
    (axes,) = dopant_map_figure(ranked(documents)).axes
    for field, (low, high) in (
        ("solubility", axes.get_xlim()),
        ("reduction_margin", axes.get_ylim()),
    ):
        assert all(low < each[field] < high for each in documents if each["dopants"])


def test_the_weakest_dopant_gives_the_uncertainty_of_the_margin() -> None:
    records = [{"margin": 0.5, "uncertainty": 0.1}, {"margin": -0.5, "uncertainty": 0.3}]
    assert margin_uncertainty({"reductions": records}) == pytest.approx(0.3)
    assert margin_uncertainty({"reductions": [{"margin": None, "uncertainty": None}]}) is None


def test_without_both_numbers_there_is_nothing_to_draw() -> None:
    lacking = [{**each, "solubility": None} for each in results(3)]
    with pytest.raises(InputError, match="no compound has both solubility and reduction_margin"):
        dopant_map_figure(ranked(lacking))
