"""Make a file of reference entries for any elements from the raw Materials Project files.

``python -m studies.tables.reference_entries ELEMENT ... --source DIR --target FILE``
writes pymatgen entries that a specification reads with
``reference_phases: {source: file, path: FILE}``: for each formula the lowest formation energy and
the smallest band gap of the 2019 release, and the crystal if the project's own table has it
(elements and binary oxides). The same raw files give the same bytes.
"""

import argparse
import csv
import gzip
import json
import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monty.json import MontyEncoder
from pymatgen.core import Composition, Element
from pymatgen.entries.computed_entries import ComputedEntry, ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_crystals
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from studies.tables import reference_tables as build

logger = logging.getLogger(__name__)

SYMBOL = re.compile("[A-Z][a-z]?")
SOURCE = "Materials Project, April 2019, through Matbench v0.1 (CC BY 4.0)"


def lowest_targets(path: Path, elements: Collection[str]) -> dict[str, float]:
    """Read a raw ``formula,target`` file: the lowest value of each reduced formula of `elements`.

    Formulas of other elements are skipped without being parsed, which would take minutes.
    """
    values: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            if set(SYMBOL.findall(row["formula"])) <= set(elements):
                formula = Composition(row["formula"]).reduced_formula
                values[formula].append(float(row["target"]))
    return {formula: min(found) for formula, found in values.items()}


def entries(
    energies: Mapping[str, float], gaps: Mapping[str, float]
) -> Iterator[ComputedEntry | ComputedStructureEntry]:
    """Make an entry of each formula, sorted; its energy is the formation energy.

    Elements have the energy zero, so that formation energies of the entries are those of the
    release.

    Parameters
    ----------
    energies
        Formation energy of each reduced formula, eV/atom.
    gaps
        Smallest band gap of each reduced formula, eV; a formula may be missing.
    """
    crystals = table_crystals()
    for formula in sorted(energies):
        data: dict[str, Any] = {"scheme": MATERIALS_PROJECT_2019.model_dump(), "source": SOURCE}
        if formula in gaps:
            data["band_gap"] = round(gaps[formula], 4)
        if formula in crystals:
            structure = crystals[formula]
            data["crystal"] = crystals.material_id(formula)
            total = round(energies[formula] * len(structure), 6)
            yield ComputedStructureEntry(structure, total, data=data, entry_id=formula)
        else:
            composition = Composition(formula)
            total = round(energies[formula] * composition.num_atoms, 6)
            yield ComputedEntry(composition, total, data=data, entry_id=formula)


def write_entries(elements: Sequence[str], source: Path, target: Path) -> int:
    """Write the entries of the phases made of `elements`; return their number.

    Raises
    ------
    InputError
        An element is unknown, or has no entry.
    """
    if unknown := [symbol for symbol in elements if not Element.is_valid_symbol(symbol)]:
        message = f"no such element: {', '.join(unknown)}; give symbols, like Na"
        raise InputError(message)
    energies = lowest_targets(source / build.ENERGY_FILE, elements)
    pure = {Composition(formula).chemical_system for formula in energies}
    if missing := sorted(set(elements) - pure):
        message = f"{build.ENERGY_FILE} has no entry for the element {', '.join(missing)}"
        raise InputError(message)
    gaps = lowest_targets(source / build.BAND_GAP_FILE, elements)
    found = [entry.as_dict() for entry in entries(energies, gaps)]
    build.write_gzip(target, json.dumps(found, cls=MontyEncoder, separators=(",", ":")))
    return len(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a file of entries from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("elements", nargs="+", help="symbols of all elements")
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, required=True, help="FILE.json.gz to write")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    try:
        number = write_entries(options.elements, options.source, options.target)
    except (InputError, OSError) as error:
        parser.error(str(error))
    logger.info("%d entries in %s", number, options.target)


if __name__ == "__main__":
    main()
