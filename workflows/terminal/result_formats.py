"""Results written as a table, JSON or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from workflows.results.search import resolve_fields
from workflows.results.serialize import to_csv, to_json
from workflows.terminal.output import Output
from workflows.terminal.result_table import default_fields, results_table
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    Document = Mapping[str, Any]


def render(
    documents: Sequence[Document],
    *,
    fields: Sequence[str] | None = None,
    output: Output | str = Output.TABLE,
    console: Console,
) -> None:
    """Write results to a console as a table, strict JSON (NaN becomes null) or CSV.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents, as :func:`workflows.results.search.find` returns them.
    fields : sequence of str, optional
        What to show, nested parts as ``products.Li2O``. Without it the table shows the most
        important fields; JSON and CSV hold all, `structure` only where a document brings it.
    output : Output or str
        "table", "json" or "csv".
    console : rich.console.Console
        Where to write. A table in a pipe keeps to COLUMNS, or 80.

    Raises
    ------
    InputError
        For an unknown output or field.
    """
    names = None if fields is None else resolve_fields(fields)
    match _output(output):
        case Output.TABLE if not documents:
            console.print("No results.")
        case Output.TABLE:
            shown = names or default_fields(console.width)
            print_table(results_table(documents, shown), console)
        case Output.JSON:
            console.file.write(to_json(documents, names))
        case Output.CSV:
            console.file.write(to_csv(documents, names))


def _output(output: str) -> Output:
    if output not in list(Output):
        msg = f"results are written as {', '.join(Output)}, not {output!r}"
        raise InputError(msg)
    return Output(output)
