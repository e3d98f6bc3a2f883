"""Files of reference entries for any elements, made from a sample of the raw files."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.energies.reference_phases import file_phases, table_crystals, table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from studies.tables import reference_entries as entries

SAMPLE = Path(__file__).parents[2] / "data" / "materials_project_2019"
SHIPPED = Path(__file__).parents[3] / "campaigns" / "nasicon" / "entries.json.gz"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Raw files of the sample, compressed as the real ones are."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in SAMPLE.glob("*.csv"):
        with path.open("rb") as plain, gzip.open(folder / f"{path.name}.gz", "wb") as packed:
            shutil.copyfileobj(plain, packed)
    return folder


def test_entries_are_the_phases_of_the_table_on_its_scheme(raw: Path, tmp_path: Path) -> None:
    entries.main(["Li", "O", "--source", str(raw), "--target", str(tmp_path / "e.json.gz")])
    phases, crystals = file_phases(tmp_path / "e.json.gz")
    table = table_phases(["Li", "O"])
    assert phases.scheme == table.scheme == MATERIALS_PROJECT_2019
    assert set(phases.by_formula) == set(table.by_formula)
    for formula, phase in table.by_formula.items():
        found = phases.by_formula[formula]
        energy = pytest.approx(phase.formation_energy_per_atom, abs=2e-6)
        assert found.formation_energy_per_atom == energy
        assert found.band_gap == phase.band_gap
    assert crystals["Li2O"] == table_crystals()["Li2O"]


def test_the_same_raw_files_give_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    for name in ("one.json.gz", "two.json.gz"):
        entries.write_entries(["Li", "O"], raw, tmp_path / name)
    assert (tmp_path / "one.json.gz").read_bytes() == (tmp_path / "two.json.gz").read_bytes()


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (["Li", "Xx"], "no such element: Xx; give symbols, like Na"),
        (["Li", "O", "Na"], r"mp2019_formation_energy\.csv\.gz has no entry for the element Na"),
    ],
)
def test_what_the_raw_files_cannot_give_is_named(
    raw: Path, tmp_path: Path, elements: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        entries.write_entries(elements, raw, tmp_path / "e.json.gz")
    assert not (tmp_path / "e.json.gz").exists()


def test_a_folder_without_the_raw_files_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--source", str(tmp_path), "--target", str(tmp_path / "e.json.gz")]
    with pytest.raises(SystemExit):
        entries.main(["Li", "O", *options])
    assert str(tmp_path / "mp2019_formation_energy.csv.gz") in capsys.readouterr().err


def test_the_shipped_entries_agree_with_the_projects_table() -> None:
    phases, crystals = file_phases(SHIPPED)
    for metal in ("Zr", "Mg", "Al", "Ca", "Sc", "Ti", "Ge", "Y", "Nb", "Hf", "Si", "P", "Na"):
        table = table_phases([metal, "O"])
        mine = phases.within([metal, "O"])
        assert set(mine.by_formula) == set(table.by_formula)
        for formula, phase in table.by_formula.items():
            energy = pytest.approx(phase.formation_energy_per_atom, abs=2e-6)
            assert mine.by_formula[formula].formation_energy_per_atom == energy
    assert {"Na2O", "ZrO2", "SiO2", "P2O5", "Nb2O5", "Na"} <= set(crystals)
