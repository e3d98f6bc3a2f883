"""The figure of reaction energies against the concentration of the dopant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.base.compound_names import compound_name, site_rank
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.style import BAND, BLUE, INK, MARKS, MINUS, MUTED, quieten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

    Document = Mapping[str, Any]

MOST_COLUMNS = 4
PANEL = (2.9, 2.7)  # inches
LEAST_WIDTH = 9.0  # the legend's
MARGIN = 0.08  # of the range
HOST_LINE = (0, (5, 2))
#: How a compensation is drawn: line, whether the marks are filled, and its name.
STYLES = {
    "lithium": ("-", True, "charge balanced by the mobile ion"),
    "none": (":", False, "uncompensated"),
}


class Series(NamedTuple):
    """One dopant at several concentrations, with and without charge balance."""

    element: str
    valence: int
    site: str
    members: Mapping[str, Sequence[Document]]

    @property
    def documents(self) -> Iterator[Document]:
        """Yield the documents of all its compounds."""
        for members in self.members.values():
            yield from members


def concentration_series(documents: Sequence[Document]) -> list[Series]:
    """Find the dopants that were computed at several concentrations.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents. Compounds with several dopants, or without a reaction energy, are left
        out.

    Returns
    -------
    list of Series
        By site, then by element and valence; each compensation sorted by concentration. A
        compensation with a single concentration is kept together with one that has several.
    """
    found: dict[tuple[str, str, int], dict[str, list[Document]]] = {}
    for document in sorted(filter(_is_drawn, documents), key=lambda d: d[Field.CONCENTRATION]):
        key = (document[Field.SITE], document[Field.DOPANT], document[Field.VALENCE])
        ways = found.setdefault(key, {})
        ways.setdefault(document[Field.COMPENSATION], []).append(document)
    series = [
        Series(element, valence, site, ways)
        for (site, element, valence), ways in found.items()
        if any(len({d[Field.CONCENTRATION] for d in members}) > 1 for members in ways.values())
    ]
    return sorted(series, key=lambda each: (site_rank(each.site), each.element, each.valence))


def reaction_energy_against_concentration(
    documents: Sequence[Document],
    host_document: Document | None = None,
    *,
    most: int | None = None,
) -> Figure:
    """Draw reaction energy against x, a panel for each dopant that has several concentrations.

    The marks' colour and form are the label. Full lines and marks are compounds whose charge the
    mobile ion balances, dotted lines and open marks are uncompensated ones. All panels share their
    axes, so that dopants can be compared.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents of one campaign: cells of two sizes hold other arrangements.
    host_document : mapping, optional
        The undoped host's document: x = 0, and the line to compare with. A grey band of one
        standard uncertainty of the difference surrounds it if the uncertainty is known.
    most : int, optional
        Draw this many dopants at most, those that reach the highest reaction energies.

    Raises
    ------
    InputError
        If no dopant has two concentrations with a reaction energy.
    """
    series = concentration_series(documents)
    if not series:
        msg = (
            f"none of {len(documents)} documents belongs to a series: no dopant has two "
            f"concentrations with a {Field.REACTION_ENERGY}"
        )
        raise InputError(msg)
    host = None if host_document is None else host_document.get(Field.REACTION_ENERGY)
    series = _highest(series, most)
    figure, panels = _panels(len(series))
    _set_limits(panels[0], [d for each in series for d in each.documents], host)
    for axes, each in zip(panels, series, strict=True):
        _draw_series(axes, each, host)
    figure.supylabel(Field.REACTION_ENERGY.heading, fontsize="medium")
    figure.supxlabel("x, dopant per formula unit of the host", fontsize="medium")
    _legend(figure, series, host)
    return figure


def _highest(series: Sequence[Series], most: int | None) -> list[Series]:
    """Choose the dopants with the highest energies; their order stays."""
    energies = [max(d[Field.REACTION_ENERGY] for d in each.documents) for each in series]
    ranked = sorted(range(len(series)), key=lambda place: -energies[place])
    return [series[place] for place in sorted(ranked[:most])]


def _is_drawn(document: Document) -> bool:
    energy = document.get(Field.REACTION_ENERGY)
    single = len(document.get(Field.DOPANTS) or ()) == 1
    return single and energy is not None and math.isfinite(energy)


def _panels(number: int) -> tuple[Figure, list[Axes]]:
    """Make this many panels with common axes, and leave the rest of the grid empty."""
    columns = min(number, MOST_COLUMNS)
    rows = math.ceil(number / columns)
    width = max(LEAST_WIDTH, 0.7 + PANEL[0] * columns)
    figure = Figure(figsize=(width, 0.9 + PANEL[1] * rows), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for place, axes in enumerate(panels[number:], start=number):
        axes.remove()
        panels[place - columns].tick_params(labelbottom=True)
    return figure, panels[:number]


def _set_limits(axes: Axes, documents: Sequence[Document], host: float | None) -> None:
    """Set the common limits of all panels, with the marks and the host's band inside.

    Before anything is drawn: matplotlib would look at all panels again for each line in one.
    """
    known = [0.0, *(d[Field.REACTION_ENERGY] for d in documents)]
    if host is not None:
        halves = [d.get(Field.REACTION_ENERGY_UNCERTAINTY) or 0.0 for d in documents]
        known += [host - max(halves), host + max(halves)]
    margin = MARGIN * (max(known) - min(known))
    axes.set_ylim(min(known) - margin, max(known) + margin)
    axes.set_xlim(0, (1 + MARGIN) * max(d[Field.CONCENTRATION] for d in documents))


def _draw_series(axes: Axes, series: Series, host: float | None) -> None:
    quieten(axes)
    axes.axhline(0, color=INK, linewidth=0.8)
    if host is not None:
        _draw_band(axes, series, host)
        axes.axhline(host, color=BLUE, linewidth=1.4, linestyle=HOST_LINE)
    # Filled marks last: an open one would hide them.
    for compensation in sorted(series.members, key=list(STYLES).index, reverse=True):
        _draw_line(axes, compensation, series.members[compensation], host)
    axes.set_title(f"{compound_name(next(series.documents))} on {series.site}", fontsize="medium")


def _draw_line(
    axes: Axes, compensation: str, members: Sequence[Document], host: float | None
) -> None:
    """Draw the compounds of one compensation, from the host on."""
    line, filled, _ = STYLES[compensation]
    points = [(d[Field.CONCENTRATION], d[Field.REACTION_ENERGY]) for d in members]
    start = [] if host is None else [(0.0, host)]
    axes.plot(*zip(*start, *points, strict=True), linestyle=line, color=MUTED, linewidth=1.4)
    for (x, energy), document in zip(points, members, strict=True):
        mark = MARKS[document.get(Field.LABEL)]
        axes.plot(
            x,
            energy,
            mark.marker,
            color=mark.colour,
            markersize=7.5,
            markeredgewidth=1.4,
            markerfacecolor=mark.colour if filled else "white",
            clip_on=False,
        )


def _draw_band(axes: Axes, series: Series, host: float) -> None:
    """Shade one standard uncertainty of the difference around the host's line, from x = 0 on."""
    known = {
        document[Field.CONCENTRATION]: document[Field.REACTION_ENERGY_UNCERTAINTY]
        for document in series.documents
        if document.get(Field.REACTION_ENERGY_UNCERTAINTY) is not None
    }
    if not known:
        return
    amounts = [0.0, *sorted(known)]
    halves = [0.0, *(known[x] for x in amounts[1:])]
    axes.fill_between(
        amounts,
        [host - half for half in halves],
        [host + half for half in halves],
        color=BAND,
        linewidth=0,
    )


def _legend(figure: Figure, series: Sequence[Series], host: float | None) -> None:
    """Explain the marks and lines that occur, the host's line and its band."""
    documents = [document for each in series for document in each.documents]
    labels = {document.get(Field.LABEL) for document in documents}
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", label=mark.text)
        for label, mark in MARKS.items()
        if label in labels
    ]
    ways = {document[Field.COMPENSATION] for document in documents}
    for way, (line, filled, text) in STYLES.items():
        if way in ways:
            handle = Line2D([], [], color=MUTED, marker="o", linestyle=line, label=text)
            handle.set_markerfacecolor(MUTED if filled else "white")
            handles.append(handle)
    if host is not None:
        line = f"undoped host, {host:z.2f} eV per f.u.".replace("-", MINUS)
        handles.append(Line2D([], [], color=BLUE, linestyle=HOST_LINE, label=line))
        if any(d.get(Field.REACTION_ENERGY_UNCERTAINTY) is not None for d in documents):
            handles.append(Patch(color=BAND, label="± u, standard uncertainty of the difference"))
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
