"""The compounds ranked for making them, as a table and in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from workflows.results.dopant_ranking import DopantRanking, Row

_NUMBERS = (
    ("P(resists)", "resists_probability"),
    ("Margin\neV/dopant", "reduction_margin"),
    ("Potential\nV", "reduction_potential"),
)
_SOLUBILITY = (
    ("P(dissolves)", "dissolves_probability"),
    ("F\neV/dopant", "solubility"),
    ("u(F)\neV/dopant", "solubility_uncertainty"),
    ("Li\n/f.u.", "lithium"),
    ("Score", "score"),
)


def show_ranking(name: str, ranking: DopantRanking, limit: int, console: Console) -> None:
    """Show the best compounds, why each is where it is, and the trade-off between them."""
    rows = list(ranking.rows())
    shown = rows[:limit]
    console.print(
        f"[bold]{name}[/]: the best {len(shown)} of {len(rows)} compounds", highlight=False
    )
    print_table(ranking_table(shown), console)
    console.print("\n* on the Pareto front. [bold]Why[/]", highlight=False)
    for row in shown:
        text = f"{row['rank']:>3} {row['compound']}: {row['why']}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    console.print("\n[bold]The trade-off[/]", highlight=False)
    for sentence in ranking.words:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def ranking_table(rows: Sequence[Row]) -> Table:
    """Make a table of ranked compounds; a star marks those of the Pareto front."""
    table = new_table()
    table.add_column("Rank", justify="right", no_wrap=True)
    table.add_column("Compound", no_wrap=True)
    table.add_column("Label", no_wrap=True)
    for heading, _ in _NUMBERS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Dissolution", no_wrap=True)
    for heading, _ in _SOLUBILITY:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row['rank']}{'*' if row['pareto_front'] else ' '}",
            Text(row["compound"]),
            _word(row["label"]),
            *(_number(row[key]) for _, key in _NUMBERS),
            _word(row["dissolution"]),
            *(_number(row[key]) for _, key in _SOLUBILITY),
        )
    return table


def _word(word: str | None) -> Text:
    return Text(word or NULL, STYLES.get(word or "", ""))


def _number(value: float | None) -> str:
    return NULL if value is None else f"{value:z.2f}"
