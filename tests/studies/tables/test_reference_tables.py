"""The committed tables against what the builder makes of a sample of the raw files.

The sample holds all entries of the Li-O system, two formulas out of scope, and crystals of Li2O and
Li2O2, copied from the raw files without change (Materials Project, CC BY 4.0).
"""

import csv
import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from analysis.data import TABLES
from studies.tables import reference_tables as build

SAMPLE = Path(__file__).parents[2] / "data" / "materials_project_2019"


def read_rows(path: Path) -> dict[str, list[str]]:
    with gzip.open(path, "rt") as lines:
        header, *rows = csv.reader(lines)
    assert tuple(header) == build.PHASE_COLUMNS
    return {row[1]: row for row in rows}


def read_crystals(path: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        return {record["formula"]: record for record in map(json.loads, lines)}


def record(formula: str, number: int, atoms: int) -> build.Record:
    return {"formula": formula, "mpid": f"mp-{number}", "sites": [["Li", 0, 0, 0]] * atoms}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Raw files of the sample, compressed as the real ones are."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in SAMPLE.iterdir():
        with path.open("rb") as plain, gzip.open(folder / f"{path.name}.gz", "wb") as packed:
            shutil.copyfileobj(plain, packed)
    return folder


def test_phases_of_the_sample_are_those_of_the_committed_table(raw: Path, tmp_path: Path) -> None:
    build.main(["--source", str(raw), "--target", str(tmp_path), "--only", "phases"])
    made = read_rows(tmp_path / build.PHASES_TABLE)
    committed = read_rows(TABLES / build.PHASES_TABLE)
    assert {"Li", "O2", "Li2O", "Li2O2", "KMnO2"} <= set(made)
    # Of the two formulas of other elements the sample holds one energy each.
    assert {f: row for f, row in made.items() if row[0] in ("Li", "O", "Li-O")} == {
        formula: committed[formula] for formula in made if formula not in ("KMnO2", "Cr3Ni")
    }


def test_crystals_of_the_sample_are_those_of_the_committed_table(raw: Path, tmp_path: Path) -> None:
    pytest.importorskip("chgnet", reason="the ranking needs the force field extra")
    build.main(["--source", str(raw), "--target", str(tmp_path), "--only", "crystals"])
    made = read_crystals(tmp_path / build.CRYSTALS_TABLE)
    committed = read_crystals(TABLES / build.CRYSTALS_TABLE)
    assert set(made) == {"Li2O", "Li2O2"}
    assert made == {formula: committed[formula] for formula in made}


def test_the_committed_table_is_sorted_and_complete() -> None:
    rows = [",".join(row) for row in read_rows(TABLES / build.PHASES_TABLE).values()]
    assert rows == sorted(rows)
    assert len(rows) == 95118


def test_building_twice_gives_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for target in (first, second):
        target.mkdir()
        build.write_phases(raw, target)
        build.write_crystals(raw, target, lambda records: [0.0] * len(records))
    for name in (build.PHASES_TABLE, build.CRYSTALS_TABLE):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_lowest_energy_smallest_gap_and_number_of_entries_are_kept() -> None:
    rows = build.phase_rows({"Li2O": [-1.0, -2.0], "Li": [0.0]}, {"Li2O": [5.0, 4.0]})
    assert rows == [
        ["Li", "Li", "0.000000", "", "1"],
        ["Li-O", "Li2O", "-2.000000", "4.0000", "2"],
    ]


def test_lowest_crystal_is_chosen() -> None:
    records = [record("Li2O", 1, 3), record("Li2O", 2, 3)]
    assert build.lowest(records, [-4.0, -4.1])["mpid"] == "mp-2"


def test_noise_does_not_decide_between_equal_crystals() -> None:
    records = [record("Li2O", 7, 6), record("Li2O", 5, 3), record("Li2O", 4, 3)]
    assert build.lowest(records, [-4.0005, -4.0, -4.0001])["mpid"] == "mp-4"


def test_large_cells_are_left_out_where_there_are_smaller_ones() -> None:
    small, large = record("Li2O", 1, 60), record("Li2O", 2, 61)
    assert build.eligible([small, large]) == [small]
    assert build.eligible([large]) == [large]


def test_crystals_newer_than_the_energies_are_left_out_where_there_are_older_ones() -> None:
    old, new = record("Al2O", 8022, 3), record("Al2O", build.NEWEST_OF_2019 + 1, 3)
    assert build.eligible([old, new]) == [old]
    assert build.eligible([new]) == [new]
