"""Crystals by their space group, whose operations are worked out once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pymatgen.core import Structure
from pymatgen.symmetry.groups import SpaceGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymatgen.core import Lattice


@cache
def kept(symbol: str) -> SpaceGroup:
    """Return a space group; pymatgen, which takes a second for Fm-3m, finds it from now on."""
    return SpaceGroup(symbol)


def crystal_of(
    symbol: str, lattice: Lattice, species: Sequence[Any], coords: Sequence[Sequence[float]]
) -> Structure:
    """Return the crystal of a space group with a species on each orbit."""
    kept(symbol)
    return Structure.from_spacegroup(symbol, lattice, species, coords)
