"""Figures of results, from a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.concentration import reaction_energy_against_concentration
from analysis.figures.interphase_layers import interphase_figure
from analysis.figures.overview import by_element_figure, trade_off_figure
from analysis.figures.periodic_table import periodic_table_figure
from analysis.figures.reaction_energies import reaction_energy_figure
from analysis.figures.reaction_path import reaction_path_figure
from analysis.figures.style import save_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    Document = dict[str, Any]

__all__ = ["figure", "save_figure"]


def figure(table: pd.DataFrame, kind: str = "reaction_energy", **options: Any) -> Figure:
    """Draw results.

    Parameters
    ----------
    table
        As `results` returns it, with every field; the row without dopants is the undoped host.
    kind
        ``reaction_energy``: every compound, a panel for each site. ``periodic_table``: one site
        (option `site`) over the periodic table. ``by_element``: a quantity (option `field`)
        against the atomic number. ``trade_off``: migration barrier against reaction energy.
        ``concentration``: the same dopant at several x. ``reaction_path``: the first row's.
        ``interphase``: the layers between electrode and electrolyte, for each row.
    options
        `site` and `field`, where a kind takes them.

    Raises
    ------
    InputError
        The kind is unknown, or there is nothing to draw.

    Examples
    --------
    >>> import interphase
    >>> table = interphase.results("results/llzo-chgnet/compounds.csv")
    >>> drawn = interphase.figure(table, "periodic_table", site="Zr")
    >>> interphase.save_figure(drawn, "zr.png").name
    'zr.png'
    """
    if kind not in _KINDS:
        msg = f"unknown figure {kind!r}: choose one of {', '.join(_KINDS)}"
        raise InputError(msg)
    return _KINDS[kind](_documents(table), **options)


def _documents(table: pd.DataFrame) -> list[Document]:
    """Return the rows as result documents: null is None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _with_host(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    def drawn(documents: list[Document], **options: Any) -> Figure:
        host = next((each for each in documents if not each[Field.DOPANTS]), None)
        return draw(
            [each for each in documents if each[Field.DOPANTS]], host_document=host, **options
        )

    return drawn


_KINDS: Final[Mapping[str, Callable[..., Figure]]] = {
    "reaction_energy": _with_host(reaction_energy_figure),
    "periodic_table": _with_host(periodic_table_figure),
    "by_element": _with_host(by_element_figure),
    "trade_off": _with_host(trade_off_figure),
    "concentration": _with_host(reaction_energy_against_concentration),
    "interphase": interphase_figure,
    "reaction_path": lambda documents: reaction_path_figure(documents[0]),
}
