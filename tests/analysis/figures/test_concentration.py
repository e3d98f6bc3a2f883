from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from analysis.base.errors import InputError
from analysis.figures.concentration import (
    concentration_series,
    reaction_energy_against_concentration,
)

HOST = {"dopants": [], "reaction_energy": -0.5}


def compound(element: str, site: str, x: float, energy: float | None, **fields: Any) -> Any:
    valence = {"Al": 3, "Ta": 5, "Hf": 4, "Ca": 2}[element]
    ion = {"element": element, "valence": valence, "site": site, "concentration": x}
    scalars = {"dopant": element, "valence": valence, "site": site, "concentration": x}
    defaults = {
        "compensation": "lithium",
        "reaction_energy": energy,
        "reaction_energy_uncertainty": 0.4 * x,
        "label": "reduced",
    }
    return {"dopants": [ion], **scalars, **defaults, **fields}


TA = [compound("Ta", "Zr", x, -0.5 - 2 * x) for x in (0.5, 0.125, 0.25)]
AL = [compound("Al", "Li", x, -0.5 - x) for x in (0.125, 0.25)]
UNCOMPENSATED = {"compensation": "none", "label": None, "reaction_energy_uncertainty": None}
AL_NONE = [compound("Al", "Li", x, -0.5 + x, **UNCOMPENSATED) for x in (0.125, 0.25)]
ALONE = compound("Hf", "Zr", 0.25, -0.4)
CODOPED = {
    **compound("Al", "Li", 0.25, -0.9),
    "dopants": [AL[0]["dopants"][0], TA[0]["dopants"][0]],
    "dopant": None,
    "concentration": None,
}


def curves(axes: Any) -> list[Any]:
    """Return the lines through several points, the host's and the zero line left out."""
    lines = [line for line in axes.lines if len(line.get_xdata()) > 1]
    return [line for line in lines if list(line.get_xdata()) != [0, 1]]


def marks(axes: Any) -> list[tuple[float, str, str, str]]:
    """Return x, marker, colour of the edge and of the face of every compound."""
    return [
        (
            float(line.get_xdata()[0]),
            str(line.get_marker()),
            to_hex(line.get_color()),
            to_hex(line.get_markerfacecolor()),
        )
        for line in axes.lines
        if len(line.get_xdata()) == 1
    ]


def test_a_series_is_a_dopant_at_two_concentrations_or_more() -> None:
    found = concentration_series([HOST, *TA, ALONE, CODOPED, *AL, *AL_NONE])
    assert [(each.element, each.site) for each in found] == [("Al", "Li"), ("Ta", "Zr")]
    assert [d["concentration"] for d in found[1].members["lithium"]] == [0.125, 0.25, 0.5]
    assert set(found[0].members) == {"lithium", "none"}


def test_two_ways_of_compensation_at_one_concentration_are_no_series() -> None:
    assert concentration_series([AL[0], AL_NONE[0]]) == []


def test_a_compound_without_energy_is_left_out_of_its_series() -> None:
    lost = compound("Al", "Li", 0.375, None)
    (found,) = concentration_series([*AL, lost])
    assert len(list(found.documents)) == 2
    assert concentration_series([AL[0], lost]) == []


def test_each_dopant_has_a_panel_by_site_and_all_share_their_axes() -> None:
    figure = reaction_energy_against_concentration([*TA, *AL], HOST)
    assert [axes.get_title() for axes in figure.axes] == ["Al³⁺ on Li", "Ta⁵⁺ on Zr"]
    first, second = figure.axes
    assert first.get_ylim() == second.get_ylim()
    assert figure.get_supylabel() == "Reaction energy (eV per f.u.)"


def test_a_line_starts_at_the_host_and_is_sorted_by_concentration() -> None:
    figure = reaction_energy_against_concentration(TA, HOST)
    (line,) = curves(figure.axes[0])
    np.testing.assert_allclose(line.get_xdata(), [0, 0.125, 0.25, 0.5])
    np.testing.assert_allclose(line.get_ydata(), [-0.5, -0.75, -1.0, -1.5])


def test_without_a_host_a_line_starts_at_its_first_compound() -> None:
    figure = reaction_energy_against_concentration(TA)
    (line,) = curves(figure.axes[0])
    np.testing.assert_allclose(line.get_xdata(), [0.125, 0.25, 0.5])
    assert not figure.axes[0].collections


def test_compensations_differ_in_line_and_filling_labels_in_colour_and_form() -> None:
    figure = reaction_energy_against_concentration([*AL, *AL_NONE], HOST)
    axes = figure.axes[0]
    assert [line.get_linestyle() for line in curves(axes)] == [":", "-"]
    assert marks(axes) == [
        (0.125, "D", "#999999", "#ffffff"),
        (0.25, "D", "#999999", "#ffffff"),
        (0.125, "v", "#d55e00", "#d55e00"),
        (0.25, "v", "#d55e00", "#d55e00"),
    ]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[:4] == [
        "reduced",
        "no label",
        "charge balanced by the mobile ion",
        "uncompensated",
    ]


def test_the_band_is_one_uncertainty_around_the_host_and_none_at_the_host() -> None:
    figure = reaction_energy_against_concentration([*AL, *AL_NONE], HOST)
    (band,) = figure.axes[0].collections
    vertices = band.get_paths()[0].vertices
    np.testing.assert_allclose(vertices.min(axis=0), [0, -0.6])
    np.testing.assert_allclose(vertices.max(axis=0), [0.25, -0.4])
    assert set(vertices[vertices[:, 0] == 0][:, 1]) == {-0.5}


def test_empty_places_of_the_grid_have_no_axes() -> None:
    ca = [compound("Ca", "La", x, -0.5) for x in (0.125, 0.25)]
    hf = [compound("Hf", "Zr", x, -0.5) for x in (0.125, 0.25)]
    other = [compound("Al", "Zr", x, -0.5) for x in (0.125, 0.25)]
    figure = reaction_energy_against_concentration([*AL, *TA, *ca, *hf, *other], HOST)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["Al³⁺ on Li", "Ca²⁺ on La", "Al³⁺ on Zr", "Hf⁴⁺ on Zr", "Ta⁵⁺ on Zr"]


def test_no_series_is_refused() -> None:
    with pytest.raises(InputError, match="none of 2 documents belongs to a series"):
        reaction_energy_against_concentration([HOST, ALONE])


def test_the_dopants_with_the_highest_energies_are_drawn_in_their_order() -> None:
    calcium = [compound("Ca", "La", x, -0.5 - 9 * x) for x in (0.125, 0.25)]
    figure = reaction_energy_against_concentration([*TA, *AL, *calcium], HOST, most=2)
    assert [axes.get_title() for axes in figure.axes] == ["Al³⁺ on Li", "Ta⁵⁺ on Zr"]


def test_all_panels_hold_every_mark_and_the_band() -> None:
    axes = reaction_energy_against_concentration([*TA, *AL], HOST).axes
    for each in axes:
        assert each.get_xlim()[0] == 0
        assert each.get_xlim()[1] > 0.5
        low, high = each.get_ylim()
        assert low < -1.5 < 0 < high
