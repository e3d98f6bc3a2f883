"""Contributions to MPContribs: keys, units and cells as its server takes them."""

from __future__ import annotations

from string import punctuation, whitespace
from typing import TYPE_CHECKING, Any

import pytest
from monty.serialization import loadfn
from pymatgen.core import Structure
from typer.testing import CliRunner

from workflows.cli.main import app

if TYPE_CHECKING:
    from pathlib import Path

#: What a key may not hold, and the largest numbers, as MPContribs' server and client have them.
NOT_IN_KEYS = set(punctuation) - {"*", "|"} | set(whitespace)
MOST_COLUMNS = 160
UNITS = {"eV", "eV/atom", "V", "cm^2/s", "", None}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("written") / "contributions.json"
    words = ["export", "--result", "llzo", "dopant=Al", "--mpcontribs", str(file)]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert f"3 contributions: {file}" in done.output
    return loadfn(file)


def test_keys_and_units_are_those_that_the_server_takes(written: Any) -> None:
    columns = written["columns"]
    assert len(columns) < MOST_COLUMNS
    assert [key for key in columns if NOT_IN_KEYS & set(key)] == []
    assert set(columns.values()) == UNITS
    assert columns.keys() == written["legend"].keys()
    for each in written["contributions"]:
        assert each["data"].keys() <= columns.keys()
        assert all(isinstance(value, str) for value in each["data"].values())


def test_a_contribution_is_a_compound_with_its_cell(written: Any) -> None:
    (on_lithium,) = (each for each in written["contributions"] if each["data"]["site"] == "Li")
    assert on_lithium["formula"] == "Li6.25Al0.25La3Zr2O12"
    assert on_lithium["identifier"].startswith("Li6.25Al0.25La3Zr2O12_Al3+Li_")
    assert on_lithium["data"]["reactionEnergy"].endswith(" eV")
    assert float(on_lithium["data"]["reactionEnergy"].split()[0]) == pytest.approx(-0.955, abs=1e-3)
    assert on_lithium["data"]["label"] == "reduced"
    assert on_lithium["data"]["passivating"] == "No"
    (cell,) = on_lithium["structures"]
    assert isinstance(cell, Structure)
    assert cell.composition["Al"] == 1


def test_what_is_not_known_is_left_out(written: Any) -> None:
    assert not any("nan" in str(each["data"]).lower() for each in written["contributions"])


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "contributions.json"
    file.write_text("precious")
    refused = CliRunner().invoke(app, ["export", "--result", "llzo", "--mpcontribs", str(file)])
    assert "is there already" in str(refused.exception)
    assert file.read_text() == "precious"
