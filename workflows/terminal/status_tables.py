"""Steps by their FireWorks state, and failures, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from workflows.terminal.table_style import NULL, STYLES, new_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from workflows.state.campaign_status import Failure

#: FireWorks states in the order of a step's life; the first five always have a column.
COMMON_STATES = ("WAITING", "READY", "RUNNING", "COMPLETED", "FIZZLED")
STATES = (*COMMON_STATES, "RESERVED", "PAUSED", "DEFUSED", "ARCHIVED")


def state_table(counts: Mapping[str, Mapping[str, int]]) -> Table:
    """Make a table of how many steps of each kind are in each FireWorks state.

    Parameters
    ----------
    counts : mapping of str to mapping of str to int
        For each name of a step, the number in each state; absent is none.
    """
    totals = {state: sum(row.get(state, 0) for row in counts.values()) for state in STATES}
    states = [state for state in STATES if state in COMMON_STATES or totals[state]]
    table = new_table()
    table.add_column("Step", no_wrap=True)
    for heading in (*(state.lower() for state in states), "all"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in counts.items():
        table.add_row(Text(name), *_state_cells(row, states))
    table.add_section()
    table.add_row(Text("all"), *_state_cells(totals, states))
    return table


def failures_table(failures: Sequence[Failure]) -> Table:
    """Make a table of what failed and why; the number is that of the Firework."""
    table = new_table()
    for heading in ("Compound", "Step"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Number", justify="right", no_wrap=True)
    table.add_column("Class", no_wrap=True)
    table.add_column("Why", overflow="fold")
    for failure in failures:
        number, kind = str(failure.fw_id), failure.failure_class
        cells = (failure.compound, failure.step, number, kind, failure.error)
        table.add_row(*(Text(cell or NULL) for cell in cells))
    return table


def _state_cells(row: Mapping[str, int], states: Sequence[str]) -> list[Text]:
    cells = [
        Text(str(row.get(state, 0)), style=STYLES.get(state, "") if row.get(state) else "dim")
        for state in states
    ]
    return [*cells, Text(str(sum(row.values())))]
