"""What `interphase doctor` looked at on this machine, and what it found, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from workflows.terminal.table_style import new_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from workflows.doctor.checks import Check


def checks_table(checks: Sequence[Check]) -> Table:
    """Make a table of what was looked at on this machine and what was found."""
    table = new_table()
    table.add_column("Check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("Finding", overflow="fold")
    for check in checks:
        table.add_row(Text(check.name), _verdict(check), Text(check.finding))
    return table


def _verdict(check: Check) -> Text:
    if not check.passed:
        return Text("FAILED", "red")
    return Text("look", "yellow") if check.doubtful else Text("ok", "green")
