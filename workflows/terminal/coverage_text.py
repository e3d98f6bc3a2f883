"""What is missing from an answer: compounds that have not landed, values that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.results.coverage import coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from workflows.storage.database import Database


def show_missing(database: Database, console: Console, *, always: bool = False) -> None:
    """Print n of N for campaigns that are not complete."""
    for each in coverage(database):
        if always or not each.complete:
            console.print(str(each), highlight=False, markup=False)


def show_warnings(warnings: Sequence[str], console: Console) -> None:
    """Print what could not be read or is missing."""
    for warning in warnings:
        console.print(f"note: {warning}", highlight=False, markup=False)
