"""Filters that exclude each other, such as above 2 and below 1."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

# Operator, its bound, and the filter as it was written.
Comparison = tuple[str, Any, str]


def require_possible(comparisons: Iterable[tuple[str, Comparison]]) -> None:
    """Refuse comparisons of one field that no value can fulfil.

    Parameters
    ----------
    comparisons
        Name of the field and comparison with ``<``, ``<=``, ``>`` or ``>=``.

    Raises
    ------
    InputError
        No value satisfies two of the bounds; the message shows both filters.
    """
    by_field: dict[str, list[Comparison]] = defaultdict(list)
    for name, comparison in comparisons:
        by_field[name].append(comparison)
    for name, several in by_field.items():
        lower = [c for c in several if c[0].startswith(">")]
        upper = [c for c in several if c[0].startswith("<")]
        if lower and upper:
            _require_gap(name, max(lower, key=_bound), min(upper, key=_bound))


def _bound(comparison: Comparison) -> Any:
    return comparison[1]


def _require_gap(name: str, lower: Comparison, upper: Comparison) -> None:
    strict = "=" not in lower[0] or "=" not in upper[0]
    if lower[1] > upper[1] or (strict and lower[1] == upper[1]):
        msg = f"no {name} can fulfil both {lower[2]!r} and {upper[2]!r}: swap or correct them"
        raise InputError(msg)
