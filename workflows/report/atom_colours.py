"""The colours of atoms in pictures of crystals."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pymatgen.vis
from monty.serialization import loadfn

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHERS = "#b0b0b0"


def atom_colours(elements: Iterable[str]) -> dict[str, str]:
    """Return the colour of each element's atoms, those of Jmol, in pymatgen's table."""
    return {element: _colours().get(element, _OTHERS) for element in sorted(elements)}


@cache
def _colours() -> dict[str, str]:
    schemes = loadfn(Path(pymatgen.vis.__file__).with_name("ElementColorSchemes.yaml"))
    return {
        element: "#" + "".join(f"{round(part):02x}" for part in rgb[:3])
        for element, rgb in schemes["Jmol"].items()
    }
