"""Make the tables of reference phases and crystals from the raw Materials Project files.

``python -m studies.tables.reference_tables --source DIR`` writes ``reference_phases.csv.gz`` and
``reference_crystals.jsonl.gz`` into analysis/data. The same raw files give the same bytes.
The crystals are ranked by CHGNet, so that part needs the force field extra and some three
minutes on one core; ``--only phases`` skips it. analysis/data/README.md describes the files.
"""

import argparse
import csv
import gzip
import io
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pymatgen.core import Composition

from analysis.base.gzipped import gzipped
from analysis.data import TABLES
from analysis.energies.shipped_tables import (
    CRYSTALS_TABLE,
    HOST_FORMULA,
    PHASES_TABLE,
    Record,
    structure_of,
)

logger = logging.getLogger(__name__)

ENERGY_FILE = "mp2019_formation_energy.csv.gz"
BAND_GAP_FILE = "mp2019_band_gap.csv.gz"
STRUCTURE_FILE = "structures_li_la_zr_o_m.jsonl.gz"
PHASE_COLUMNS = ("system", "formula", "formation_energy_per_atom", "band_gap", "entries")

# A single point costs about 2 ms per atom; larger polymorphs are ranked only if none is smaller.
LARGEST_CELL = 60
# The structures are newer than the energies. Up to this number the crystals per formula agree best
# with the 7,147 energies (7,140 crystals, 329 off by formula; 8,047 and 974 with all of them), and
# a crystal found later may lie far below the energy that the table gives its formula (Al2O, Si3O7).
NEWEST_OF_2019 = 1_240_000
# Entries of one crystal differ by CHGNet's noise and DFT's residual strain, eV/atom.
SAME_ENERGY = 0.001

Ranking = Callable[[Sequence[Record]], list[float]]


def targets(path: Path) -> dict[str, list[float]]:
    """Read a raw ``formula,target`` file: reduced formula to all its values."""
    values: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            values[_reduced(row["formula"])].append(float(row["target"]))
    return values


@cache
def _reduced(formula: str) -> str:
    # Polymorphs repeat their formula, and parsing one takes 0.2 ms.
    return str(Composition(formula).reduced_formula)


def phase_rows(energies: dict[str, list[float]], gaps: dict[str, list[float]]) -> list[list[str]]:
    """Rows of the phase table: system, formula, lowest energy, smallest gap, entries.

    They are sorted as lines of text, so that a chemical system is found by bisection.
    """
    rows = []
    for formula, found in energies.items():
        system = Composition(formula).chemical_system
        gap = f"{min(gaps[formula]):.4f}" if formula in gaps else ""
        # "+ 0.0" turns -0.0 into 0.0.
        rows.append([system, formula, f"{min(found) + 0.0:.6f}", gap, str(len(found))])
    return sorted(rows, key=",".join)


def write_phases(source: Path, target: Path) -> int:
    """Write the phase table from the raw files in `source`; the number of formulas."""
    rows = phase_rows(targets(source / ENERGY_FILE), targets(source / BAND_GAP_FILE))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([PHASE_COLUMNS, *rows])
    write_gzip(target / PHASES_TABLE, text.getvalue())
    return len(rows)


def wanted(composition: Composition) -> bool:
    """Return True if a crystal serves the alignment: an element, a binary oxide, or the host."""
    elements = {element.symbol for element in composition}
    oxide = len(elements) == 2 and "O" in elements  # noqa: PLR2004, binary
    return len(elements) == 1 or oxide or composition.reduced_formula == HOST_FORMULA


def polymorphs(path: Path, formulas: Iterable[str]) -> dict[str, list[Record]]:
    """Crystals to rank for each of `formulas`."""
    known = frozenset(formulas)
    groups: dict[str, list[Record]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for record in map(json.loads, lines):
            composition = Composition(record["formula"])
            if wanted(composition) and composition.reduced_formula in known:
                groups[composition.reduced_formula].append(record)
    return {formula: eligible(records) for formula, records in sorted(groups.items())}


def eligible(records: Sequence[Record]) -> list[Record]:
    """Keep the crystals of the 2019 release of at most `LARGEST_CELL` atoms.

    If there are none from 2019, all releases count; if all cells are larger, the smallest.
    """
    old = [record for record in records if number(record) <= NEWEST_OF_2019] or records
    limit = max(LARGEST_CELL, min(len(record["sites"]) for record in old))
    return [record for record in old if len(record["sites"]) <= limit]


def number(record: Record) -> int:
    """Return the number in a Materials Project identifier; they rise with time."""
    return int(record["mpid"].split("-")[1])


def lowest(records: Sequence[Record], energies: Sequence[float]) -> Record:
    """Pick the crystal of lowest energy in eV/atom.

    Of those within `SAME_ENERGY` the one with the smallest cell, then the lowest number, so that
    noise in the last digits cannot change the choice.
    """
    level = min(energies) + SAME_ENERGY
    best = [record for record, energy in zip(records, energies, strict=True) if energy <= level]
    return min(best, key=lambda record: (len(record["sites"]), int(record["mpid"].split("-")[1])))


def chosen_crystals(groups: dict[str, list[Record]], rank: Ranking) -> Iterator[Record]:
    """Yield the crystal of each formula, ranking only where there is a choice."""
    for formula, records in groups.items():
        energies = rank(records) if len(records) > 1 else [0.0]
        best = lowest(records, energies)
        yield rounded(best, formula)


def rounded(record: Record, formula: str) -> Record:
    """Return a crystal as the tables hold it, under its reduced formula."""
    return {
        "formula": formula,
        "mpid": record["mpid"],
        "lattice": [round(value, 5) for value in record["lattice"]],
        "sites": [[site[0], *(round(x, 5) for x in site[1:])] for site in record["sites"]],
    }


def write_crystals(source: Path, target: Path, rank: Ranking) -> int:
    """Write the crystal table for the formulas of the phase table; the number of crystals."""
    groups = polymorphs(source / STRUCTURE_FILE, targets(source / ENERGY_FILE))
    lines = [json.dumps(record, separators=(",", ":")) for record in chosen_crystals(groups, rank)]
    write_gzip(target / CRYSTALS_TABLE, "\n".join(lines) + "\n")
    return len(lines)


def write_gzip(path: Path, text: str) -> None:
    """Write `text` with no time stamp or name in the header: equal text gives equal bytes."""
    path.write_bytes(gzipped(text))


def chgnet_ranking() -> Ranking:
    """CHGNet's single-point energy, eV/atom, at the geometry given (relaxed with DFT).

    A crystal CHGNet cannot compute (an isolated atom, an unknown element) ranks last.
    """
    from chgnet.model import CHGNet

    model = CHGNet.load(use_device="cpu", verbose=False)

    def energy(record: Record) -> float:
        try:
            prediction = model.predict_structure(structure_of(record), task="e")
        except ValueError as error:
            logger.warning("%s %s: %s", record["formula"], record["mpid"], error)
            return float("inf")
        return float(prediction["e"])

    return lambda records: [energy(record) for record in records]


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the tables from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=TABLES, help="where the tables go")
    parser.add_argument("--only", choices=("phases", "crystals"), help="build one table only")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    if options.only != "crystals":
        logger.info("%d phases", write_phases(options.source, options.target))
    if options.only != "phases":
        logger.info("%d crystals", write_crystals(options.source, options.target, chgnet_ranking()))


if __name__ == "__main__":
    main()
