"""Two sets of results side by side on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field
from workflows.results.comparison import WORDS
from workflows.terminal.table_style import new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from workflows.results.comparison import ResultComparison

_ROWS = 10
_NAMES = 8


def show_comparison(found: ResultComparison, names: tuple[str, str], console: Console) -> None:
    """Show what changed: labels, the largest changes of energy, compounds of one alone."""
    change = found.mean_change
    console.print(
        f"{len(found.rows)} compounds in both"
        + ("" if change is None else f"; the reaction energy changes by {change:.3f} eV per f.u.")
        + f"; {len(found.relabelled)} have another word",
        highlight=False,
    )
    shown = found.relabelled or found.rows[:_ROWS]
    if shown:
        title = "Another word" if found.relabelled else "The largest changes"
        console.print(f"\n[bold]{title}[/], first {names[0]}, then {names[1]}", highlight=False)
        print_table(_table(shown), console)
    for name, only in zip(names, (found.only_first, found.only_second), strict=True):
        if only:
            more = f" and {len(only) - _NAMES} more" if len(only) > _NAMES else ""
            console.print(
                f"only in {name}: {', '.join(only[:_NAMES])}{more}", highlight=False, markup=False
            )


def _table(rows: Sequence[dict[str, Any]]) -> Any:
    table = new_table()
    table.add_column("compound")
    for word in WORDS:
        table.add_column(word.label.lower())
        table.add_column("then")
    for title in (Field.REACTION_ENERGY.label.lower(), "then", "change"):
        table.add_column(title, justify="right")
    for row in rows:
        words = (row[name] or "-" for word in WORDS for name in (word, f"{word}_second"))
        numbers = (row["reaction_energy"], row["reaction_energy_second"], row["change"])
        texts = ("-" if number is None else f"{number:.3f}" for number in numbers)
        table.add_row(row["compound"], *words, *texts)
    return table
