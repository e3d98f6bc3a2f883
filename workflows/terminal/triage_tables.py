"""The compounds chosen for a better engine, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from workflows.terminal.summary_tables import names_table
from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from workflows.triage.budget import BudgetChoice, Entry


_COLUMNS = (
    *("F\neV/dopant", "s\neV/dopant", "P(word\nchanges)", "P(dissolves)", "P(resists)"),
    *("Promise", "Score"),
)


def entries_table(entries: list[Entry] | tuple[Entry, ...]) -> Table:
    """Make a table of the chosen compounds, highest score first."""
    table = new_table()
    table.add_column("Rank", justify="right", no_wrap=True)
    for heading in ("Compound", "Dissolution", "Why"):
        table.add_column(heading, no_wrap=True)
    for heading in (*_COLUMNS, "Node-\nhours"):
        table.add_column(heading, justify="right", no_wrap=True)
    for rank, entry in enumerate(entries, start=1):
        worth = entry.worth
        energies = (worth.free_energy, worth.uncertainty)
        numbers = (*energies, worth.change, worth.dissolves, worth.resists)
        word = Text(str(worth.word or NULL), STYLES.get(str(worth.word), ""))
        table.add_row(
            str(rank),
            Text(worth.compound.label("").removeprefix(":")),
            word,
            Text(", ".join(worth.why)),
            *(NULL if number is None else f"{number:z.2f}" for number in numbers),
            *(f"{number:.2f}" for number in (worth.promise, worth.score)),
            f"{entry.hours:.1f}",
        )
    return table


def show_choice(name: str, choice: BudgetChoice, console: Console) -> None:
    """Show the chosen compounds, those left out and why, and the cost."""
    console.print(
        f"[bold]{name}[/]: judged by {choice.landed} of {choice.planned} doped compounds",
        highlight=False,
    )
    print_table(entries_table(list(choice.entries)), console)
    named: dict[str, tuple[str, ...]] = {}
    for worth, reason in choice.left_out:
        named[reason] = (*named.get(reason, ()), worth.compound.label("").removeprefix(":"))
    if named:
        console.print("\n[bold]Left out[/]", highlight=False)
        print_table(names_table("Why", named), console)
    console.print(
        f"\nhost and undoped reference, with their crystals, come first: {choice.base:.1f} "
        f"node-hours\nin all {choice.cost.hours:.1f} of {choice.budget:g} node-hours: "
        f"{choice.cost}",
        highlight=False,
        soft_wrap=True,
    )
