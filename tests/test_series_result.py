"""The numbers that the README of the concentration series states are those of its results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import interphase

FOLDER = Path(__file__).parents[1] / "results" / "llzo-series-chgnet"
README = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("dopant", ["Al", "Ga", "Nb", "Ta", "W", "Ca", "Sr"])
def test_the_reaction_energy_is_linear_in_the_amount(dopant: str) -> None:
    rows = interphase.results(FOLDER, [f"dopant={dopant}", "compensation=lithium"])
    x = rows["concentration"].to_numpy(float)
    change = (rows["reaction_energy"] - rows["reaction_energy_host"]).to_numpy(float)
    slope = float(x @ change / (x @ x))
    assert len(x) == 4
    assert np.abs(change - slope * x).max() < 0.06
    assert f"{slope:.2f}" in README


def test_words_of_calcium_and_strontium() -> None:
    words = {}
    for dopant in ("Ca", "Sr"):
        filters = [f"dopant={dopant}", "compensation=lithium"]
        rows = interphase.results(FOLDER, filters, sort="concentration")
        words[dopant] = [list(rows["label"]), list(rows["relation"])]
    assert words["Ca"] == [["resists"] * 4, ["no_worse"] + ["undecided"] * 3]
    assert words["Sr"] == [["undecided"] * 4, ["no_worse"] * 4]


def test_every_other_dopant_is_reduced_at_every_amount() -> None:
    rows = interphase.results(FOLDER, "dopant=Al,Ga,Nb,Ta,W")
    assert len(rows) == 40
    assert set(rows["label"]) == {"reduced"}
