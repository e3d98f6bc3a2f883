"""What the figures show, read back from their artists, and the files they are written to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from analysis.base.errors import InputError
from analysis.figures.reaction_energies import reaction_energy_figure
from analysis.figures.reaction_path import reaction_path_figure
from analysis.figures.style import save_figure


def compound(
    element: str,
    site: str,
    energy: float | None,
    label: str | None,
    **fields: Any,
) -> dict[str, Any]:
    dopant = {"element": element, "valence": 3, "site": site, "concentration": 0.25}
    document = {"dopants": [dopant], "reaction_energy": energy, "label": label}
    return document | {"reaction_energy_uncertainty": 0.05} | fields


HOST: dict[str, Any] = {"dopants": [], "reaction_energy": -0.1, "label": "resists"}
COMPOUNDS = [
    compound("Sc", "Zr", -0.2, "undecided"),
    compound("Nb", "Zr", -0.9, "reduced"),
    compound("Y", "Zr", -0.02, "resists"),
    compound("Al", "Li", -0.3, "reduced"),
    compound("Gd", "La", -0.05, None),
]
PATH: dict[str, Any] = {
    "formula": "Li6.5La3Zr1.75W0.25O12",
    "equation": "Li6.5La3Zr1.75W0.25O12 + 3 Li -> 2.5 Li2O + 0.125 ZrW2",
    "reaction_path": [
        {"lithium": 0.0, "energy": -0.5, "products": {"WO2": 0.25, "La2O3": 1.5}},
        {"lithium": 1.0, "energy": -1.5, "products": {"W": 0.25, "Li2O": 0.5}},
        {"lithium": 3.0, "energy": -1.9, "products": {"ZrW2": 0.125, "Li2O": 2.5}},
    ],
}


def tick_names(axes: Axes) -> list[str]:
    return [tick.get_text() for tick in axes.get_xticklabels()]


def legend_texts(figure: Figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def markers(axes: Axes) -> list[list[Any]]:
    """Energy, marker and colour of each compound, from left to right."""
    lines = [line for line in axes.lines if line.get_marker() not in {"None", ""}]
    points = [
        (float(x), float(y), str(line.get_marker()), to_hex(line.get_color()))
        for line in lines
        for x, y in line.get_xydata()
    ]
    return [mark for _, *mark in sorted(points)]


def test_each_site_has_a_panel_in_the_order_li_la_zr() -> None:
    figure = reaction_energy_figure(COMPOUNDS, HOST)
    assert [axes.get_title() for axes in figure.axes] == ["on Li", "on La", "on Zr"]


def test_compounds_are_sorted_by_energy_and_named_by_ion() -> None:
    zirconium = reaction_energy_figure(COMPOUNDS, HOST).axes[2]
    assert tick_names(zirconium) == ["Y³⁺", "Sc³⁺", "Nb³⁺"]
    assert [energy for energy, _, _ in markers(zirconium)] == [-0.02, -0.2, -0.9]


def test_the_highest_of_each_site_are_those_a_page_has_room_for() -> None:
    panels = reaction_energy_figure(COMPOUNDS, HOST, most=2).axes
    assert tick_names(panels[2]) == ["Y³⁺", "Sc³⁺"]
    assert len(markers(panels[0])) == 1


def test_label_sets_both_marker_and_colour() -> None:
    figure = reaction_energy_figure(COMPOUNDS, HOST)
    drawn = {tuple(mark[1:]) for axes in figure.axes for mark in markers(axes)}
    assert drawn == {("v", "#d55e00"), ("s", "#e69f00"), ("o", "#009e73"), ("D", "#999999")}
    assert legend_texts(figure)[:4] == ["resists", "undecided", "reduced", "no label"]


def test_host_is_a_line_and_no_compound() -> None:
    figure = reaction_energy_figure([HOST, *COMPOUNDS], HOST)
    levels = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert levels == [-0.1]
    assert "undoped host, −0.10 eV per f.u." in legend_texts(figure)  # noqa: RUF001 - minus sign
    assert sum(len(markers(axes)) for axes in figure.axes) == len(COMPOUNDS)


def test_band_is_one_uncertainty_around_the_host_where_it_is_known() -> None:
    unknown = compound("Ga", "Li", -0.4, None, reaction_energy_uncertainty=None)
    lithium = reaction_energy_figure([*COMPOUNDS, unknown], HOST).axes[0]
    (band,) = lithium.collections
    vertices = band.get_paths()[0].vertices
    # Aluminium comes first, before gallium, which has no band.
    np.testing.assert_allclose(vertices.min(axis=0), [-0.5, -0.15])
    np.testing.assert_allclose(vertices.max(axis=0), [0.5, -0.05])


def test_without_host_there_is_neither_line_nor_band() -> None:
    figure = reaction_energy_figure(COMPOUNDS)
    assert legend_texts(figure) == ["resists", "undecided", "reduced", "no label"]
    assert all(not axes.collections for axes in figure.axes)


def test_axis_has_title_and_unit() -> None:
    assert reaction_energy_figure(COMPOUNDS).get_supylabel() == "Reaction energy (eV per f.u.)"


def test_compounds_without_energy_are_counted_below() -> None:
    missing = compound("Sr", "La", None, None)
    figure = reaction_energy_figure([*COMPOUNDS, missing, HOST], HOST)
    assert figure.get_supxlabel() == "Not shown: 1 of 6 compounds, without a reaction energy."
    assert reaction_energy_figure(COMPOUNDS).get_supxlabel() == ""


def test_amounts_are_named_where_they_differ() -> None:
    dopant = {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.5}
    more = compound("Al", "Li", -0.4, None, dopants=[dopant])
    assert tick_names(reaction_energy_figure([*COMPOUNDS, more]).axes[0]) == [
        "Al³⁺\n0.25",
        "Al³⁺\n0.5",
    ]


def test_compound_on_two_sites_has_a_panel_of_its_own_after_the_others() -> None:
    dopants = [each["dopants"][0] for each in COMPOUNDS[3:]]
    figure = reaction_energy_figure([*COMPOUNDS, compound("", "", -0.4, None, dopants=dopants)])
    assert figure.axes[-1].get_title() == "on several sites"
    assert tick_names(figure.axes[-1]) == ["Al³⁺\nGd³⁺"]


def test_many_compounds_are_stacked_with_turned_names() -> None:
    many = [compound("Al", site, -0.01 * i, None) for site in ("Li", "Zr") for i in range(30)]
    figure = reaction_energy_figure(many, HOST)
    left = {axes.get_subplotspec().colspan.start for axes in figure.axes}
    assert left == {0}
    assert {tick.get_rotation() for tick in figure.axes[0].get_xticklabels()} == {90.0}


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputError, match="none of 1 compounds has a reaction_energy"):
        reaction_energy_figure([compound("Al", "Li", None, None), HOST])


def test_path_is_straight_between_kinks_and_level_after_the_last() -> None:
    curve = reaction_path_figure(PATH).axes[0].lines[0].get_xydata()
    np.testing.assert_allclose(curve[:3], [[0, -0.5], [1, -1.5], [3, -1.9]])
    assert curve[3][0] > 3
    assert curve[3][1] == -1.9


@pytest.mark.parametrize(
    ("equation", "electrode"),
    [
        (PATH["equation"], "Li"),
        ("NaZr2P3O12 + 10.2857 Na -> Na3P", "Na"),
        ("Li7La3Zr2O12 + Mg -> MgO", "Mg"),
        ("Li7La3Zr2O12 -> Li2O", "electrode"),
        (None, "electrode"),
    ],
)
def test_path_names_its_electrode(equation: str | None, electrode: str) -> None:
    figure = reaction_path_figure(PATH | {"equation": equation})
    assert figure.get_suptitle().endswith(f" + n {electrode}")
    assert figure.axes[1].get_ylabel() == f"V against {electrode}"
    assert figure.axes[1].get_xlabel() == f"n (atoms of {electrode} per f.u.)"


def test_voltage_is_minus_the_slope_and_zero_on_the_plateau() -> None:
    (steps,) = reaction_path_figure(PATH).axes[1].patches
    np.testing.assert_allclose(steps.get_data().values, [1.0, 0.2, 0.0])
    np.testing.assert_allclose(steps.get_data().edges[:3], [0, 1, 3])


def test_products_of_each_kink_are_listed_largest_first() -> None:
    texts = [text.get_text() for text in reaction_path_figure(PATH).axes[2].texts]
    assert "n = 0\n1.5 La$_{2}$O$_{3}$ + 0.25 WO$_{2}$" in texts
    assert "n = 3\n2.5 Li$_{2}$O + 0.125 ZrW$_{2}$" in texts


def test_plateau_is_written_with_the_uptake() -> None:
    texts = [text.get_text() for text in reaction_path_figure(PATH).axes[0].texts]
    assert "plateau −1.900 eV per f.u., reached at n = 3" in texts  # noqa: RUF001 - minus sign


def test_compound_without_path_is_refused_with_its_notes() -> None:
    with pytest.raises(InputError, match=r"Li7.*no reaction_path.*not relaxed"):
        reaction_path_figure({"formula": "Li7", "notes": ["not relaxed"]})


@pytest.mark.parametrize(
    ("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("new/folder/a.pdf", b"%PDF")]
)
def test_figure_is_written_in_the_format_of_the_suffix(
    tmp_path: Path, name: str, start: bytes
) -> None:
    path = save_figure(reaction_energy_figure(COMPOUNDS, HOST), tmp_path / name)
    assert path.read_bytes().startswith(start)


def test_other_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        save_figure(Figure(), tmp_path / "figure.docx")


def test_folder_that_cannot_be_written_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file/a\.png: Not a directory|file/a\.png: File exists"):
        save_figure(Figure(), tmp_path / "file" / "a.png")
