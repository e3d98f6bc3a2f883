"""Dissociation energies of the diatomic molecules MO, from the project's own sourced table."""

from __future__ import annotations

import csv
from enum import StrEnum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from analysis.base.errors import InputError
from analysis.data import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = TABLES / "bond_dissociation_energies.csv"


class ValueCheck(StrEnum):
    """How well a tabulated value was checked; see analysis/data/README.md."""

    VERIFIED = auto()
    FROM_TABLE = auto()
    SUPPORTED = auto()
    UNVERIFIED = auto()

    @property
    def is_doubtful(self) -> bool:
        """True if the value is only quoted from memory of a handbook."""
        return self is ValueCheck.UNVERIFIED


class BondEnergy(NamedTuple):
    """D298 of M-O in kJ/mol."""

    value: float
    status: ValueCheck
    is_upper_limit: bool
    source: str


def bond_dissociation_energy(element: str) -> BondEnergy:
    """D298 of the molecule MO.

    Y.-R. Luo, *Comprehensive Handbook of Chemical Bond Energies*, CRC Press (2007).

    Raises
    ------
    InputError
        The table has no value for the element.
    """
    if element not in _table():
        message = f"The table has no M-O bond dissociation energy of {element}."
        raise InputError(message)
    return _table()[element]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, BondEnergy]:
    with TABLE.open(encoding="utf-8") as lines:
        return {row["element"]: _bond_energy(row) for row in csv.DictReader(lines)}


def _bond_energy(row: Mapping[str, str]) -> BondEnergy:
    text = row["D298_kJ_per_mol"]
    return BondEnergy(
        value=float(text.removeprefix("<=")),
        status=ValueCheck(row["status"]),
        is_upper_limit=text.startswith("<="),
        source=row["source"],
    )
