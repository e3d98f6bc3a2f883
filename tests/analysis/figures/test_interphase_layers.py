"""The drawing of the interphase: layers in the order of the potential, heights by volume."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from analysis.base.errors import InputError
from analysis.energies.phase_volumes import table_volumes
from analysis.figures.interphase_layers import interphase_figure

#: Undoped LLZO by the built-in table: two layers, the inner one with a metal.
HOST: dict[str, Any] = {
    "formula": "Li7La3Zr2O12",
    "dopants": [],
    "equation": "Li7La3Zr2O12 + 7 Li -> 1.5 La2O3 + 7 Li2O + 0.5 Zr4O",
    "product_band_gaps": {"La2O3": 3.411, "Li2O": 4.8986, "Zr4O": 0.0},
    "reaction_path": [
        {
            "lithium": 0.0,
            "energy": -0.156,
            "voltage": None,
            "products": {"La2O3": 1.5, "Li2O": 0.5, "Li6Zr2O7": 1.0},
        },
        {
            "lithium": 7.0,
            "energy": -0.494,
            "voltage": 0.04,
            "products": {"La2O3": 1.5, "Li2O": 7.0, "Zr4O": 0.5},
        },
    ],
}


def blocks(document: dict[str, Any], **options: Any) -> list[tuple[float, float, str]]:
    """Left edge, height and colour of every block."""
    (axes,) = interphase_figure([document], **options).axes
    patches = [each for each in axes.patches if isinstance(each, Rectangle)]
    return [(each.get_x(), each.get_height(), to_hex(each.get_facecolor())) for each in patches]


def test_heights_are_shares_of_the_volume() -> None:
    inner = sorted(height for left, height, _ in blocks(HOST) if left == pytest.approx(0.7))
    volume = table_volumes()
    filled = [1.5 * 5 * volume["La2O3"], 7 * 3 * volume["Li2O"], 0.5 * 5 * volume["Zr4O"]]
    expected = sorted(each / sum(filled) for each in filled)
    assert inner == pytest.approx(expected)


def test_the_layer_with_the_metal_is_next_to_the_electrode() -> None:
    conducting = [left for left, _, colour in blocks(HOST) if colour == "#e69f00"]
    assert conducting == pytest.approx([0.7])  # Zr4O, right of the electrode


def test_a_phase_without_a_gap_is_open_until_one_is_given() -> None:
    outer = {colour for left, _, colour in blocks(HOST) if left == pytest.approx(1.7)}
    assert "#e8e8e8" in outer
    given = blocks(HOST, gaps={"Li6Zr2O7": 3.94})
    assert {colour for left, _, colour in given if left == pytest.approx(1.7)} == {"#56b4e9"}


def test_potentials_stand_between_the_layers() -> None:
    (axes,) = interphase_figure([HOST]).axes
    texts = {text.get_text(): text.get_position()[0] for text in axes.texts}
    assert texts["0 V"] == pytest.approx(0.7)
    assert texts["0.04 V"] == pytest.approx(1.7)


def test_what_is_too_thin_for_its_name_is_named_above() -> None:
    (axes,) = interphase_figure([HOST]).axes
    above = [text.get_text() for text in axes.texts if text.get_position()[1] > 1]
    assert any("Li" in text for text in above)  # Li2O of the outer layer


def test_a_volume_that_is_not_known_is_replaced_by_atoms() -> None:
    step = {**HOST["reaction_path"][0], "products": {"Li2O": 1.0, "XeF7": 1.0}}
    found = blocks({**HOST, "reaction_path": [step]})
    heights = [height for left, height, _ in found if left == pytest.approx(0.7)]
    assert heights == pytest.approx([8 / 11, 3 / 11])


def test_without_a_path_there_is_nothing_to_draw() -> None:
    with pytest.raises(InputError, match="no interphase to draw"):
        interphase_figure([{**HOST, "reaction_path": None}])
