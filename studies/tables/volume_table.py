"""Make the table of volumes of the reference phases from the raw Materials Project crystals.

``python -m studies.tables.volume_table --source DIR`` writes ``phase_volumes.csv.gz``.
The same raw file gives the same bytes. README.md in this folder describes the table.
"""

import argparse
import csv
import gzip
import io
import json
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from pymatgen.core import Composition, Lattice, Structure

from analysis.data import TABLES
from analysis.energies.phase_volumes import COLUMNS, VOLUMES_FILE
from analysis.energies.reference_phases import table_crystals, whole_table
from studies.tables.reference_tables import NEWEST_OF_2019, STRUCTURE_FILE, number, write_gzip

logger = logging.getLogger(__name__)

DECIMALS: Final = 3


def crystal_volumes(path: Path, formulas: Collection[str]) -> dict[str, list[float]]:
    """Read the volume per atom of every crystal of `formulas`, in Å^3.

    Crystals newer than the release of the energies count only where a formula has no other.
    """
    old: dict[str, list[float]] = defaultdict(list)
    new: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for record in map(json.loads, lines):
            formula = Composition(record["formula"]).reduced_formula
            if formula in formulas:
                volume = Lattice.from_parameters(*record["lattice"]).volume
                group = old if number(record) <= NEWEST_OF_2019 else new
                group[formula].append(volume / len(record["sites"]))
    return {**new, **old}


def rows(
    volumes: Mapping[str, Sequence[float]], crystals: Mapping[str, Structure]
) -> list[list[str]]:
    """Make the rows of the table: the known ground state's volume, otherwise the median."""
    made = []
    for formula, each in sorted(volumes.items()):
        volume = median(each)
        if formula in crystals:
            volume = crystals[formula].volume / len(crystals[formula])
        made.append([formula, f"{volume:.{DECIMALS}f}", str(len(each))])
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the table from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=TABLES, help="where the table goes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    formulas = {phase.formula for phase in whole_table().phases}
    made = rows(crystal_volumes(options.source / STRUCTURE_FILE, formulas), table_crystals())
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *made])
    write_gzip(options.target / VOLUMES_FILE, text.getvalue())
    logger.info("%d volumes", len(made))


if __name__ == "__main__":
    main()
