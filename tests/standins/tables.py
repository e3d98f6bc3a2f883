"""Tables as a pipe receives them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from rich.table import Table


def printed(table: Table) -> str:
    """Return what a pipe receives of a table."""
    file = io.StringIO()
    print_table(table, Console(file=file))
    return file.getvalue()


def rows(text: str) -> list[list[str]]:
    """Return the words of each line that has some."""
    return [line.split() for line in text.splitlines() if line.strip()]
