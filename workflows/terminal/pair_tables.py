"""Pairs of dopants, ranked, as a table and in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from analysis.results.dopant_pairs import PairSearch

Row = dict[str, Any]


def pair_rows(found: PairSearch) -> Iterator[Row]:
    """Yield a row for each pair: rank, dopants, margins, probability, lithium, score and why."""
    for rank, pair in enumerate(found.best, start=1):
        yield {
            "rank": rank,
            "dopants": [dopant.label for dopant in pair.compound.dopants],
            "label": pair.label,
            "margins": list(pair.margins),
            "resists_probability": pair.candidate.resists,
            "lithium": pair.candidate.lithium,
            "score": pair.ranked and pair.ranked.score,
            "why": pair.ranked and pair.ranked.why,
        }


def show_pairs(found: PairSearch, console: Console) -> None:
    """Show the best pairs, and what is not known of them."""
    console.print(
        f"{found.pairs} pairs of dopants fit the cell; in {found.resisting} of them both margins "
        f"are positive. The best {len(found.best)}:",
        highlight=False,
    )
    table = new_table()
    table.add_column("Rank", justify="right", no_wrap=True)
    for heading in ("Dopants", "Label"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Margins\neV/dopant", "P(resists)", "Li\n/f.u."):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in pair_rows(found):
        table.add_row(
            str(row["rank"]),
            Text("\n".join(row["dopants"])),
            Text(row["label"] or NULL, STYLES.get(row["label"] or "", "")),
            "\n".join(map(_number, row["margins"])),
            _number(row["resists_probability"]),
            _number(row["lithium"]),
        )
    print_table(table, console)
    console.print(
        "Whether a pair dissolves is not known before an engine computes it: "
        "`explore: {pairs: 10, rounds: 0}` in the specification adds the best ten to the campaign.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _number(value: float | None) -> str:
    return NULL if value is None else f"{value:z.2f}"
