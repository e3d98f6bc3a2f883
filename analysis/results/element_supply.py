"""Abundance and hazards of dopants: the project's own table.

``analysis/data/element_supply.csv`` was taken from the Python packages `mendeleev` and `chemicals`;
README.md in that folder describes it and its gaps. Radioactivity is that of `pymatgen`.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, Field, field_validator
from pymatgen.core import Element

from analysis.base.errors import InputError
from analysis.data import TABLES

SUPPLY_FILE: Final = "element_supply.csv"

#: Groups of the International Agency for Research on Cancer that count: carcinogenic to humans,
#: probably and possibly. Group 3 is not classifiable.
CARCINOGENIC: Final = frozenset({"1", "2A", "2B"})


class ElementSupply(BaseModel, frozen=True, extra="forbid"):
    """Abundance and hazards of an element."""

    element: str
    abundance: float | None = Field(
        description="In the Earth's crust, mg/kg; null where none occurs"
    )
    carcinogen: str | None = Field(
        description="Group of the element by the International Agency for Research on Cancer"
    )
    exposure_limit: float | None = Field(
        description="Limit at work for the element, mean of a day, mg/m3; null: none is listed"
    )

    @field_validator("abundance", "carcinogen", "exposure_limit", mode="before")
    @classmethod
    def _or_null(cls, value: str) -> str | None:
        return value or None

    @property
    def radioactive(self) -> bool:
        """True if the element has no stable isotope; bismuth counts as stable."""
        return bool(Element(self.element).is_radioactive)

    def hazards(self, *, exposure_limit: float) -> list[str]:
        """List in words what makes the element dangerous; empty where nothing is listed.

        Parameters
        ----------
        exposure_limit
            mg/m3: an element whose limit at work is at or below this is toxic.
        """
        found = ["radioactive"] if self.radioactive else []
        if self.carcinogen in CARCINOGENIC:
            found.append(f"carcinogenic (group {self.carcinogen})")
        if self.exposure_limit is not None and self.exposure_limit <= exposure_limit:
            found.append(f"toxic (limit at work {self.exposure_limit:g} mg/m3)")
        return found


def supply_of(element: str) -> ElementSupply:
    """Look up an element.

    Raises
    ------
    InputError
        The table does not have it.
    """
    if element not in _table():
        msg = f"Nothing is tabulated on the supply of {element}: add it to {SUPPLY_FILE}"
        raise InputError(msg)
    return _table()[element]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, ElementSupply]:
    with (TABLES / SUPPLY_FILE).open(newline="") as lines:
        rows = [ElementSupply.model_validate(row) for row in csv.DictReader(lines)]
    return MappingProxyType({each.element: each for each in rows})
