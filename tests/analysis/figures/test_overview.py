"""What the figures of all compounds show, read back from their artists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.overview import by_element_figure, trade_off_figure
from analysis.figures.periodic_layout import layout
from analysis.figures.periodic_table import periodic_table_figure

HOST: dict[str, Any] = {"dopants": [], "reaction_energy": -0.5, "migration_barrier": 0.5}


def compound(element: str, valence: int, site: str, energy: float | None, **fields: Any) -> Any:
    dopant = {"element": element, "valence": valence, "site": site}
    dopant["concentration"] = fields.pop("x", 0.25)
    same = {"dopants": [dopant], "reaction_energy": energy, "label": "resists"}
    return {**same, "compensation": "lithium", **fields}


def points(axes: Axes) -> list[tuple[float, float]]:
    marked = [line for line in axes.lines if line.get_marker() not in {"None", ""}]
    return sorted((float(x), float(y)) for line in marked for x, y in line.get_xydata())


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("element", "place"),
    [
        *[("H", (1, 1)), ("He", (1, 18)), ("Zr", (5, 4)), ("Hf", (6, 4)), ("La", (9, 3))],
        *[("Lu", (9, 17)), ("Ac", (10, 3)), ("Lr", (10, 17)), ("Ra", (7, 2)), ("Al", (3, 13))],
    ],
)
def test_elements_stand_where_chemists_look_for_them(element: str, place: tuple[int, int]) -> None:
    assert layout()[element] == place


def test_no_two_elements_share_a_cell() -> None:
    assert len(set(layout().values())) == len(layout()) == 103


def test_a_periodic_table_shows_each_valence_of_its_site() -> None:
    documents = [
        compound("Fe", 2, "Li", -1.5),
        compound("Fe", 3, "Li", -0.25),
        compound("Fe", 3, "Li", -9.0, x=0.5),
        compound("Nb", 5, "Zr", -3.0),
        compound("Al", 3, "Li", None),
    ]
    figure = periodic_table_figure(documents, "Li", host_document=HOST)
    shown = texts(figure.axes[0])
    assert "2+  −1.50" in shown  # noqa: RUF001 - minus sign
    assert "3+  −0.25" in shown  # noqa: RUF001 - minus sign
    assert not any("9.00" in text or "3.00" in text for text in shown)


def test_the_periodic_tables_of_all_sites_have_one_scale_with_the_host_on_it() -> None:
    documents = [compound("Fe", 2, "Li", -1.5), compound("Nb", 5, "Zr", -3.0)]
    for site in ("Li", "Zr"):
        figure = periodic_table_figure(documents, site, host_document=HOST)
        np.testing.assert_allclose(figure.axes[1].get_xlim(), [-3.0, HOST["reaction_energy"]])
        assert any("undoped host" in text for text in texts(figure.axes[1]))


def test_a_single_value_without_host_has_a_colour() -> None:
    figure = periodic_table_figure([compound("Al", 3, "Li", -1.0)], "Li")
    assert "3+\n−1.00" in texts(figure.axes[0])  # noqa: RUF001 - minus sign


def test_a_site_without_values_is_refused() -> None:
    with pytest.raises(InputError, match="no compound on La has a reaction_energy"):
        periodic_table_figure([compound("Al", 3, "Li", -1.0)], "La")


def test_elements_follow_their_atomic_number_and_the_host_is_a_line() -> None:
    documents = [
        compound("Nb", 5, "Zr", -0.1, migration_barrier=0.6),
        compound("Al", 3, "Li", -0.1, migration_barrier=0.4),
        compound("Al", 1, "Li", -0.1, migration_barrier=0.3, label="reduced"),
        compound("Ca", 2, "La", -0.1, migration_barrier=None),
    ]
    figure = by_element_figure(documents, Field.MIGRATION_BARRIER, HOST)
    lithium, zirconium = figure.axes
    assert [tick.get_text() for tick in zirconium.get_xticklabels()] == ["Al", "Nb"]
    assert points(lithium) == [(0, 0.3), (0, 0.4)]
    assert points(zirconium) == [(1, 0.6)]
    assert [line.get_ydata()[0] for line in lithium.lines if line.get_linestyle() == "--"] == [0.5]


def test_only_compounds_that_nobody_beats_are_named() -> None:
    documents = [
        compound("Al", 3, "Li", -0.2, migration_barrier=0.6),
        compound("Nb", 5, "Zr", -0.4, migration_barrier=0.4),
        compound("Ca", 2, "La", -0.5, migration_barrier=0.5),
    ]
    (axes,) = trade_off_figure(documents, HOST).axes
    assert texts(axes) == ["Al³⁺ (Li)", "Nb⁵⁺ (Zr)"]
    assert len(points(axes)) == 3


@pytest.mark.parametrize(
    "draw",
    [
        lambda: by_element_figure([compound("Al", 3, "Li", None)], Field.REACTION_ENERGY),
        lambda: trade_off_figure([compound("Al", 3, "Li", -1.0)]),
    ],
)
def test_nothing_to_draw_is_refused(draw: Any) -> None:
    with pytest.raises(InputError, match="nothing to draw"):
        draw()
