"""Figures of all compounds at once: a quantity by element, and barrier against reaction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pymatgen.core import Element

from analysis.base.compound_names import compound_name, in_site_order
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.style import BLUE, DASHES, MARKS, quieten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    Document = Mapping[str, Any]

_NAMED = 12  # names in a scatter before they hide each other


def by_element_figure(
    documents: Sequence[Document], field: Field, host_document: Document | None = None
) -> Figure:
    """Draw a quantity of every single dopant, elements by atomic number, a panel for each site.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents.
    field : Field
        A number of the documents.
    host_document : mapping, optional
        The undoped host's, whose value becomes a line.

    Raises
    ------
    InputError
        If no compound has the quantity.
    """
    known = [each for each in documents if len(each[Field.DOPANTS]) == 1 and _known(each, field)]
    if not known:
        msg = f"no compound has a {field}: nothing to draw"
        raise InputError(msg)
    sites = in_site_order({each[Field.DOPANTS][0]["site"] for each in known})
    elements = sorted({each[Field.DOPANTS][0]["element"] for each in known}, key=_number)
    figure = Figure(
        figsize=(max(7.0, 1.4 + 0.15 * len(elements)), 0.9 + 2.1 * len(sites)), layout="constrained"
    )
    panels = figure.subplots(len(sites), sharex=True, sharey=True, squeeze=False)
    for axes, site in zip(panels.flat, sites, strict=True):
        members = [each for each in known if each[Field.DOPANTS][0]["site"] == site]
        _draw_elements(axes, members, elements, field)
        axes.set_title(f"on {site}", fontweight="bold", fontsize="medium")
        _host_line(axes, host_document, field)
    figure.supylabel(field.heading, fontsize="medium")
    _legend(figure, known, host=_known(host_document or {}, field))
    return figure


def trade_off_figure(
    documents: Sequence[Document], host_document: Document | None = None
) -> Figure:
    """Draw the migration barrier of every compound against its reaction energy.

    Compounds that no other beats in both are named.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents.
    host_document : mapping, optional
        The undoped host's, marked by lines.

    Raises
    ------
    InputError
        If no compound has both.
    """
    x, y = Field.REACTION_ENERGY, Field.MIGRATION_BARRIER
    known = [each for each in documents if each[Field.DOPANTS] and _known(each, x, y)]
    if not known:
        msg = f"no compound has both {x} and {y}: nothing to draw"
        raise InputError(msg)
    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    _mark(axes, [document[x] for document in known], known, field=y)
    for document in _unbeaten(known, x, y)[:_NAMED]:
        name = f"{compound_name(document)} ({document[Field.DOPANTS][0]['site']})"
        point = (document[x], document[y])
        axes.annotate(name, point, (5, -4), textcoords="offset points", va="top", fontsize="small")
    if host_document is not None and _known(host_document, x, y):
        axes.axvline(host_document[x], color=BLUE, linestyle=DASHES, linewidth=1.2)
        axes.axhline(host_document[y], color=BLUE, linestyle=DASHES, linewidth=1.2)
    axes.set(xlabel=x.heading, ylabel=y.heading)
    axes.margins(x=0.13, y=0.1)  # room for a name next to the rightmost point
    _legend(figure, known, host=_known(host_document or {}, x, y))
    return figure


def _known(document: Document, *fields: Field) -> bool:
    return all(
        document.get(field) is not None and math.isfinite(document[field]) for field in fields
    )


def _number(element: str) -> int:
    return int(Element(element).Z)


def _mark(
    axes: Axes, positions: Sequence[float], documents: Sequence[Document], *, field: Field
) -> None:
    """Mark compounds by their labels; one line artist for each label draws hundreds at once."""
    for label, mark in MARKS.items():
        points = [
            (position, document[field])
            for position, document in zip(positions, documents, strict=True)
            if MARKS.get(document.get(Field.LABEL), MARKS[None]) is mark
        ]
        if points:
            axes.plot(
                *zip(*points, strict=True),
                mark.marker,
                color=mark.colour,
                markersize=6,
                markeredgecolor="white",
                label=label,
            )


def _draw_elements(
    axes: Axes, documents: Sequence[Document], elements: Sequence[str], field: Field
) -> None:
    """Draw the compounds on one site; the points of an element are joined and carry valences."""
    quieten(axes)
    number = {element: position for position, element in enumerate(elements)}
    positions = [number[document[Field.DOPANTS][0]["element"]] for document in documents]
    spans: dict[int, list[float]] = {}
    for position, document in zip(positions, documents, strict=True):
        spans.setdefault(position, []).append(document[field])
    axes.vlines(
        list(spans),
        [min(values) for values in spans.values()],
        [max(values) for values in spans.values()],
        color="#c8c8c8",
        linewidth=1.2,
    )
    _mark(axes, positions, documents, field=field)
    axes.set_xticks(range(len(elements)), elements, rotation=90, fontsize="small")
    axes.set_xlim(-0.8, len(elements) - 0.2)
    axes.margins(y=0.1)


def _host_line(axes: Axes, host_document: Document | None, field: Field) -> None:
    if host_document is not None and _known(host_document, field):
        axes.axhline(host_document[field], color=BLUE, linewidth=1.2, linestyle=DASHES)


def _unbeaten(documents: Sequence[Document], more: Field, less: Field) -> list[Document]:
    """Return the documents unbeaten in both fields, the largest of `more` first."""
    front: list[Document] = []
    for document in sorted(documents, key=lambda each: -each[more]):
        if not front or document[less] < front[-1][less]:
            front.append(document)
    return front


def _legend(figure: Figure, documents: Sequence[Document], *, host: bool) -> None:
    labels = {document.get(Field.LABEL) for document in documents}
    handles = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", label=mark.text)
        for label, mark in MARKS.items()
        if label in labels
    ]
    if host:
        handles.append(Line2D([], [], color=BLUE, linestyle=DASHES, label="undoped host"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
