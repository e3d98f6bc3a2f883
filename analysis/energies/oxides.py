"""Measured formation enthalpies of binary oxides: the project's own table.

``analysis/data/oxide_formation_enthalpies.csv`` has a source and a status for every row;
README.md in that folder describes it.
"""

import csv
from collections import Counter
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, Field
from pymatgen.core import Composition
from scipy.constants import N_A, e, kilo

from analysis.data import TABLES
from analysis.structures.dopants import known_valences

OXIDES_FILE: Final = "oxide_formation_enthalpies.csv"
EV_PER_KJ: Final = float(kilo / (N_A * e))  # eV per formula unit of one kJ/mol


class OxideStatus(StrEnum):
    """How well a measured enthalpy was checked."""

    VERIFIED = "verified"  # at least two sources agree
    MAJORITY = "majority"  # most sources agree, the first one does not
    SINGLE = "single source"
    UNVERIFIED = "unverified"  # quoted from memory of a handbook, not looked up
    CONFLICT = "conflict"  # sources disagree
    NONE = "none"  # no measured value was found


USABLE: Final = (
    OxideStatus.VERIFIED,
    OxideStatus.MAJORITY,
    OxideStatus.SINGLE,
    OxideStatus.UNVERIFIED,
)


class MeasuredOxide(BaseModel, frozen=True, extra="forbid"):
    """A binary oxide and its measured enthalpy of formation at 298 K."""

    formula: str = Field(description="Reduced formula as pymatgen writes it.")
    element: str = Field(description="M, the element other than oxygen.")
    mean_valence: float = Field(description="2 O/M; not the valence in peroxides and superoxides.")
    valence: float | None = Field(
        description="Mean valence of M (2.667 in Fe3O4); null in peroxides and superoxides."
    )
    phase: str = Field(description="State of the measurement: s (solid) or g (gas).")
    enthalpy_per_formula_unit: float = Field(description="kJ/mol of formula units.")
    enthalpy_per_atom: float = Field(description="eV/atom.")
    uncertainty: float | None = Field(
        description="Of the source, kJ/mol of formula units; null if it gives none."
    )
    status: OxideStatus
    source: str


def measured_oxides(statuses: Collection[OxideStatus] = USABLE) -> tuple[MeasuredOxide, ...]:
    """Binary oxides with a measured enthalpy of formation, in the order of the table.

    Parameters
    ----------
    statuses
        Which rows count. By default all except those whose sources disagree; a row without a
        value never counts.
    """
    rows = _rows()
    return tuple(
        _oxide(row)
        for row in rows
        if row["status"] in set(statuses) and row["enthalpy_kj_per_formula_unit"]
    )


def status_counts() -> dict[OxideStatus, int]:
    """Count the rows of each status, those without a value included."""
    counts = Counter(row["status"] for row in _rows())
    return {status: counts[status] for status in OxideStatus}


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, str], ...]:
    with (TABLES / OXIDES_FILE).open(newline="") as lines:
        return tuple(csv.DictReader(lines))


def _oxide(row: Mapping[str, str]) -> MeasuredOxide:
    composition = Composition(row["formula"])
    element, enthalpy = row["element"], float(row["enthalpy_kj_per_formula_unit"])
    mean = 2 * composition["O"] / composition[element]
    return MeasuredOxide(
        formula=composition.reduced_formula,
        element=element,
        mean_valence=mean,
        valence=mean if mean <= max(known_valences(element), default=mean) else None,
        phase=row["phase"],
        enthalpy_per_formula_unit=enthalpy,
        enthalpy_per_atom=enthalpy * EV_PER_KJ / composition.num_atoms,
        uncertainty=float(row["uncertainty_kj"]) if row["uncertainty_kj"] else None,
        status=OxideStatus(row["status"]),
        source=row["source"],
    )
