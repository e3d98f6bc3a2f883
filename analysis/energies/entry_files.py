"""Files of pymatgen entries: each entry is checked when it is read, and named if it is wrong."""

import gzip
import json
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monty.json import MontyDecoder
from pydantic import ValidationError
from pymatgen.core import DummySpecies, Structure
from pymatgen.entries.computed_entries import ComputedEntry, ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.energies.schemes import EnergyScheme
from analysis.structures.cif_reader import FOREIGN_ERRORS
from analysis.structures.crystal_files import problem_of


def read_entries(path: Path) -> tuple[list[ComputedEntry], tuple[str, ...]]:
    """Read the entries of a file, and notes on those that were skipped.

    An entry without a finite energy is skipped where another of its formula has one.

    Parameters
    ----------
    path
        JSON (also .json.gz) with a list of ComputedEntry or ComputedStructureEntry.

    Raises
    ------
    InputError
        The file is missing or no such list, or an entry cannot be used; the message names it.
    """
    found = [_entry(index, raw, path) for index, raw in enumerate(_raw_entries(path))]
    good = [entry for entry in found if math.isfinite(entry.energy)]
    known = {entry.composition.reduced_formula for entry in good}
    skipped = [entry for entry in found if not math.isfinite(entry.energy)]
    for entry in skipped:
        if entry.composition.reduced_formula not in known:
            msg = (
                f"{path}: {_name(entry)} has the energy {entry.energy}, and no other entry of its "
                "formula has one: correct or remove it"
            )
            raise InputError(msg)
    notes = (
        f"{path.name}: {_name(entry)} has no finite energy and is skipped" for entry in skipped
    )
    return good, tuple(notes)


def holds_entries(path: Path) -> bool:
    """Whether a file is a JSON list: of entries, and not one crystal.

    Raises
    ------
    InputError
        It is called JSON and cannot be read.
    """
    is_json = path.name.lower().endswith((".json", ".json.gz"))
    return is_json and isinstance(_raw_json(path), list)


def _raw_entries(path: Path) -> list[Any]:
    raw = _raw_json(path)
    if not isinstance(raw, list) or not raw:
        what = "an empty list" if raw == [] else type(raw).__name__
        msg = f"{path} holds {what}, expected a list of pymatgen entries."
        raise InputError(msg)
    return raw


def _raw_json(path: Path) -> Any:
    if not path.is_file():
        msg = f"There is no file of reference entries at {path}: check the path."
        raise InputError(msg)
    try:
        content = path.read_bytes()
        return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except (ValueError, OSError, EOFError, RecursionError, zlib.error) as error:
        msg = f"{path} cannot be read as pymatgen entries: {error}"
        raise InputError(msg) from error


def _entry(index: int, raw: Any, path: Path) -> ComputedEntry:
    name = _raw_name(index, raw)
    for key in ("data", "parameters"):
        if isinstance(raw, dict) and not isinstance(raw.get(key) or {}, dict):
            msg = f"{path}: {name}: its {key} are {raw[key]!r}, expected keys with values"
            raise InputError(msg)
    try:
        entry = MontyDecoder().process_decoded(raw)
    except FOREIGN_ERRORS as error:
        msg = f"{path}: {name} cannot be read: {' '.join(str(error).split())}"
        raise InputError(msg) from error
    if not isinstance(entry, ComputedEntry):
        msg = f"{path} holds a {type(entry).__name__} ({name}); expected ComputedEntry alone."
        raise InputError(msg)
    try:
        problem = next(_problems(entry), None)
    except FOREIGN_ERRORS as error:
        problem = " ".join(str(error).split())
    if problem:
        msg = f"{path}: {name}: {problem}"
        raise InputError(msg)
    return entry


def _problems(entry: ComputedEntry) -> Iterator[str]:
    """Say what keeps an entry from being used; each check relies on those before it."""
    amounts = list(entry.composition.values())
    if not amounts or not all(math.isfinite(a) and a > 0 for a in amounts):
        yield f"its composition {entry.composition} is none"
    if any(isinstance(species, DummySpecies) for species in entry.composition):
        yield f"its composition {entry.composition} names what is no element"
    # A correction that is no number makes the sum fail.
    if not _is_number(entry.uncorrected_energy) or not _is_number(entry.energy):
        yield f"its energy is {entry.uncorrected_energy}, expected a number in eV"
    gap = entry.data.get("band_gap")
    if gap is not None and not (_is_number(gap) and math.isfinite(gap) and gap >= 0):
        yield f"its band_gap is {gap!r}, expected a number in eV from 0, or null"
    hubbards = entry.parameters.get("hubbards") or {}
    if not isinstance(hubbards, dict) or not all(map(_is_number, hubbards.values())):
        yield f"its hubbards are {hubbards!r}, expected U in eV of each element"
    if isinstance(entry, ComputedStructureEntry) and (problem := _crystal_problem(entry.structure)):
        yield problem
    if problem := _scheme_problem(entry.data.get("scheme")):
        yield problem


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _crystal_problem(structure: Structure) -> str | None:
    if not structure.is_ordered:
        return "its crystal has partial occupancies, and an energy has one of whole atoms"
    return problem_of(structure)


def _scheme_problem(scheme: Any) -> str | None:
    if not isinstance(scheme, dict):
        return None
    try:
        EnergyScheme.model_validate(scheme)
    except ValidationError as error:
        lacking = sorted(set(EnergyScheme.model_fields) - set(scheme))
        wrong = ", ".join(str(part) for each in error.errors() for part in each["loc"])
        named = f"lacks {', '.join(lacking)}" if lacking else f"has a wrong {wrong}"
        return f'its data["scheme"] {named}: give all of {", ".join(EnergyScheme.model_fields)}'
    return None


def _raw_name(index: int, raw: Any) -> str:
    fields = raw if isinstance(raw, dict) else {}
    names = (fields.get("entry_id"), _formula(fields.get("composition")))
    said = ", ".join(str(name) for name in names if name)
    return f"entry {index + 1} ({said})" if said else f"entry {index + 1}"


def _formula(composition: Any) -> str:
    if isinstance(composition, dict):
        return "".join(f"{element}{amount}" for element, amount in composition.items())
    return str(composition or "")


def _name(entry: ComputedEntry) -> str:
    return f"entry {entry.entry_id or entry.composition.reduced_formula}"
