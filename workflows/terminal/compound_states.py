"""Compounds by their state, as a table, JSON or CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from rich.text import Text

from workflows.results.serialize import to_json_text
from workflows.terminal.output import Output
from workflows.terminal.table_style import NULL, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

_HEADINGS = {
    "compound": "Compound",
    "state": "State",
    "step": "Step",
    "fw_id": "Number",
    "failure": "Class",
    "error": "Why",
}


def render_states(
    rows: Sequence[Mapping[str, Any]], *, output: Output | str, console: Console
) -> None:
    """Write rows of `workflows.results.unfinished.by_state` to a console."""
    match Output(output):
        case Output.TABLE if not rows:
            console.print("No compounds.")
        case Output.TABLE:
            print_table(_table(rows), console)
            told = (f"{row['failure']}: {row['remedy']}" for row in rows if row["remedy"])
            for remedy in dict.fromkeys(told):
                console.print(remedy, highlight=False, markup=False)
        case Output.JSON:
            console.file.write(to_json_text(list(rows)))
        case Output.CSV:
            names = [name for name in (rows[0] if rows else _HEADINGS) if name != "dopants"]
            writer = csv.DictWriter(console.file, names, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = new_table()
    for name, heading in _HEADINGS.items():
        table.add_column(heading, no_wrap=name != "error", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(NULL if row[name] is None else row[name])) for name in _HEADINGS))
    return table
