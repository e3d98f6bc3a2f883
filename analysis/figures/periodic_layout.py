"""Positions of the elements in a periodic table of 18 columns."""

from functools import cache

from pymatgen.core import Element

HEAVIEST = 103
COLUMNS = 18
ROWS = 10
# The f elements are in two separate rows below the table, under a gap (row 8).
_F_ROWS = {Element("La").Z: 9, Element("Ac").Z: 10}
_F_COUNT = 15


@cache
def layout() -> dict[str, tuple[int, int]]:
    """Return row and column of each element, both from 1; hydrogen to lawrencium."""
    return {Element.from_Z(z).symbol: _place(z) for z in range(1, HEAVIEST + 1)}


def _place(z: int) -> tuple[int, int]:
    for first, row in _F_ROWS.items():
        if first <= z < first + _F_COUNT:
            return row, 3 + z - first
    element = Element.from_Z(z)
    return element.row, element.group
