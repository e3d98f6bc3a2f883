"""Reference phases as pymatgen entries, in a file that `reference_phases: {source: file}` reads."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from monty.json import MontyEncoder
from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedEntry, ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.energies.entry_phases import file_phases
from analysis.energies.phases import Phase, ReferencePhases

ENDINGS: Final = (".json", ".json.gz")


def phase_entries(
    phases: ReferencePhases, crystals: Mapping[str, Structure]
) -> Iterator[ComputedEntry]:
    """Make an entry of each phase, with its scheme, band gap and source.

    Where the elements' total energies are not known, an entry's energy is its formation energy, and
    elements have zero.

    Parameters
    ----------
    phases
        On one scheme.
    crystals
        By reduced formula; a phase may have none.
    """
    for phase in phases.phases:
        data: dict[str, Any] = {"scheme": phases.scheme.model_dump(), "source": phases.source}
        if phase.band_gap is not None:
            data["band_gap"] = phase.band_gap
        yield _entry(phase, phases.element_energies, crystals.get(phase.formula), data)


def write_entries(path: Path, entries: Iterable[ComputedEntry]) -> ReferencePhases:
    """Write entries into a file, and return the phases that a campaign reads from it.

    The same entries give the same bytes. What cannot be read again is not left behind.

    Raises
    ------
    InputError
        The file's ending is another one, there are no entries, an element has none, or the entries
        are of several schemes.
    """
    if not path.name.endswith(ENDINGS):
        msg = f"{path}: entries are written as {' or '.join(ENDINGS)}"
        raise InputError(msg)
    plain = [entry.as_dict() for entry in entries]
    text = json.dumps(plain, cls=MontyEncoder, separators=(",", ":"))
    content = text.encode()
    draft = path.with_name(f".{path.name}")
    try:
        draft.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
        phases, _ = file_phases(draft)
        draft.replace(path)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise InputError(msg) from error
    finally:
        draft.unlink(missing_ok=True)
    return phases


def _entry(
    phase: Phase,
    elements: Mapping[str, float],
    structure: Structure | None,
    data: Mapping[str, Any],
) -> ComputedEntry:
    composition = structure.composition if structure else phase.composition
    energy = phase.formation_energy_per_atom * composition.num_atoms
    energy += sum(elements.get(e.symbol, 0.0) * n for e, n in composition.items())
    shared = {"data": dict(data), "entry_id": phase.formula}
    if structure is None:
        return ComputedEntry(composition, round(energy, 6), **shared)
    return ComputedStructureEntry(structure, round(energy, 6), **shared)
