"""Reference phases: the competing phases, with formation energies and band gaps.

They come from the project's own table (Materials Project 2019), from a file of pymatgen entries,
or from the Materials Project (``workflows.specification.materials_project``). From any
source, one object carries one energy scheme.
"""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from monty.serialization import loadfn
from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedEntry

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.data import TABLES
from analysis.energies.entry_schemes import scheme_of_entries
from analysis.energies.phases import Phase, ReferencePhases
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

    The table holds Li-La-Zr-O with at most one further element; ``notes`` lists what is missing
    for several further elements.

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
    """All phases of the project's table."""
    return _table()


@lru_cache(maxsize=256)
def _table_within(elements: frozenset[str]) -> ReferencePhases:
    phases = _table().within(elements)
    return phases.model_copy(update={"notes": _missing_pairs(elements)})


def _missing_pairs(elements: frozenset[str]) -> tuple[str, ...]:
    further = sorted(elements - HOST_ELEMENTS)
    if len(further) < 2:  # noqa: PLR2004, a pair
        return ()
    pairs = ", ".join(f"{first}-{second}" for first, second in combinations(further, 2))
    note = (
        "The Materials Project 2019 table holds phases with at most one element beyond Li, La, Zr "
        f"and O: {Reason.MISSING_PAIRS} {pairs} are missing from the reference phases."
    )
    return (note,)


@lru_cache(maxsize=1)
def _table() -> ReferencePhases:
    with gzip.open(TABLES / PHASES_TABLE, "rt") as lines:
        phases = tuple(
            Phase(
                formula=row["formula"],
                formation_energy_per_atom=float(row["formation_energy_per_atom"]),
                band_gap=float(row["band_gap"]) if row["band_gap"] else None,
            )
            for row in csv.DictReader(lines)
        )
    return ReferencePhases(source=TABLE_SOURCE, scheme=MATERIALS_PROJECT_2019, phases=phases)


class TableCrystals(Mapping[str, Structure]):
    """Reduced formula to the ground-state crystal, each built when it is requested."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._records = {record["formula"]: record for record in map(json.loads, lines)}

    def __getitem__(self, formula: str) -> Structure:
        return structure_of(self._records[formula])

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


def file_phases(path: str | Path) -> tuple[ReferencePhases, dict[str, Structure]]:
    """Read reference phases from a file of pymatgen entries.

    Parameters
    ----------
    path
        JSON (also .json.gz) with a list of ComputedEntry or ComputedStructureEntry.

    Returns
    -------
    tuple
        The phases, with formation energies against the file's own elemental entries, and the
        crystal of the lowest entry of each formula that carries one.

    Raises
    ------
    InputError
        The file is missing or not a list of entries, or an element has no entry.
    SchemeMismatchError
        The entries are of two energy schemes.
    """
    entries = _read_entries(Path(path))
    lowest = _lowest(entries)
    energies = _element_energies(lowest, path)
    phases = ReferencePhases(
        source=f"entries of {Path(path).name}",
        scheme=scheme_of_entries(entries),
        phases=tuple(_entry_phase(lowest[f], entries, energies) for f in sorted(lowest)),
        element_energies=energies,
    )
    crystals = {f: e.structure for f, e in lowest.items() if hasattr(e, "structure")}
    return phases, crystals


def _read_entries(path: Path) -> list[ComputedEntry]:
    if not path.is_file():
        message = f"There is no file of reference entries at {path}: check the path."
        raise InputError(message)
    try:
        entries = loadfn(path)
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        message = f"{path} cannot be read as pymatgen entries: {error}"
        raise InputError(message) from error
    if not isinstance(entries, list) or not entries:
        message = f"{path} holds {type(entries).__name__}, expected a list of pymatgen entries."
        raise InputError(message)
    for entry in entries:
        if not isinstance(entry, ComputedEntry):
            message = f"{path} holds a {type(entry).__name__}; expected ComputedEntry alone."
            raise InputError(message)
    return entries


def _lowest(entries: Iterable[ComputedEntry]) -> dict[str, ComputedEntry]:
    lowest: dict[str, ComputedEntry] = {}
    for entry in entries:
        formula = entry.composition.reduced_formula
        if formula not in lowest or entry.energy_per_atom < lowest[formula].energy_per_atom:
            lowest[formula] = entry
    return lowest


def _element_energies(lowest: Mapping[str, ComputedEntry], path: str | Path) -> dict[str, float]:
    energies = {
        entry.composition.elements[0].symbol: float(entry.energy_per_atom)
        for entry in lowest.values()
        if entry.composition.is_element
    }
    for formula, entry in lowest.items():
        for element in entry.composition:
            if element.symbol not in energies:
                message = (
                    f"{path} has no entry for the element {element.symbol}, which {formula} "
                    "contains: add its ground state, computed in the same scheme."
                )
                raise InputError(message)
    return energies


def _entry_phase(
    entry: ComputedEntry, entries: Sequence[ComputedEntry], elements: Mapping[str, float]
) -> Phase:
    formula = entry.composition.reduced_formula
    atoms = entry.composition.fractional_composition
    reference = sum(elements[element.symbol] * amount for element, amount in atoms.items())
    gaps = [
        float(other.data["band_gap"])
        for other in entries
        if other.data.get("band_gap") is not None and other.composition.reduced_formula == formula
    ]
    return Phase(
        formula=formula,
        formation_energy_per_atom=float(entry.energy_per_atom - reference),
        band_gap=min(gaps, default=None),
    )
