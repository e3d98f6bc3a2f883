"""Lithium per formula unit of a garnet, and the range in which it is cubic and conducts.

Lithium ions order in Li7La3Zr2O12: the crystal turns tetragonal and conducts far worse, and
vacancies keep it cubic (N. Bernstein, M. D. Johannes and K. Hoang, Phys. Rev. Lett. 109, 205702
(2012)). The range comes from measurements: ``analysis/data/garnet_conductivities.csv`` has 59
garnets with at least one Zr or Hf per formula unit, from OBELiX.
"""

import csv
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, Field, model_validator
from pymatgen.core import Composition

from analysis.base.checked import CheckedModel
from analysis.data import TABLES

CONDUCTIVITIES_FILE: Final = "garnet_conductivities.csv"
_OXYGEN: Final = 12
_CUBIC: Final = frozenset({"Ia-3d", "I-43d"})


class LithiumRange(CheckedModel):
    """Lithium per formula unit in which a host conducts well; the defaults are those of LLZO.

    All 45 measured garnets with 6.0 to 6.8 Li are cubic, and 42 of them conduct 0.2 mS/cm or more.
    With 7 Li two of nine are tetragonal and three conduct less than 0.01 mS/cm; below 6 Li five
    were measured, and they conduct.
    """

    low: float = Field(6.0, gt=0, description="Least lithium per formula unit")
    high: float = Field(6.8, gt=0, description="Most lithium per formula unit")
    margin: float = Field(
        0.4, gt=0, description="Distance outside the range at which the content is worth nothing"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "LithiumRange":
        if self.high < self.low:
            msg = f"the range of lithium ends ({self.high:g}) before it begins ({self.low:g})"
            raise ValueError(msg)
        return self

    def worth(self, content: float) -> float:
        """Return 1 inside the range, falling linearly to 0 at its margin."""
        outside = max(self.low - content, content - self.high, 0.0)
        return max(0.0, 1 - outside / self.margin)


class MeasuredGarnet(BaseModel, frozen=True, extra="forbid"):
    """A garnet whose conductivity was measured."""

    composition: str
    space_group: str
    conductivity: float = Field(description="S/cm at room temperature")
    doi: str
    obelix_id: str

    @property
    def cubic(self) -> bool:
        """True if its space group is cubic."""
        return self.space_group in _CUBIC

    @property
    def lithium(self) -> float:
        """Lithium per formula unit of twelve anions."""
        composition = Composition(self.composition)
        anions = composition["O"] + composition["F"]
        return float(composition["Li"] * _OXYGEN / anions)


@lru_cache(maxsize=1)
def measured_garnets() -> tuple[MeasuredGarnet, ...]:
    """Read the garnets with at least one Zr or Hf whose conductivity was measured."""
    with (TABLES / CONDUCTIVITIES_FILE).open(newline="") as lines:
        return tuple(MeasuredGarnet.model_validate(row) for row in csv.DictReader(lines))
