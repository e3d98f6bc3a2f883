"""Core-hours used, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from workflows.terminal.table_style import new_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from workflows.state.core_hours import Usage


def usage_table(used: Mapping[tuple[str, str], Usage]) -> Table:
    """Make a table of runs, hours and core-hours by step and outcome."""
    table = new_table()
    for heading in ("Step", "Outcome"):
        table.add_column(heading, no_wrap=True)
    for heading in ("runs", "hours", "core-hours"):
        table.add_column(heading, justify="right", no_wrap=True)
    for (step, outcome), each in used.items():
        table.add_row(Text(step), Text(outcome), *_cells(each.runs, each.hours, each.core_hours))
    table.add_section()
    totals = [
        sum(getattr(each, key) for each in used.values()) for key in ("runs", "hours", "core_hours")
    ]
    table.add_row(Text("all"), Text(""), *_cells(*totals))
    return table


def _cells(runs: int, hours: float, core_hours: float) -> list[Text]:
    return [Text(str(runs)), *(Text(f"{value:,.2f}") for value in (hours, core_hours))]
