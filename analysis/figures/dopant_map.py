"""The map of dopants: how gladly the host takes them up, against how strongly they resist."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.base.compound_names import compound_name
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.style import INK, MARKS, MUTED, quieten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from matplotlib.axes import Axes

    from analysis.results.candidates import Document, RankedCompound

    Point = tuple[float, float]

X, Y = Field.SOLUBILITY, Field.REDUCTION_MARGIN
#: eV per dopant: within it both axes are in proportion, beyond it by the logarithm.
_LINEAR = 0.5
_NAMED = 12  # names in the map before they hide each other
_LEAST = 0.01  # eV per dopant: room around a single point
_BAR_COLOUR = "#9a9a9a"
_TICKS = (-10, -5, -2, -1, -0.5, 0, 0.5, 1, 2, 5, 10)


def dopant_map_figure(compounds: Sequence[RankedCompound]) -> Figure:
    """Draw margin against free energy of dissolution, with the uncertainties of both.

    Candidates are above and left of the lines. Those of the Pareto front have a dark rim and names,
    the best first.

    Parameters
    ----------
    compounds : sequence of RankedCompound
        What `analysis.results.candidates.rank_compounds` returned.

    Raises
    ------
    InputError
        If no compound has both numbers.
    """
    known = [each for each in compounds if is_on_map(each.document)]
    if not known:
        msg = f"no compound has both {X} and {Y}: nothing to draw"
        raise InputError(msg)
    figure = Figure(figsize=(8.6, 6.2), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    axes.set_xscale("asinh", linear_width=_LINEAR)
    axes.set_yscale("asinh", linear_width=_LINEAR)
    _draw_bars(axes, [each.document for each in known])
    _draw_marks(axes, [each.document for each in known if not each.ranked.on_front], rim="white")
    front = [each.document for each in known if each.ranked.on_front]
    _draw_marks(axes, front, rim=INK)
    _frame(axes, known)
    _name(axes, front[:_NAMED])
    _legend(figure, {each.document.get(Field.LABEL) for each in known})
    return figure


def is_on_map(document: Document) -> bool:
    """Tell if a compound has both numbers of the map."""
    return all(_number(document.get(field)) is not None for field in (X, Y))


def margin_uncertainty(document: Document) -> float | None:
    """Return the standard uncertainty of a compound's margin: that of its weakest dopant, eV."""
    known = [each for each in document.get(Field.REDUCTIONS) or () if each["margin"] is not None]
    if not known:
        return None
    return _number(min(known, key=lambda each: each["margin"]).get("uncertainty"))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _draw_bars(axes: Axes, documents: Iterable[Document]) -> None:
    """Draw both uncertainties of each compound, all bars as one line."""
    xs: list[float] = []
    ys: list[float] = []
    for document in documents:
        x, y = document[X], document[Y]
        wide = _number(document.get(Field.SOLUBILITY_UNCERTAINTY)) or 0.0
        high = margin_uncertainty(document) or 0.0
        xs += [x - wide, x + wide, math.nan, x, x, math.nan]
        ys += [y, y, math.nan, y - high, y + high, math.nan]
    axes.plot(xs, ys, color=_BAR_COLOUR, linewidth=0.6, alpha=0.35)


def _draw_marks(axes: Axes, documents: Sequence[Document], *, rim: str) -> None:
    for label, mark in MARKS.items():
        points = [
            (each[X], each[Y])
            for each in documents
            if MARKS.get(each.get(Field.LABEL), MARKS[None]) is mark
        ]
        if points:
            axes.plot(
                *zip(*points, strict=True),
                mark.marker,
                color=mark.colour,
                markersize=6 if rim == "white" else 8,
                markeredgecolor=rim,
                label=label,
            )


def _frame(axes: Axes, compounds: Sequence[RankedCompound]) -> None:
    """Set the axes by the compounds, not by their bars, and say what each corner means."""
    axes.axvline(0, color=MUTED, linewidth=0.9)
    axes.axhline(0, color=MUTED, linewidth=0.9)
    for field, set_ends, set_ticks in (
        (X, axes.set_xlim, axes.set_xticks),
        (Y, axes.set_ylim, axes.set_yticks),
    ):
        low, high = _ends([each.document[field] for each in compounds])
        set_ends(low, high)
        ticks = [tick for tick in _TICKS if low <= tick <= high]
        set_ticks(ticks, [f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks])
        set_ticks([], minor=True)
    axes.set(xlabel=X.heading, ylabel=Y.heading)
    for x, y, text in (
        (0.01, 0.99, "resists and dissolves"),
        (0.99, 0.99, "resists, segregates"),
        (0.01, 0.01, "reduced, dissolves"),
        (0.99, 0.01, "reduced and segregates"),
    ):
        side = "left" if x < 0.5 else "right"  # noqa: PLR2004, the middle
        level = "bottom" if y < 0.5 else "top"  # noqa: PLR2004, the middle
        axes.text(x, y, text, ha=side, va=level, transform=axes.transAxes, color=MUTED, size=9)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis: all values and zero, with a tenth of room by its own scale."""
    scaled = [math.asinh(value / _LINEAR) for value in (*values, 0.0)]
    room = max(0.1 * (max(scaled) - min(scaled)), _LEAST)
    ends = (min(scaled) - room, max(scaled) + room)
    low, high = (_LINEAR * math.sinh(end) for end in ends)
    return low, high


def _name(axes: Axes, documents: Sequence[Document]) -> None:
    """Write names above and below their points in turn, from left to right."""
    for place, document in enumerate(sorted(documents, key=lambda each: each[X])):
        sites = "/".join(dict.fromkeys(each["site"] for each in document[Field.DOPANTS]))
        above = place % 2 == 0
        axes.annotate(
            f"{compound_name(document)} ({sites})",
            (document[X], document[Y]),
            xytext=(0, 16 if above else -16),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            fontsize="small",
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.6},
        )


def _legend(figure: Figure, labels: Collection[str | None]) -> None:
    handles = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", label=mark.text)
        for label, mark in MARKS.items()
        if label in labels
    ]
    handles += [
        Line2D(
            [],
            [],
            color="white",
            marker="o",
            markeredgecolor=INK,
            linestyle="",
            label="Pareto front",
        ),
        Line2D([], [], color=_BAR_COLOUR, linewidth=1, label="standard uncertainty"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
