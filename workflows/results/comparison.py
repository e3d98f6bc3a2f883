"""Two sets of results side by side: what changed from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field
from analysis.results.summary import compound_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]

#: The words that are compared: what lithium does, and if the host takes up the dopant.
WORDS: Final = (Field.LABEL, Field.DISSOLUTION)
#: What is compared: the words, and a number.
FIELDS: Final = (*WORDS, Field.REACTION_ENERGY)
_DECIMALS = 3  # of x: 0.333 is 1/3


@dataclass(frozen=True)
class ResultComparison:
    """Compounds that two sets of results share, and those of one alone.

    Attributes
    ----------
    rows
        A row for each compound of both, the largest change of the reaction energy first.
    only_first, only_second
        Names of the compounds of one alone.
    """

    rows: Sequence[dict[str, Any]]
    only_first: Sequence[str]
    only_second: Sequence[str]

    @property
    def relabelled(self) -> list[dict[str, Any]]:
        """Rows of which one word or both are other ones."""
        return [
            row for row in self.rows if any(row[word] != row[f"{word}_second"] for word in WORDS)
        ]

    @property
    def mean_change(self) -> float | None:
        """Mean absolute change of the reaction energy, eV per formula unit."""
        changes = [abs(row["change"]) for row in self.rows if row["change"] is not None]
        return mean(changes) if changes else None


def compare_results(first: Iterable[Document], second: Iterable[Document]) -> ResultComparison:
    """Compare result documents by their dopants and compensation."""
    one, two = _by_compound(first), _by_compound(second)
    rows = [_row(one[key], two[key]) for key in one if key in two]
    rows.sort(key=lambda row: -abs(row["change"] or 0.0))
    return ResultComparison(
        rows,
        [compound_label(one[key]) for key in one if key not in two],
        [compound_label(two[key]) for key in two if key not in one],
    )


def _by_compound(documents: Iterable[Document]) -> dict[tuple[Any, ...], Document]:
    return {_key(each): each for each in documents}


def _key(document: Document) -> tuple[Any, ...]:
    dopants = sorted(
        (d["element"], d["valence"], d["site"], round(d["concentration"], _DECIMALS))
        for d in document[Field.DOPANTS]
    )
    return (*dopants, document[Field.COMPENSATION])


def _row(one: Document, two: Document) -> dict[str, Any]:
    row: dict[str, Any] = {"compound": compound_label(one)}
    for field in FIELDS:
        row |= {field.value: one.get(field), f"{field}_second": two.get(field)}
    before, after = one.get(Field.REACTION_ENERGY), two.get(Field.REACTION_ENERGY)
    row["change"] = None if before is None or after is None else after - before
    return row
