"""Why a compound has its label, in words and as the steps of its reaction."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from workflows.terminal.explanation_text import print_explanation

ALUMINIUM = {
    "formula": "Li6.25Al0.25La3Zr2O12",
    "dopants": [{"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}],
    "label": "reduced",
    "relation": "worse",
    "reductions": [
        {
            "element": "Al",
            "valence": 3,
            "margin": -0.973,
            "potential": 0.25,
            "probability": 0.005,
            "label": "reduced",
        }
    ],
    "dissolution": "undecided",
    "solubility": 0.05,
    "solubility_uncertainty": 0.3,
    "dissolves_probability": 0.432,
    "reaction_energy": -0.9,
    "reaction_energy_host": -0.5,
    "reaction_energy_uncertainty": 0.1,
    "equation": "Li6.25Al0.25La3Zr2O12 + 8.125 Li -> 1.5 La2O3 + 7.1875 Li2O + 0.25 Zr3Al",
    "reaction_path": [
        {"lithium": 0.0, "energy": -0.3, "voltage": None, "products": {"La2O3": 1.5, "LiO": 2}},
        {"lithium": 8.125, "energy": -0.9, "voltage": 0.0738, "products": {"Zr3Al": 0.25}},
    ],
    "alloys": ["Zr3Al"],
    "passivating": False,
    "product_band_gaps": {"La2O3": 3.41, "Zr3Al": 0.0, "X": None},
    "defect_energy": 2.5,
    "passes_filter": False,
    "notes": ["a [note] as it stands"],
    "provenance": {"screening": {"unstable_factor": 3.0}},
}
HOST = {"formula": "Li7La3Zr2O12", "dopants": [], "label": None, "notes": []}


def explained(**changes: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_explanation(ALUMINIUM | changes, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]  # a StringIO


def test_each_word_is_explained_by_its_numbers_and_the_campaigns_factors() -> None:
    text = explained()
    assert "Li6.25Al0.25La3Zr2O12 (Al3+ on Li, x=0.25)" in text
    assert (
        "against the host: worse, as -0.900 eV per f.u. is 0.400 below the undoped host's -0.500, "
        "4.0 times the uncertainty u = 0.100 (below it by more than 3 u)"
    ) in text
    assert (
        "Al3+: reducing it yields 0.973 eV per dopant, from 0.25 V against the electrode down; it "
        "resists with a probability of 0% (reduced)"
    ) in text
    assert (
        "dissolution: undecided, free energy +0.05 ± 0.30 eV per dopant; it dissolves with a "
        "probability of 43%"
    ) in text
    assert "defect energy: 2.500 eV per dopant, beyond the filter" in text
    assert "passivating: no; band gaps in eV: La2O3 3.4, Zr3Al 0.0, X -" in text
    assert "note: a [note] as it stands" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"relation": "no_worse", "reaction_energy": -0.55}, "no worse, as -0.550"),
        ({"relation": "undecided", "reaction_energy": -0.7}, "(between 1 and 3 u below it)"),
        ({"relation": "no_worse", "reaction_energy": -0.4}, "is 0.100 above the undoped host's"),
        (
            {"relation": None, "reaction_energy_uncertainty": None},
            "not known: an energy or its uncertainty is missing",
        ),
    ],
)
def test_every_verdict_has_its_words(changes: dict[str, Any], said: str) -> None:
    assert said in explained(**changes)


def test_each_step_of_the_reaction_is_a_line_with_its_products_largest_first() -> None:
    lines = [" ".join(line.split()) for line in explained().splitlines()]
    assert "0.000 - -0.300 2 LiO + 1.5 La2O3" in lines
    assert "8.125 0.074 -0.900 0.25 Zr3Al" in lines
    assert any(line.startswith("Li Voltage Energy") for line in lines)


def test_the_undoped_host_is_the_measure_itself() -> None:
    assert "the undoped host, with which the others are compared" in explained(
        **HOST, reaction_path=None, alloys=None
    )
