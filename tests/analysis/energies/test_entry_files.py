import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from analysis.energies.entry_files import read_entries

NAMED = "data['scheme']"


def raw(formula: dict[str, Any], energy: Any, **fields: Any) -> dict[str, Any]:
    return {
        "@module": "pymatgen.entries.computed_entries",
        "@class": "ComputedEntry",
        "composition": formula,
        "energy": energy,
        "correction": 0.0,
        "energy_adjustments": [],
        "parameters": {"run_type": "GGA"},
        "data": {},
        "entry_id": "x-1",
    } | fields


def with_crystal(occupancy: float, x: float) -> dict[str, Any]:
    """Return an entry of sodium with a crystal, which may be disordered or not a number."""
    crystal = Structure(Lattice.cubic(4), [{"Na": occupancy}], [[0, 0, 0]]).as_dict()
    crystal["sites"][0]["abc"] = crystal["sites"][0]["xyz"] = [x, 0, 0]
    return raw({"Na": occupancy}, -1.0, structure=crystal) | {"@class": "ComputedStructureEntry"}


LITHIUM = raw({"Li": 1}, -1.9)


def write(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "entries.json"
    path.write_text(json.dumps(entries))
    return path


def test_an_entry_without_a_finite_energy_is_skipped_where_another_has_one(tmp_path: Path) -> None:
    bad = raw({"Li": 2}, float("nan"), entry_id="bad")
    entries, notes = read_entries(write(tmp_path, bad, LITHIUM))
    assert [entry.energy for entry in entries] == [-1.9]
    assert notes == ("entries.json: entry bad has no finite energy and is skipped",)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (raw({"Na": 1}, float("nan")), r"entry x-1 has the energy nan, and no other entry"),
        (raw({"Na": 1}, float("inf")), r"entry x-1 has the energy inf"),
        (raw({"Na": 1}, None), r"entry 2 \(x-1, Na1\): its energy is None"),
        (raw({"Na": 1}, "-1"), r"entry 2 \(x-1, Na1\)"),
        (raw({"Na": 1}, -1.0, correction=None), r"entry 2 \(x-1, Na1\)"),
        (raw({}, -1.0), r"entry 2 \(x-1\): its composition .* is none"),
        (raw({"Na": -1}, -1.0), r"entry 2 \(x-1, Na-1\)"),
        (raw({"Qq": 1}, -1.0), r"entry 2 \(x-1, Qq1\)"),
        (raw({"Na": 1}, -1.0, data={"band_gap": "wide"}), r"band_gap is 'wide', expected a number"),
        (raw({"Na": 1}, -1.0, data={"band_gap": -1}), r"band_gap is -1, expected a number"),
        (raw({"Na": 1}, -1.0, data={"band_gap": True}), r"band_gap is True, expected a number"),
        (raw({"Na": 1}, -1.0, data={"scheme": {"engine": "VASP"}}), r"lacks corrections, elements"),
        (raw({"Na": 1}, energy=True), r"its energy is True, expected a number"),
        (raw({"Na": 1}, -1.0, parameters="GGA"), r"its parameters are 'GGA', expected keys"),
        (raw({"Na": 1}, -1.0, data=["gap"]), r"its data are \['gap'\], expected keys"),
        (
            raw({"Na": 1}, -1.0, parameters={"run_type": "GGA+U", "hubbards": {"Na": None}}),
            r"its hubbards are {'Na': None}, expected U in eV",
        ),
        (with_crystal(0.5, 0.0), r"entry 2 .*its crystal has partial occupancies"),
        (with_crystal(1.0, float("nan")), r"entry 2 .*coordinates that are no finite numbers"),
        ({"energy": -1}, r"holds a dict \(entry 2\); expected ComputedEntry"),
        (3, r"holds a int \(entry 2\); expected ComputedEntry"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(tmp_path: Path, entry: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_entries(write(tmp_path, LITHIUM, entry))


# Without `mtime` the clock is in the bytes, and workers would collect different tests.
PACKED = gzip.compress(b"[]" * 99, mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", r"holds an empty list, expected a list"),
        (b"{}", r"holds dict, expected a list"),
        (PACKED[:12], r"cannot be read as pymatgen entries"),
        (PACKED[:10] + b"\xff" * 30, r"cannot be read as pymatgen entries"),
    ],
)
def test_a_file_without_entries_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / ("entries.json.gz" if content[:2] == b"\x1f\x8b" else "entries.json")
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_entries(path)
