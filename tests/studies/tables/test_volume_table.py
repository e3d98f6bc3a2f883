"""The committed table of volumes against what the builder makes of a sample."""

import csv
import gzip
from pathlib import Path

from analysis.data import TABLES
from analysis.energies.phase_volumes import VOLUMES_FILE
from studies.tables import volume_table as volumes
from studies.tables.reference_tables import STRUCTURE_FILE

SAMPLE = Path(__file__).parents[2] / "data" / "materials_project_2019"


def read(path: Path) -> dict[str, dict[str, str]]:
    with gzip.open(path, "rt") as lines:
        return {row["formula"]: row for row in csv.DictReader(lines)}


def test_volumes_of_the_sample_are_those_of_the_committed_table(tmp_path: Path) -> None:
    plain = (SAMPLE / STRUCTURE_FILE.removesuffix(".gz")).read_bytes()
    (tmp_path / STRUCTURE_FILE).write_bytes(gzip.compress(plain))
    volumes.main(["--source", str(tmp_path), "--target", str(tmp_path)])
    made, committed = read(tmp_path / VOLUMES_FILE), read(TABLES / VOLUMES_FILE)
    assert {"Li2O", "Li2O2"} <= set(made)
    assert made == {formula: committed[formula] for formula in made}


def test_without_a_known_ground_state_the_median_counts() -> None:
    assert volumes.rows({"AB": [1.0, 5.0, 2.0]}, {}) == [["AB", "2.000", "3"]]


def test_a_newer_crystal_counts_only_where_a_formula_has_no_other(tmp_path: Path) -> None:
    lines = "\n".join(
        f'{{"mpid": "mp-{number}", "formula": "{formula}", '
        f'"lattice": [{a}, 1, 1, 90, 90, 90], "sites": [["Li", 0, 0, 0], ["Li", 0.5, 0, 0]]}}'
        for number, formula, a in ((1, "Li", 2), (2_000_000, "Li", 3), (2_000_001, "Na", 4))
    )
    path = tmp_path / STRUCTURE_FILE
    path.write_bytes(gzip.compress(lines.encode()))
    found = volumes.crystal_volumes(path, {"Li", "Na"})
    assert {formula: [round(v, 6) for v in each] for formula, each in found.items()} == {
        "Li": [1.0],
        "Na": [2.0],
    }
