"""Reference phases of the project's own table (Materials Project 2019).

Others come from a file of pymatgen entries (``analysis.energies.entry_phases``) or from the
Materials Project (``workflows.specification.materials_project``). From any source, one object
carries one energy scheme.
"""

import csv
import gzip
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from pymatgen.core import Structure

from analysis.base.errors import InputError
from analysis.data import TABLES
from analysis.energies.phases import Phase, ReferencePhases, no_phases_of, systems_within
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.energies.shipped_tables import (
    CRYSTALS_TABLE,
    HOST_ELEMENTS,
    PHASES_TABLE,
    structure_of,
)

TABLE_SOURCE = "Materials Project 2019 (table of the project)"


def table_phases(elements: Iterable[str]) -> ReferencePhases:
    """Phases of the project's table made of `elements`: the lowest entry of each formula.

    Parameters
    ----------
    elements
        Symbols, host, dopants and electrode together.

    Raises
    ------
    InputError
        An element is not in the table.
    """
    return _table_within(frozenset(map(str, elements)))


def whole_table() -> ReferencePhases:
    """Phases of the table for garnets with one dopant: Li-La-Zr-O and one further element."""
    further = sorted(_table_elements() - HOST_ELEMENTS)
    return ReferencePhases.joined([table_phases({*HOST_ELEMENTS, each}) for each in further])


@lru_cache(maxsize=256)
def _table_within(elements: frozenset[str]) -> ReferencePhases:
    if unknown := sorted(elements - _table_elements()):
        raise InputError(no_phases_of(TABLE_SOURCE, unknown))
    found = [
        phase
        for system in systems_within(elements, _table_systems)
        for phase in _system_phases(system)
    ]
    return _reference_phases(sorted(found, key=lambda phase: phase.formula))


def _reference_phases(phases: Iterable[Phase]) -> ReferencePhases:
    return ReferencePhases(source=TABLE_SOURCE, scheme=MATERIALS_PROJECT_2019, phases=tuple(phases))


def _system_phases(system: str) -> tuple[Phase, ...]:
    """Read the phases that contain all elements of a chemical system, Li-O, and no other."""
    lines = _table_lines()
    # "," is followed by "-" in ASCII: the lines of Li-O end where those of Li-O-P begin.
    rows = lines[bisect_left(lines, f"{system},") : bisect_left(lines, f"{system}-")]
    return tuple(
        Phase(
            formula=formula,
            formation_energy_per_atom=float(energy),
            band_gap=float(gap) if gap else None,
        )
        for _, formula, energy, gap, _ in csv.reader(rows)
    )


@lru_cache(maxsize=1)
def _table_elements() -> frozenset[str]:
    return frozenset(system for system in _table_systems() if "-" not in system)


@lru_cache(maxsize=1)
def _table_systems() -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.partition(",")[0] for line in _table_lines()))


@lru_cache(maxsize=1)
def _table_lines() -> list[str]:
    """Read the table without its heading; it is parsed by chemical system, when one is asked."""
    with gzip.open(TABLES / PHASES_TABLE, "rt") as lines:
        return lines.read().splitlines()[1:]


class TableCrystals(Mapping[str, Structure]):
    """Reduced formula to the ground-state crystal, each built when it is requested."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._records = {record["formula"]: record for record in map(json.loads, lines)}

    def __getitem__(self, formula: str) -> Structure:
        return structure_of(self._records[formula])

    def __contains__(self, formula: object) -> bool:
        return formula in self._records

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def material_id(self, formula: str) -> str:
        """Materials Project identifier of the crystal of a reduced formula."""
        return str(self._records[formula]["mpid"])


@lru_cache(maxsize=1)
def table_crystals() -> TableCrystals:
    """Crystals that the table's phases are: elements, binary oxides, tetragonal Li7La3Zr2O12."""
    with gzip.open(TABLES / CRYSTALS_TABLE, "rt") as lines:
        return TableCrystals(lines)
