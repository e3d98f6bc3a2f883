"""The results of a campaign in Python, as a pandas DataFrame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workflows.results.query import find, to_dataframe
from workflows.settings import load_settings
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
    """Read the results of a campaign's folder; its database is started and stopped if need be.

    Parameters
    ----------
    folder
        The campaign's folder.
    filters, sort, fields, limit
        As those of `workflows.query.find`.

    Raises
    ------
    InputError
        There is no campaign in the folder, or `find` refuses the query.

    Examples
    --------
    >>> from workflows.results.dataframe import results
    >>> results("runs/demo", "site=Zr", sort="-reaction_energy")  # doctest: +SKIP
    """
    with open_database(Path(folder), load_settings()) as database:
        documents = find(database.results, filters, sort=sort, fields=fields, limit=limit)
    return to_dataframe(documents, fields=fields)
