"""Other hosts, electrodes and sources of reference phases, through the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pymatgen.core import Composition

ROOT = Path(__file__).parents[2]
CIF = ROOT / "tests" / "data" / "latp.cif"


def balance(result: dict[str, Any], electrode: str) -> tuple[Composition, Composition]:
    """Return both sides of the complete reaction."""
    left = Composition(result["formula"]) + Composition({electrode: result["lithium_uptake"]})
    right = sum((Composition(f) * n for f, n in result["products"].items()), Composition({}))
    return left, right


@pytest.fixture(scope="module")
def latp(
    scratch: Path, oxide_entries: Path, machine_settings: Any, write: Any, run_and_read: Any
) -> Any:
    """Run one compound of LATP with coarse forces."""
    spec = {
        "name": "latp",
        "host": {"crystal": str(CIF), "name": "LATP", "arrangements": 1},
        "dopants": [{"element": "Zr", "valence": 4, "site": "Ti", "concentration": 0.5}],
        "choices": 1,
        "engine": {"settings": {"force_threshold": 1.0}},
        "reference_phases": {"source": "file", "path": str(oxide_entries)},
        "screening": {"max_elements": 4},
    }
    return run_and_read(write(scratch, spec), scratch / "latp", machine_settings)


@pytest.fixture(scope="module")
def nasicon(scratch: Path, machine_settings: Any, write: Any, run_and_read: Any) -> Any:
    """Run one compound of the shipped sodium host against sodium."""
    spec = yaml.safe_load((ROOT / "campaigns" / "nasicon.yaml").read_text())
    spec["host"] |= {"crystal": str(ROOT / "campaigns" / spec["host"]["crystal"])}
    spec["host"] |= {"arrangements": 1}
    entries = str(ROOT / "campaigns" / spec["reference_phases"]["path"])
    spec["reference_phases"] |= {"path": entries}
    titanium = [dopant for dopant in spec["dopants"] if dopant["element"] == "Ti"]
    spec |= {"name": "sodium", "dopants": titanium, "codoped": []}
    return run_and_read(write(scratch, spec), scratch / "sodium", machine_settings)


def test_the_campaign_lands(latp: Any) -> None:
    assert latp.run.returncode == 0, latp.run.stdout + latp.run.stderr
    formulas = {result["formula"] for result in latp.contents.results}
    assert formulas == {"Li1.5Ti1.5Al0.5P3O12", "Li1.5TiZr0.5Al0.5P3O12"}


def test_whole_numbers_of_ions_are_told(latp: Any) -> None:
    # Li1.3Al0.3Ti1.7(PO4)3 in a cell of two formula units: one Al for 0.6, three Li for 2.6.
    assert "LATP (Li1.5Ti1.5Al0.5P3O12, 2 f.u." in latp.run.stdout
    notes = [line for line in latp.run.stdout.splitlines() if line.startswith("note: ")]
    assert any("3 Li+ instead of 2.6" in note for note in notes)


def test_of_a_phosphate_no_solubility_and_no_relation_is_claimed(latp: Any) -> None:
    result = latp.contents.result(dopant="Zr")
    for field in ("reaction_energy_uncertainty", "relation", "dissolution", "solubility"):
        assert result[field] is None
    assert result["label"] in {"resists", "undecided", "reduced"}
    (note,) = (each for each in result["notes"] if "relation are null" in each)
    assert "the nonmetals here are O-P, those of the compounds it was measured on O" in note


def test_the_phosphate_reacts_to_phases_of_the_file(latp: Any) -> None:
    result = latp.contents.result(dopant="Zr")
    left, right = balance(result, "Li")
    assert left.almost_equals(right, atol=1e-6)
    # All that the file offers below lithium oxide: the metals, and phosphorus.
    assert set(result["products"]) <= {"Li2O", "Al", "Al2O3", "Ti", "TiO2", "P", "Zr", "ZrO2"}
    assert result["reference_phases"]["source"] == "entries of oxides.json"


def test_a_sodium_host_reacts_with_sodium(nasicon: Any) -> None:
    assert nasicon.run.returncode == 0, nasicon.run.stdout + nasicon.run.stderr
    assert len(nasicon.contents.results) == 2
    for result in nasicon.contents.results:
        left, right = balance(result, "Na")
        assert left.almost_equals(right, atol=1e-6)
        assert " Na -> " in result["equation"]
        # The phosphate gives all its oxygen to sodium, and phosphorus becomes a phosphide.
        assert "Na3P" in result["products"]
        assert result["reaction_path"][1]["voltage"] > result["reaction_path"][-1]["voltage"] > 0


def test_titanium_is_reduced_and_zirconate_stays(nasicon: Any) -> None:
    titanium = nasicon.contents.result(dopant="Ti")
    reduced = [Composition(f) for f in titanium["products"] if "Ti" in f]
    assert reduced
    assert not any("O" in composition for composition in reduced)
    assert "Na2ZrO3" in titanium["products"]
    assert titanium["passivating"] is False


def test_the_host_lies_close_to_its_entry_though_aligned_through_oxides(nasicon: Any) -> None:
    host = nasicon.contents.result(dopants=[])
    # The table has Na3Zr2Si2PO12 at -3.166; relaxed arrangements lie within 0.004 eV/atom.
    assert host["formation_energy_per_atom"] == pytest.approx(-3.166, abs=0.02)
    assert any("aligned through Na2O, P2O5, SiO2, ZrO2" in note for note in host["notes"])


def test_sodium_moves_in_the_sodium_host(nasicon: Any) -> None:
    for result in nasicon.contents.results:
        assert 0 < result["migration_barrier"] < 5
        assert result["diffusivity"] > 0


def test_no_heading_says_lithium_where_sodium_reacts(nasicon: Any) -> None:
    table = nasicon.run.stdout.split("Dopant")[1].splitlines()[0]
    assert "Li" not in table
