"""The figure of a periodic table: one quantity of every dopant on one site."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import FuncNorm, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.base.compound_names import charge_text
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.periodic_layout import COLUMNS, ROWS, layout
from analysis.figures.style import (
    DIVERGING,
    INK,
    LINEAR_WIDTH,
    MINUS,
    SEQUENTIAL,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from numpy.typing import NDArray

    Document = Mapping[str, Any]

_EMPTY = "#e4e4e4"
_DARK = 0.45  # luma below which text is white
_SMALL = 5.2  # pt: four valences fit into a cell
_SYMBOL = 0.32  # of a cell's height: the symbol's own, in the colour of the first valence


def periodic_table_figure(
    documents: Sequence[Document],
    site: str,
    *,
    field: Field = Field.REACTION_ENERGY,
    host_document: Document | None = None,
) -> Figure:
    """Draw a quantity of every single dopant on one site over the periodic table.

    A cell is split between the valences of its element, the lowest first; of several
    concentrations the smallest counts. Colours are those of all sites, so that the figures of
    several sites can be compared.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents, of all sites.
    site : str
        The host ion that is replaced.
    field : Field
        A number of the documents.
    host_document : mapping, optional
        The undoped host's, whose value becomes the middle of the colours.

    Raises
    ------
    InputError
        If no compound on that site has the quantity.
    """
    cells = _cells(documents, site, field)
    if not cells:
        msg = f"no compound on {site} has a {field}: nothing to draw"
        raise InputError(msg)
    middle = _number((host_document or {}).get(field))
    values = [each for place in _sites(documents) for each in _values(documents, place, field)]
    colours = _colours(values, middle)
    figure = Figure(figsize=(11.5, 6.2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0.5, COLUMNS + 0.5), ylim=(ROWS + 0.55, 0.45), aspect="equal")
    axes.axis("off")
    for element, (row, column) in layout().items():
        _draw_cell(axes, element, (column - 0.5, row - 0.5), cells.get(element, ()), colours)
    axes.set_title(f"{field.label} on {site}", fontweight="bold", loc="left")
    bar = figure.colorbar(colours, ax=axes, location="bottom", fraction=0.035, pad=0.01, aspect=50)
    bar.set_label(field.heading if middle is None else f"{field.heading}, stretched near the host")
    bar.ax.set_xlim(*_ends(values, middle))
    if middle is not None:
        _mark_host(bar, middle)
    bar.outline.set_visible(False)
    return figure


def _mark_host(bar: Colorbar, value: float) -> None:
    """Mark the undoped host on the bar, whose scale is linear only near it."""
    bar.ax.axvline(value, color=INK, linewidth=1.2)
    text = f"undoped host {value:z.2f}".replace("-", MINUS)
    bar.ax.annotate(
        text,
        (value, 1),
        (0, 2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="center",
        va="bottom",
        size=6.5,
        color=INK,
    )


def _sites(documents: Sequence[Document]) -> set[str]:
    return {dopants[0]["site"] for each in documents if (dopants := each.get(Field.DOPANTS))}


def _values(documents: Sequence[Document], site: str, field: Field) -> list[float]:
    return [value for parts in _cells(documents, site, field).values() for _, value in parts]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _ends(values: Sequence[float], middle: float | None) -> tuple[float, float]:
    """Return the ends of the colour bar: the range of values, and the middle."""
    shown = [*values, *([] if middle is None else [middle])]
    return min(shown), max(shown) if max(shown) > min(shown) else min(shown) + LINEAR_WIDTH


def _cells(
    documents: Sequence[Document], site: str, field: Field
) -> dict[str, list[tuple[int, float]]]:
    """Return valence and value of each compound, by element."""
    chosen: dict[tuple[str, int], tuple[float, float]] = {}
    for document in documents:
        dopants, value = document.get(Field.DOPANTS) or [], document.get(field)
        if len(dopants) != 1 or dopants[0]["site"] != site or value is None:
            continue
        if not math.isfinite(value):
            continue
        key = (dopants[0]["element"], dopants[0]["valence"])
        amount = dopants[0]["concentration"]
        chosen[key] = min(chosen.get(key, (math.inf, value)), (amount, value))
    cells: dict[str, list[tuple[int, float]]] = {}
    for (element, valence), (_, value) in sorted(chosen.items()):
        cells.setdefault(element, []).append((valence, value))
    return cells


def _colours(values: Sequence[float], middle: float | None) -> ScalarMappable:
    """Map values to colours, around the host's value if there is one."""
    if middle is None:
        norm = Normalize(min(values), max(values))
        return ScalarMappable(norm, LinearSegmentedColormap.from_list("sequential", SEQUENTIAL))
    reach = max((abs(value - middle) for value in values), default=0) or LINEAR_WIDTH
    diverging = LinearSegmentedColormap.from_list("diverging", DIVERGING)
    return ScalarMappable(_around(middle, reach), diverging)


def _around(middle: float, reach: float) -> FuncNorm:
    """Scale around a middle: linear near it, logarithmic far from it."""
    return FuncNorm(
        (
            lambda value: np.arcsinh((value - middle) / LINEAR_WIDTH),
            lambda scaled: middle + LINEAR_WIDTH * np.sinh(scaled),
        ),
        vmin=middle - reach,
        vmax=middle + reach,
    )


def _draw_cell(
    axes: Axes,
    element: str,
    corner: tuple[float, float],
    parts: Sequence[tuple[int, float]],
    colours: ScalarMappable,
) -> None:
    """Draw an element's cell, split from top to bottom between its valences."""
    x, y = corner
    if not parts:
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=_EMPTY, linewidth=0.6))
        axes.text(x + 0.5, y + 0.5, element, ha="center", va="center", color="#b5b5b5", size=7)
        return
    height = (1 - _SYMBOL) / len(parts)
    shades = colours.to_rgba(np.array([value for _, value in parts]))
    for number, ((valence, value), shade) in enumerate(zip(parts, shades, strict=True)):
        bottom = y + _SYMBOL + (number + 1) * height
        top = bottom - height if number else y
        axes.add_patch(Rectangle((x, top), 1, bottom - top, facecolor=shade, edgecolor="none"))
        text = f"{value:z.2f}".replace("-", MINUS)
        gap = "  " if len(parts) > 1 else "\n"
        line = f"{charge_text(valence)}{gap}{text}"
        middle, ink = bottom - height / 2, _ink_on(shade)
        axes.text(x + 0.96, middle, line, ha="right", va="center", color=ink, size=_SMALL)
    ink = _ink_on(shades[0])
    axes.text(x + 0.06, y + 0.07, element, ha="left", va="top", size=7, color=ink, weight="bold")
    axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=INK, linewidth=0.6, zorder=3))


def _ink_on(colour: NDArray[np.float64]) -> str:
    """Return the colour of text on a background: dark, or white if that is easier to read."""
    red, green, blue = colour[:3]
    # ITU-R BT.709 luma
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < _DARK else INK
