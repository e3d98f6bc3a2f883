"""Reference phases from a file of pymatgen entries."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedEntry

from analysis.base.errors import InputError
from analysis.energies.entry_files import read_entries
from analysis.energies.entry_schemes import scheme_of_entries
from analysis.energies.phases import Phase, ReferencePhases


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
        The file is missing or is no list of entries, an entry cannot be used, or an element has
        no entry.
    SchemeMismatchError
        The entries are of two energy schemes.
    """
    entries, notes = read_entries(Path(path))
    lowest = _lowest(entries)
    energies = _element_energies(lowest, path)
    phases = ReferencePhases(
        source=f"entries of {Path(path).name}",
        scheme=scheme_of_entries(entries),
        phases=tuple(_entry_phase(lowest[f], entries, energies) for f in sorted(lowest)),
        element_energies=energies,
        notes=notes,
    )
    crystals = {f: e.structure for f, e in lowest.items() if hasattr(e, "structure")}
    return phases, crystals


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
