"""The reaction energies of a campaign: one panel for each site, highest first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.base.compound_names import SEVERAL, compound_name, in_site_order
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.style import BAND, BLUE, DASHES, INK, MARKS, MINUS, MUTED, quieten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    Document = Mapping[str, Any]

# With more compounds in one row their names would overlap.
MOST_IN_ONE_ROW = 40
# In inches: names side by side, or turned by 90 degrees.
WIDTH_LEVEL, WIDTH_TURNED = 0.5, 0.2
LEAST_WIDTH = 12.0  # the legend's


def reaction_energy_figure(
    documents: Sequence[Document],
    host_document: Document | None = None,
    *,
    most: int | None = None,
) -> Figure:
    """Draw the reaction energy of every compound, a panel for each site, highest first.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents. The undoped host's is not drawn as a compound; those without a reaction
        energy are counted below the figure.
    host_document : mapping, optional
        The undoped host's document, whose reaction energy becomes the line to compare with. A grey
        band of one standard uncertainty of the difference lies around it at each compound that
        has one.
    most : int, optional
        The highest of each site, at most so many; all if not given.

    Raises
    ------
    InputError
        If no document has a reaction energy.
    """
    compounds = [document for document in documents if document.get(Field.DOPANTS)]
    known = [document for document in compounds if _is_known(document, Field.REACTION_ENERGY)]
    if not known:
        msg = f"none of {len(compounds)} compounds has a {Field.REACTION_ENERGY}: nothing to draw"
        raise InputError(msg)
    sites = {site: members[:most] for site, members in _by_site(known).items()}
    turned = sum(map(len, sites.values())) > MOST_IN_ONE_ROW
    figure, panels = _panels(sites, turned=turned)
    host = None
    if host_document is not None and _is_known(host_document, Field.REACTION_ENERGY):
        host = host_document[Field.REACTION_ENERGY]
    for axes, (site, members) in zip(panels, sites.items(), strict=True):
        _draw_site(axes, members, host, turned=turned)
        axes.set_title(f"on {site}", fontweight="bold")
    figure.supylabel(Field.REACTION_ENERGY.heading, fontsize="medium")
    _legend(figure, known, host)
    missing = len(compounds) - len(known)
    if missing:
        figure.supxlabel(
            f"Not shown: {missing} of {len(compounds)} compounds, without a reaction energy.",
            fontsize="small",
            color=MUTED,
        )
    return figure


def _is_known(document: Document, field: Field) -> bool:
    value = document.get(field)
    return value is not None and math.isfinite(value)


def _by_site(documents: Sequence[Document]) -> dict[str, list[Document]]:
    """Sort compounds into sites, and within a site by reaction energy, highest first."""
    sites: dict[str, list[Document]] = {}
    for document in sorted(documents, key=lambda each: -each[Field.REACTION_ENERGY]):
        occupied = {dopant["site"] for dopant in document[Field.DOPANTS]}
        sites.setdefault(occupied.pop() if len(occupied) == 1 else SEVERAL, []).append(document)
    return {site: sites[site] for site in in_site_order(sites)}


def _panels(sites: Mapping[str, Sequence[Document]], *, turned: bool) -> tuple[Figure, list[Axes]]:
    """Make panels side by side for few compounds, below each other for many."""
    counts = [len(members) for members in sites.values()]
    across = max(counts) if turned else sum(max(count, 2) for count in counts)
    each = WIDTH_TURNED if turned else WIDTH_LEVEL
    width = max(LEAST_WIDTH, 1.6 + each * across)
    rows, columns = (len(counts), 1) if turned else (1, len(counts))
    figure = Figure(figsize=(width, 1.2 + 3.4 * rows), layout="constrained")
    axes = figure.subplots(
        rows,
        columns,
        sharey=True,
        squeeze=False,
        width_ratios=None if turned else [max(count, 2) for count in counts],
    )
    return figure, list(axes.flat)


def _draw_site(
    axes: Axes, documents: Sequence[Document], host: float | None, *, turned: bool
) -> None:
    """Draw the compounds on one site as drops from the host's line."""
    quieten(axes)
    axes.axhline(0, color=INK, linewidth=0.8)
    if host is not None:
        _draw_band(axes, documents, host)
        axes.axhline(host, color=BLUE, linewidth=1.4, linestyle=DASHES)
    _draw_compounds(axes, documents, start=host or 0.0)
    if not turned:
        for position, document in enumerate(documents):
            _write_energy(axes, position, document[Field.REACTION_ENERGY], start=host or 0.0)
    _name_compounds(axes, documents, turned=turned)


def _draw_compounds(axes: Axes, documents: Sequence[Document], *, start: float) -> None:
    """Draw drops and marks, those of one label together: hundreds take a tenth of the time."""
    for label, mark in MARKS.items():
        points = [
            (position, document[Field.REACTION_ENERGY])
            for position, document in enumerate(documents)
            if document.get(Field.LABEL) == label
        ]
        if not points:
            continue
        x = [end for position, _ in points for end in (position, position, math.nan)]
        y = [end for _, energy in points for end in (start, energy, math.nan)]
        axes.plot(x, y, color=mark.colour, linewidth=1.6, alpha=0.55)
        axes.plot(
            *zip(*points, strict=True),
            mark.marker,
            color=mark.colour,
            markersize=8,
            markeredgecolor="white",
        )


def _write_energy(axes: Axes, position: int, energy: float, *, start: float) -> None:
    """Write the number on the far side of the line from which the drop starts."""
    above = energy > start
    axes.annotate(
        f"{energy:z.2f}".replace("-", MINUS),
        (position, energy),
        xytext=(0, 8 if above else -8),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        fontsize="x-small",
        color=INK,
    )


def _name_compounds(axes: Axes, documents: Sequence[Document], *, turned: bool) -> None:
    amounts = {d["concentration"] for each in documents for d in each[Field.DOPANTS]}
    names = [
        compound_name(document, with_amount=len(amounts) > 1, separator=" " if turned else "\n")
        for document in documents
    ]
    size = "small" if turned else "medium"
    axes.set_xticks(range(len(names)), names, rotation=90 if turned else 0, fontsize=size)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.margins(y=0.08)


def _draw_band(axes: Axes, documents: Sequence[Document], host: float) -> None:
    """Shade one standard uncertainty of the difference around the host's line."""
    bands = [
        [(x, host - half), (x + 1, host - half), (x + 1, host + half), (x, host + half)]
        for x, half in (
            (position - 0.5, document[Field.REACTION_ENERGY_UNCERTAINTY])
            for position, document in enumerate(documents)
            if _is_known(document, Field.REACTION_ENERGY_UNCERTAINTY)
        )
    ]
    if bands:
        axes.add_collection(PolyCollection(bands, facecolor=BAND, linewidth=0))


def _legend(figure: Figure, documents: Sequence[Document], host: float | None) -> None:
    """Explain the marks that occur, the host's line and its band."""
    labels = {document.get(Field.LABEL) for document in documents}
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", label=mark.text)
        for label, mark in MARKS.items()
        if label in labels
    ]
    if host is not None:
        line = f"undoped host, {host:z.2f} eV per f.u.".replace("-", MINUS)
        handles.append(Line2D([], [], color=BLUE, linestyle=DASHES, label=line))
        if any(_is_known(each, Field.REACTION_ENERGY_UNCERTAINTY) for each in documents):
            handles.append(Patch(color=BAND, label="± u, standard uncertainty of the difference"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
