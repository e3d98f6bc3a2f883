"""The results of a campaign in Python, as a pandas DataFrame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.results.result_folder import place_in
from workflows.results.search import find, to_dataframe
from workflows.results.versions import open_results
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd


def results(
    folder: str | Path,
    filters: str | Iterable[str] = (),
    *,
    sort: str | None = None,
    fields: Sequence[str] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Read the results of a campaign's folder; its database is started and stopped if necessary.

    Parameters
    ----------
    folder
        The campaign's folder, a folder of results, or the name of a shipped one.
    filters, sort, fields, limit
        As those of `workflows.results.search.find`.

    Raises
    ------
    InputError
        There is no campaign in the folder, its results are of another schema, or `find` refuses
        the query.

    Examples
    --------
    >>> from workflows.results.dataframe import results
    >>> results("runs/demo", "site=Zr", sort="-reaction_energy")  # doctest: +SKIP
    """
    with open_results(place_in(folder)) as database:
        documents = find(database.results, filters, sort=sort, fields=fields, limit=limit)
    return to_dataframe(documents, fields=fields)


def compounds(
    folder: str | Path,
    filters: str | Iterable[str] = (),
    *,
    states: Iterable[str] = ("failed", "blocked"),
) -> pd.DataFrame:
    """Read the compounds of a campaign's folder in some states: for example what failed, and why.

    Parameters
    ----------
    folder
        The campaign's folder.
    filters, states
        As those of `workflows.results.unfinished.by_state`.

    Raises
    ------
    InputError
        There is no campaign in the folder, or a state or filter is wrong.

    Examples
    --------
    >>> from workflows.results.dataframe import compounds
    >>> compounds("runs/demo", "site=Zr")[["compound", "error"]]  # doctest: +SKIP
    """
    import pandas as pd

    from workflows.results.unfinished import by_state
    from workflows.state.campaign_status import State

    asked = set(states)
    if unknown := asked - set(State):
        msg = f"no state is called {', '.join(sorted(unknown))}; there are: {', '.join(State)}"
        raise InputError(msg)
    with open_database(Path(folder), load_settings()) as database:
        return pd.DataFrame(by_state(database, {State(state) for state in asked}, filters))
