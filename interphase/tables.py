"""Results as DataFrames and as pymatgen structures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.dataframe import compounds as _by_state
from workflows.results.dataframe import results as _of_folder
from workflows.results.files import read_results
from workflows.results.search import to_dataframe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from pymatgen.core import Structure


def results(
    source: str | Path,
    filters: str | Iterable[str] = (),
    *,
    sort: str | None = None,
    fields: Sequence[str] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Read results, a row for each compound.

    Parameters
    ----------
    source
        A campaign's folder, whose database is started and stopped if need be; a folder of results
        (``interphase export --all``) or the name of a shipped one, ``"llzo"``; or a file of
        exported results (.csv, .jsonl, .parquet), of which every row is read.
    filters
        As `interphase query` takes them: ``"site=Zr"``, ``["label=resists", "x<0.3"]``.
    sort
        A field; a leading ``-`` sorts descending. Rows without a value come last.
    fields
        Columns, nested parts as ``products.Li2O``; every field but `structure` if not given.
    limit
        Largest number of rows.

    Returns
    -------
    pandas.DataFrame
        `attrs["units"]` has the unit of each column that has one.

    Raises
    ------
    InputError
        There are no results, a field or filter is unknown, or a query is applied to a file.

    Examples
    --------
    >>> import interphase
    >>> table = interphase.results("llzo")
    >>> table.attrs["units"]["reaction_energy"]
    'eV per f.u.'
    >>> int((table.site == "Zr").sum())
    116
    >>> interphase.results("runs/demo", "site=Zr", fields=["dopant", "site"]).columns.to_list()
    ['dopant', 'site']
    """
    if Path(source).is_file():
        if filters or sort or limit:
            msg = f"{source} is a file: read it whole, and filter the DataFrame"
            raise InputError(msg)
        table = to_dataframe(read_results(source), fields=fields)
    else:
        table = _of_folder(source, filters, sort=sort, fields=fields, limit=limit)
    table.attrs["units"] = {f.value: f.unit for f in Field if f.unit and f.value in table}
    return table


def failures(folder: str | Path, filters: str | Iterable[str] = ()) -> pd.DataFrame:
    """Read the compounds of a campaign that failed or wait for a failed step.

    Parameters
    ----------
    folder
        The campaign's folder.
    filters
        Of the specification's fields: ``"site=Zr"``, ``"dopant in (Ta, Nb)"``.

    Raises
    ------
    InputError
        There is no campaign in the folder, or a filter is wrong.

    Examples
    --------
    >>> import interphase
    >>> len(interphase.failures("runs/demo"))
    0
    """
    return _by_state(folder, filters)


def structures(folder: str | Path, filters: str | Iterable[str] = ()) -> dict[str, Structure]:
    """Read the relaxed cells of a campaign as pymatgen structures.

    Parameters
    ----------
    folder
        The campaign's folder, a folder of results, or the name of a shipped one.
    filters
        As those of `results`.

    Returns
    -------
    dict
        Relaxed cells by `job_uuid`, the key that joins them to the rows of `results`.

    Raises
    ------
    InputError
        There is no campaign in the folder, or a filter is wrong.

    Examples
    --------
    >>> import interphase
    >>> cells = interphase.structures("runs/demo", "site=Zr")
    >>> all(cell.volume > 0 for cell in cells.values())
    True
    """
    from pymatgen.core import Structure

    table = _of_folder(folder, filters, fields=[Field.JOB_UUID, Field.STRUCTURE])
    return {
        uuid: Structure.from_dict(cell)
        for uuid, cell in zip(table[Field.JOB_UUID], table[Field.STRUCTURE], strict=True)
    }
