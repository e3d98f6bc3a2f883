"""How the crystals that an engine is measured on are chosen."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from analysis.energies.calibration import calibration_crystals
from studies.tables.calibration_crystals import (
    engine_energies,
    lowest,
    ternaries,
    text_of,
    wanted,
)
from studies.tables.reference_tables import STRUCTURE_FILE

CRYSTALS = Path(__file__).parents[2] / "data" / "ternary_oxides.jsonl"
LINES = CRYSTALS.read_text().splitlines()


def packed(folder: Path, lines: list[str]) -> Path:
    path = folder / STRUCTURE_FILE
    with gzip.open(path, "wt") as file:
        file.write("\n".join(lines) + "\n")
    return path


def test_crystals_found_after_2019_are_left_out(tmp_path: Path) -> None:
    newer = json.dumps(json.loads(LINES[0]) | {"mpid": "mp-2000000"})
    found = ternaries(packed(tmp_path, [*LINES, newer]), ["Li3NbO4", "LaScO3"])
    assert sum(map(len, found.values())) == len(LINES)


def test_the_lowest_polymorph_is_chosen() -> None:
    records: list[dict[str, Any]] = [
        {"mpid": name, "formula": "LiAlO2", "lattice": [1.0] * 6, "sites": []}
        for name in ("mp-1", "mp-2", "mp-3")
    ]
    (best,) = lowest({"LiAlO2": records}, {"mp-1": -1.0, "mp-2": -2.0})  # mp-3 cannot be computed
    assert best["mpid"] == "mp-2"
    assert json.loads(text_of([best]))["formula"] == "LiAlO2"


def test_every_shipped_crystal_is_wanted() -> None:
    assert set(calibration_crystals()) <= set(wanted())


@pytest.mark.filterwarnings("ignore")
def test_the_shipped_crystals_are_those_that_the_rule_chooses(tmp_path: Path) -> None:
    pytest.importorskip("chgnet")
    polymorphs = ternaries(packed(tmp_path, LINES), ["Li3NbO4", "LaScO3"])
    energies = engine_energies([each for records in polymorphs.values() for each in records])
    chosen = {
        json.loads(line)["formula"]: json.loads(line)["mpid"]
        for line in text_of(lowest(polymorphs, energies)).splitlines()
    }
    assert chosen == {formula: calibration_crystals()[formula][0] for formula in chosen}
    assert len(chosen) == 2
