"""The style of every table, and printing to terminals and pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from analysis.base.fields import Dissolution, Label, Relation

if TYPE_CHECKING:
    from rich.console import Console

NULL = "-"  # not computed
STYLES = {
    Label.RESISTS: "green",
    Label.UNDECIDED: "yellow",
    Label.REDUCED: "red",
    Dissolution.DISSOLVES: "green",
    Dissolution.SEGREGATES: "red",
    Relation.NO_WORSE: "green",
    Relation.WORSE: "red",
    "COMPLETED": "green",
    "RUNNING": "cyan",
    "FIZZLED": "red",
}


def new_table() -> Table:
    """Make an empty table."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def print_table(table: Table, console: Console) -> None:
    """Print a table as wide as the terminal, in a pipe as COLUMNS or 80; words are never cut."""
    unlimited = console.options.update(max_width=100_000)
    width = max(console.width, table.__rich_measure__(console, unlimited).minimum)
    before = console.width
    if width != before:
        console.width = width
    console.print(table)
    if width != before:
        console.width = before


def two_decimals(value: float | None) -> str:
    """Write a number with two decimals, and a dash where there is none."""
    return NULL if value is None else f"{value:.2f}"
