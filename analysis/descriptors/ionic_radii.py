"""Shannon's ionic radii at a coordination number, or the nearest one if his table lacks it."""

from __future__ import annotations

from typing import NamedTuple

from pymatgen.core import Element

from analysis.base.compound_names import ion_text
from analysis.base.errors import InputError

#: Å, O2- at coordination number 6 (R. D. Shannon, Acta Crystallogr. A 32, 751 (1976)).
OXYGEN_RADIUS = 1.40

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")
#: Planar and pyramidal surroundings replace the regular one if the table lacks it.
SHAPES = ("", "SQ", "PY")
#: Oxide ions are weak ligands: high spin if Shannon lists both.
SPINS = ("", "High Spin", "Low Spin")


class IonicRadius(NamedTuple):
    """A radius in Å, and the coordination number it is tabulated at."""

    value: float
    coordination: int


def ionic_radius(element: str, valence: int, coordination: float) -> IonicRadius:
    """Shannon's ionic radius of an ion.

    R. D. Shannon, *Acta Crystallogr. A* 32, 751 (1976), from pymatgen's table. Of two
    coordination numbers that are equally near the smaller one is taken; high spin where the table
    has two states.

    Parameters
    ----------
    coordination
        Number of neighbours; a mean of several ions is rounded.

    Raises
    ------
    InputError
        Shannon has no radius for this valence.
    """
    tabulated = tabulated_radii(element, valence)
    if not tabulated:
        message = f"Shannon's table has no radius of {ion_text(element, valence)}."
        raise InputError(message)
    nearest = min(tabulated, key=lambda number: (abs(number - coordination), number))
    return IonicRadius(tabulated[nearest], nearest)


def tabulated_radii(element: str, valence: int) -> dict[int, float]:
    """Shannon's ionic radii of an ion in Å, by coordination number; empty if there are none."""
    table = Element(element).data.get("Shannon radii", {}).get(str(valence), {})
    radii = {}
    for number, roman in enumerate(ROMAN, start=1):
        states = next((table[roman + shape] for shape in SHAPES if roman + shape in table), None)
        if states:
            spin = next(each for each in SPINS if each in states)
            radii[number] = float(states[spin]["ionic_radius"])
    return radii
