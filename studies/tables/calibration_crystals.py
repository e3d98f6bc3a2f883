"""Build the crystals that an engine's error is measured on.

``python -m studies.tables.calibration_crystals --source DIR`` writes
``calibration_crystals.jsonl.gz``: of every oxide of one dopant element with Li, La or Zr, and of
every doped garnet of the reference table, the polymorph of lowest CHGNet energy. It needs the force
field extra and ten minutes on one core.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pymatgen.core import Composition

from analysis.data import TABLES
from analysis.energies.calibration import CRYSTALS_FILE
from analysis.energies.garnets import dopant_garnets
from analysis.energies.shipped_tables import Record, structure_of
from analysis.energies.ternary_oxides import dopant_ternaries
from makers.engines.registry import DEFAULT_ENGINE, relax_maker
from studies.tables.reference_tables import (
    NEWEST_OF_2019,
    STRUCTURE_FILE,
    number,
    rounded,
    write_gzip,
)

# 1,367 of the 1,381 formulas have a crystal this small. With 40 atoms the lowest polymorph is often
# missed (La4Al2O9 and Li5GaO4 by 1.0 and 0.7 eV per atom of M).
LARGEST_CELL: Final = 120
BATCH: Final = 16


def ternaries(path: Path, formulas: Iterable[str]) -> dict[str, list[Record]]:
    """Crystals of each of `formulas` with at most `LARGEST_CELL` atoms, by formula.

    Only those of the 2019 release: a crystal found later may lie below the energy of the table.
    """
    known = frozenset(formulas)
    groups: dict[str, list[Record]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for record in map(json.loads, lines):
            formula = Composition(record["formula"]).reduced_formula
            small = len(record["sites"]) <= LARGEST_CELL
            if formula in known and small and number(record) <= NEWEST_OF_2019:
                groups[formula].append(record)
    return dict(sorted(groups.items()))


def wanted() -> dict[str, str]:
    """List the phases: reduced formula to dopant element."""
    return dopant_ternaries() | dopant_garnets()


def lowest(
    polymorphs: Mapping[str, Sequence[Record]], energies: Mapping[str, float]
) -> list[Record]:
    """Choose the polymorph of lowest energy (eV/atom, by identifier) of each formula."""
    found = []
    for records in polymorphs.values():
        known = [record for record in records if record["mpid"] in energies]
        if known:
            found.append(min(known, key=lambda record: (energies[record["mpid"]], record["mpid"])))
    return found


def engine_energies(records: Sequence[Record]) -> dict[str, float]:
    """Compute single points with the default engine, eV/atom by identifier."""
    maker: Any = relax_maker(DEFAULT_ENGINE, {})
    found: dict[str, float] = {}
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        crystals = [structure_of(record) for record in batch]
        for record, crystal, energy in zip(batch, crystals, maker.energies(crystals), strict=True):
            if energy is not None:
                found[record["mpid"]] = energy / len(crystal)
    return found


def text_of(records: Iterable[Record]) -> str:
    """Write the file, one crystal a line, sorted by formula."""
    lines = {Composition(r["formula"]).reduced_formula: r for r in records}
    return "".join(
        json.dumps(rounded(lines[f], f), separators=(",", ":")) + "\n" for f in sorted(lines)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=TABLES, help="where the file goes")
    options = parser.parse_args(arguments)
    polymorphs = ternaries(options.source / STRUCTURE_FILE, wanted())
    energies = engine_energies([record for records in polymorphs.values() for record in records])
    write_gzip(options.target / CRYSTALS_FILE, text_of(lowest(polymorphs, energies)))


if __name__ == "__main__":
    main()
