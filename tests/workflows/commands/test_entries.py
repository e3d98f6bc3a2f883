"""Files of reference phases, by the real command: from the table, from entries, from crystals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure
from typer.testing import CliRunner

from analysis.base.errors import InputError
from analysis.energies.entry_phases import file_phases
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019, SchemeMismatchError
from workflows.cli.main import app

SHIPPED = Path(__file__).parents[3] / "campaigns" / "nasicon" / "entries.json.gz"


def typed(*words: str | Path) -> str:
    """Type `interphase entries`; return what it prints."""
    answer = CliRunner().invoke(app, ["entries", *map(str, words)])
    if isinstance(answer.exception, InputError):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture
def lithia(tmp_path: Path) -> Path:
    """Write Li2O as another program would."""
    path = tmp_path / "li2o.cif"
    table_crystals()["Li2O"].to(str(path))
    return path


def test_entries_of_the_table_are_its_phases_with_crystals(tmp_path: Path) -> None:
    said = typed(tmp_path / "e.json.gz", "--elements", "Li, O,Zr")
    phases, crystals = file_phases(tmp_path / "e.json.gz")
    table = table_phases(["Li", "O", "Zr"])
    assert phases.scheme == table.scheme == MATERIALS_PROJECT_2019
    assert set(phases.by_formula) == set(table.by_formula)
    for formula, phase in table.by_formula.items():
        found = phases.by_formula[formula]
        energy = pytest.approx(phase.formation_energy_per_atom, abs=2e-6)
        assert found.formation_energy_per_atom == energy
        assert found.band_gap == phase.band_gap
    assert crystals["Li2O"] == table_crystals()["Li2O"]
    assert f"{len(table.phases)} phases of Li, O, Zr" in said


def test_the_same_phases_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.json.gz", "two.json.gz"):
        typed(tmp_path / name, "--elements", "Li-O")
    assert (tmp_path / "one.json.gz").read_bytes() == (tmp_path / "two.json.gz").read_bytes()


def test_the_shipped_entries_are_those_of_the_command(tmp_path: Path) -> None:
    symbols = "Na Zr Si P O Mg Al Ca Sc Ti Ge Y Nb Hf"
    typed(tmp_path / "e.json.gz", "--elements", symbols)
    mine, crystals = file_phases(tmp_path / "e.json.gz")
    shipped, theirs = file_phases(SHIPPED)
    assert mine.by_formula.keys() == shipped.by_formula.keys()
    assert crystals.keys() == theirs.keys()
    for formula, phase in shipped.by_formula.items():
        energy = pytest.approx(phase.formation_energy_per_atom, abs=2e-6)
        assert mine.by_formula[formula].formation_energy_per_atom == energy


def test_files_of_one_scheme_are_joined(tmp_path: Path) -> None:
    typed(tmp_path / "oxide.json", "--elements", "Li,O")
    typed(tmp_path / "both.json.gz", tmp_path / "oxide.json", "--elements", "Li,S")
    found = file_phases(tmp_path / "both.json.gz")[0].by_formula
    assert {"Li", "Li2O", "Li2S"} <= found.keys()
    assert "Li2SO4" not in found


def test_crystals_are_computed_with_those_of_their_elements(tmp_path: Path, lithia: Path) -> None:
    target = tmp_path / "computed.json.gz"
    said = typed(target, lithia, "--engine", "chgnet")
    phases, crystals = file_phases(target)
    assert phases.by_formula.keys() == crystals.keys() == {"Li", "Li2O", "O2"}
    # -2.07 eV/atom is measured: 598 kJ per mol of Li2O.
    assert phases.phase("Li2O").formation_energy_per_atom == pytest.approx(-2.07, abs=0.1)
    assert phases.scheme.engine.startswith("CHGNet")
    assert "relaxing Li2O" in said
    # Total energies of an engine and formation energies of the table are never mixed.
    with pytest.raises(SchemeMismatchError, match="two energy schemes"):
        typed(tmp_path / "mixed.json", target, "--elements", "Li,O")
    assert not (tmp_path / "mixed.json").exists()


def test_what_cannot_become_entries_is_said_in_one_line(tmp_path: Path, lithia: Path) -> None:
    target, whole = tmp_path / "e.json", tmp_path / "whole.json"
    typed(whole, "--elements", "Li,O")
    alone = tmp_path / "alone.json"
    alone.write_text(
        json.dumps([e for e in json.loads(whole.read_text()) if e["entry_id"] != "Li"])
    )
    alloy = tmp_path / "alloy.cif"
    half = [{"Li": 0.5, "Na": 0.5}, "O"]
    Structure(Lattice.cubic(4.5), half, [[0, 0, 0], [0.5, 0.5, 0.5]]).to(str(alloy))
    mistakes: dict[tuple[str | Path, ...], str] = {
        (target,): "entries of what",
        (target, "--elements", "Li,Xx"): "no such element: Xx",
        (target, "--elements", "Li,He"): "He",
        (target, "--elements", "Li", "--source", "oqmd"): "--source is table or materials_project",
        (tmp_path / "e.csv", "--elements", "Li"): r"written as \.json or \.json\.gz",
        (tmp_path / "no" / "e.json", "--elements", "Li"): "cannot write",
        (target, lithia): r"li2o\.cif: a crystal has no energy",
        (target, alloy, "--engine", "chgnet"): "partial occupancies",
        (target, "--engine", "chgnet", "--elements", "Li"): "--engine computes crystals",
        (target, lithia, "--engine", "vasp"): "vasp is not a force field",
        (target, alone): "no entry for the element Li",
        (target, tmp_path / "nothing.json"): "no file of reference entries",
        (whole, whole): "both read and written",
    }
    for words, message in mistakes.items():
        with pytest.raises(InputError, match=message):
            typed(*words)
    assert not target.exists()


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    target = tmp_path / "mine.json"
    target.write_text("of another program")
    with pytest.raises(InputError, match=r"mine\.json is there already: .* --force to replace it"):
        typed(target, "--elements", "Li,O")
    assert target.read_text() == "of another program"
    typed(target, "--elements", "Li,O", "--force")
    assert "Li2O" in file_phases(target)[0].by_formula
