"""Results written to files and read back: the same names, values and types."""

from __future__ import annotations

import csv
import json
import math
import stat
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.files import read_results, write_results
from workflows.results.result_documents import store_results
from workflows.results.search import find

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.storage.database import Database

ALUMINIUM: dict[str, Any] = {
    "dopants": [{"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}],
    "dopant": "Al",
    "valence": 3,
    "concentration": 0.25,
    "formula": "Li6.25Al0.25La3Zr2O12",
    "reaction_energy": -0.1 - 0.2,  # has no short decimal form
    "energy_above_hull": math.nan,
    "defect_energy": None,
    "passivating": False,
    "products": {"Li2O": 0.49999999998, "Zr3Al": 0.25},
    "product_band_gaps": {"Li2O": 4.9, "Zr3Al": None},
    "deciding_phases": ["Zr3Al"],
    "equation": 'a, "b"\nc',
    "notes": ["=1+1", "ungewöhnlich"],
    "structure": {"lattice": {"a": 11.2}, "sites": [{"label": "Li"}]},
}
HOST: dict[str, Any] = {"dopants": [], "formula": "Li7La3Zr2O12", "passivating": None}
FORMATS = [".csv", ".jsonl", ".parquet"]


@pytest.fixture
def documents(database: Database, land: Callable[..., None]) -> list[dict[str, Any]]:
    land(database, "al", **ALUMINIUM)
    land(database, "host", **HOST)
    when = {"$set": {"completed_at": "2026-11-25T01:24:49.793831"}}
    database.jobs.update_one({"uuid": "al"}, when)
    store_results(database, "small", ["al", "host"])
    return find(database.results)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_read_back_is_what_was_written(
    documents: list[dict[str, Any]], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"results{suffix}"
    write_results(documents, path)
    read = read_results(path)
    assert read == read_results(str(path)) == documents
    assert [type(v) for v in read[0].values()] == [type(v) for v in documents[0].values()]
    assert read[0]["computed"] == datetime(2026, 11, 25, 1, 24, 49, 793000)  # noqa: DTZ001  as MongoDB gives it
    # NaN came to the database as null with a note, and null it stays
    assert read[0]["energy_above_hull"] is None
    assert "energy_above_hull is null: the job gave nan" in read[0]["notes"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_fields_become_the_columns(
    documents: list[dict[str, Any]], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"results{suffix}"
    write_results(documents, path, fields=["formula", "products.Li2O", "dopants.element", "stored"])
    first, second = read_results(path)
    assert list(first) == ["formula", "products.Li2O", "dopants.element", "stored"]
    assert first["products.Li2O"] == 0.49999999998
    assert (first["dopants.element"], second["dopants.element"]) == (["Al"], [])
    assert second["products.Li2O"] is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_results_are_a_file_without_rows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"
    write_results([], path)
    assert read_results(path) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_nan_that_got_into_a_database_is_written_as_null(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"nan{suffix}"
    write_results([{"reaction_energy": math.nan, "products": {"Li2O": math.inf}}], path)
    (row,) = read_results(path)
    assert row["reaction_energy"] is None
    assert row["products"] == {"Li2O": None}


def test_other_programs_find_types_units_and_nulls(
    documents: list[dict[str, Any]], tmp_path: Path
) -> None:
    write_results(documents, tmp_path / "r.parquet")
    write_results(documents, tmp_path / "r.csv")
    write_results(documents, tmp_path / "r.jsonl")
    table = parquet.read_table(tmp_path / "r.parquet")
    energy = table.schema.field("reaction_energy")
    assert (str(energy.type), energy.metadata[b"unit"]) == ("double", b"eV per f.u.")
    assert table.column("defect_energy").null_count == 2
    with (tmp_path / "r.csv").open(encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert first["defect_energy"] == ""
    assert json.loads(first["products"]) == ALUMINIUM["products"]
    line = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(line)["defect_energy"] is None


def test_structure_is_written_only_where_it_comes(
    database: Database, documents: list[dict[str, Any]], tmp_path: Path
) -> None:
    write_results(documents, tmp_path / "without.jsonl")
    assert "structure" not in read_results(tmp_path / "without.jsonl")[0]
    every = [field.value for field in Field]
    write_results(find(database.results, fields=every), tmp_path / "with.parquet")
    assert read_results(tmp_path / "with.parquet")[0]["structure"] == ALUMINIUM["structure"]


def test_a_file_is_replaced_only_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("precious")
    with pytest.raises(InputError, match=r"is there already.*--force"):
        write_results([], path)
    assert path.read_text() == "precious"
    write_results([], path, overwrite=True)
    assert read_results(path) == []


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "results.parquet"
    path.write_text("precious")
    with pytest.raises(InputError, match="n_atoms holds a value of another kind than integer"):
        write_results([{"n_atoms": "many"}], path, overwrite=True)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("results.xlsx", r"\.csv, \.jsonl, \.parquet, not as 'results\.xlsx'"),
        ("blocked/results.csv", "cannot be (made|written)"),
        ("folder.csv", "is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "blocked").write_text("")
    with pytest.raises(InputError, match=message):
        write_results([], tmp_path / name)


def test_a_file_that_is_none_of_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_text("no parquet")
    (tmp_path / "bad.csv").write_text("colour\nred\n")
    for name, message in (
        ("bad.parquet", "cannot be read"),
        ("bad.csv", "no field is called 'colour'"),
        ("absent.csv", "cannot be read"),
        ("a.txt", "no file of results"),
    ):
        with pytest.raises(InputError, match=message):
            read_results(tmp_path / name)


def test_others_may_read_the_file_as_the_umask_has_it(tmp_path: Path) -> None:
    path, usual = tmp_path / "results.csv", tmp_path / "usual"
    write_results([], path)
    usual.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
