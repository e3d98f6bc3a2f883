"""The figures and tables of a report, drawn by matplotlib for the page and for files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from analysis.base.compound_names import in_site_order
from analysis.base.fields import Field
from analysis.figures.concentration import (
    concentration_series,
    reaction_energy_against_concentration,
)
from analysis.figures.overview import by_element_figure, trade_off_figure
from analysis.figures.periodic_table import periodic_table_figure
from analysis.figures.reaction_energies import reaction_energy_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from workflows.report.model import Table

    Document = Mapping[str, Any]


@dataclass(frozen=True)
class Drawing:
    """A figure with its title and caption.

    Attributes
    ----------
    name
        Its file's name, without suffix.
    title
        Heading, and text alternative for readers who cannot see the figure.
    caption
        What it shows, in a sentence or two.
    draw
        Draws the figure; called once, on request.
    draw_for_page
        Draws what a page has room for, where that is less.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]
    draw_for_page: Callable[[], Figure] | None = None


@dataclass(frozen=True)
class Chapter:
    """Figures and tables under one heading.

    Attributes
    ----------
    title, lead
        Heading, and a sentence below it.
    drawings, tables
        What it shows, in this order.
    on_page
        True if the page shows the figures; figures that the page draws itself are for files only.
    """

    title: str
    lead: str = ""
    drawings: Sequence[Drawing] = ()
    tables: Sequence[Table] = ()
    on_page: bool = True


def campaign_chapters(documents: Sequence[Document]) -> list[Chapter]:
    """Return the chapters that follow from the results alone; empty ones are left out.

    Parameters
    ----------
    documents
        Result documents, the undoped host's among them.
    """
    host = next((each for each in documents if not each[Field.DOPANTS]), None)
    doped = [each for each in documents if each[Field.DOPANTS]]
    chapters = [
        Chapter(
            "Periodic tables",
            "Reaction energy of each dopant and site.",
            list(_periodic_tables(doped, host)),
            on_page=False,
        ),
        Chapter(
            "All compounds",
            "Marks and colours tell if the electrode reduces the dopant; the dashed line is "
            "the undoped host.",
            list(_overviews(doped, host)),
        ),
        Chapter(
            "Concentration",
            "The same dopant at several amounts.",
            list(_concentration(doped, host)),
        ),
    ]
    return [chapter for chapter in chapters if chapter.drawings or chapter.tables]


def _periodic_tables(doped: Sequence[Document], host: Document | None) -> Iterator[Drawing]:
    known = _with(doped, Field.REACTION_ENERGY)
    sites = {each[Field.DOPANTS][0]["site"] for each in known if len(each[Field.DOPANTS]) == 1}
    for site in in_site_order(sites):
        yield Drawing(
            f"periodic_table_{site}",
            f"Reaction energies on {site}",
            "Each cell is split between the valences of its element.",
            partial(periodic_table_figure, known, site, host_document=host),
        )


def _overviews(doped: Sequence[Document], host: Document | None) -> Iterator[Drawing]:
    if known := _with(doped, Field.REACTION_ENERGY):
        yield Drawing(
            "reaction_energy",
            "Reaction energies, highest first",
            "Energy of the complete reaction with the electrode. The grey band is one standard "
            f"uncertainty of the difference from the host. {_share(known, 'of each site')}",
            partial(reaction_energy_figure, known, host),
            partial(reaction_energy_figure, known, host, most=_MOST),
        )
    for field, what in _BY_ELEMENT.items():
        if known := [each for each in _with(doped, field) if len(each[Field.DOPANTS]) == 1]:
            yield Drawing(
                field.value,
                f"{field.label} by element",
                f"{what} Points of one element are its valences.",
                partial(by_element_figure, known, field, host),
            )
    if known := _with(doped, Field.REACTION_ENERGY, Field.MIGRATION_BARRIER):
        yield Drawing(
            "barrier_against_reaction",
            "Migration barrier against reaction energy",
            "Right is less reactive, below is more mobile. No other compound beats the named ones "
            "in both.",
            partial(trade_off_figure, known, host),
        )


def _share(known: Sequence[object], which: str) -> str:
    """Say that a page shows the highest only, where there are more."""
    if len(known) <= _MOST:
        return ""
    return f"The page shows the {_MOST} highest {which}; interphase figures draws all."


def _concentration(doped: Sequence[Document], host: Document | None) -> Iterator[Drawing]:
    # Documents of older schemas may lack the fields that define a series.
    whole = [each for each in doped if all(each.get(field) is not None for field in _SORTED_BY)]
    if series := concentration_series(whole):
        yield Drawing(
            "concentration",
            "Reaction energy against the amount of dopant",
            "The grey band is one standard uncertainty of the difference from the host; open marks "
            "and dotted lines are substitutions without compensation. "
            f"{_share(series, 'of all dopants')}",
            partial(reaction_energy_against_concentration, whole, host),
            partial(reaction_energy_against_concentration, whole, host, most=_MOST),
        )


#: Names side by side that a page is broad enough for.
_MOST = 40
_SORTED_BY = (
    *(Field.SITE, Field.DOPANT, Field.VALENCE, Field.CONCENTRATION),
    Field.COMPENSATION,
)
_BY_ELEMENT = {
    Field.ENERGY_ABOVE_HULL: "Energy of each compound above the hull of all reference phases.",
    Field.DEFECT_ENERGY: "Energy of bringing a dopant from its oxide into the host.",
    Field.MIGRATION_BARRIER: "Bond-valence site energy barrier in three dimensions.",
}


def _with(documents: Sequence[Document], *fields: Field) -> list[Document]:
    return [each for each in documents if all(each.get(field) is not None for field in fields)]
