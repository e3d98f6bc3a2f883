"""What comes out for hosts whose anion is a halide, and that hold an element in two valences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

HOSTS = Path(__file__).parents[1] / "data" / "hosts"
CRYSTALS = Path(__file__).parents[2] / "campaigns" / "argyrodite"


@pytest.fixture(scope="module")
def run_case(scratch: Path, machine_settings: Any, write: Any, run_and_read: Any) -> Any:
    """Give the function that runs a case, with some changes of its specification."""

    def run(case: str, **changes: Any) -> Any:
        path = HOSTS / case
        spec = yaml.safe_load(path.read_text())
        spec["host"]["crystal"] = str(path.parent / spec["host"]["crystal"])
        if "path" in (phases := spec.get("reference_phases", {})):
            phases["path"] = str(path.parent / phases["path"])
        return run_and_read(
            write(scratch, spec | changes), scratch / spec["name"], machine_settings
        )

    return run


@pytest.fixture(scope="module")
def chloride(run_case: Any) -> Any:
    """Run Mg in Li3OCl, aligned through LiCl and MgCl2."""
    return run_case("alignment_through_elements/with_chlorides.yaml")


@pytest.fixture(scope="module")
def spinel(run_case: Any) -> Any:
    """Run Al in the place of Mn3+ of LiMn2O4."""
    aluminium = {"element": "Al", "valence": 3, "site": "Mn3+", "concentration": 0.5}
    return run_case("mixed_valence_host/spec.yaml", dopants=[aluminium])


@pytest.fixture(scope="module")
def bromide(run_case: Any) -> Any:
    """Run Br in the place of Cl of Li3OCl, aligned through LiCl and exchanged for LiBr."""
    crystals = [str(CRYSTALS / f"{name}.cif") for name in ("licl", "libr")]
    return run_case(
        "anion_dopant/spec.yaml",
        reference_phases={"source": "table", "crystals": crystals},
        migration=False,
    )


def test_an_anion_is_exchanged_through_its_lithium_salt(bromide: Any) -> None:
    assert bromide.run.returncode == 0, bromide.run.stdout + bromide.run.stderr
    doped = bromide.contents.result(dopant="Br")
    assert doped["formula"] == "Li3Cl0.875Br0.125O"
    assert (doped["label"], doped["resists_probability"]) == ("resists", 1.0)
    assert doped["reduction_margin"] is None
    # Li3O(Cl, Br) is a solid solution.
    assert doped["defect_energy"] == pytest.approx(0, abs=0.15)
    assert doped["products"].keys() == {"Li2O", "LiCl", "LiBr"}
    notes = " ".join(doped["notes"])
    assert "Br1- is an anion in its lowest valence" in notes
    assert "the nonmetals here are Br-Cl-O" in notes


def test_the_defect_energy_of_a_halide_is_that_between_chlorides(chloride: Any) -> None:
    assert chloride.run.returncode == 0, chloride.run.stdout + chloride.run.stderr
    # Through Cl2, Li and Mg instead of the chlorides it was +1.29 eV.
    magnesium = chloride.contents.result(dopant="Mg")
    assert magnesium["defect_energy"] == pytest.approx(-0.429, abs=0.02)
    host = chloride.contents.result(dopants=[])
    assert host["decomposition_energy"] == pytest.approx(0.102, abs=0.01)
    # 0.102 eV per formula unit above Li2O and LiCl, 5 atoms, on the table's hull with Li3OCl.
    assert host["products"].keys() == {"Li2O", "LiCl"}


def test_a_host_of_two_valences_lands_and_keeps_them_by_site(spinel: Any) -> None:
    assert spinel.run.returncode == 0, spinel.run.stdout + spinel.run.stderr
    aluminium = spinel.contents.result(dopant="Al")
    assert aluminium["formula"] == "LiMn1.5Al0.5O4"
    # Al2O3 dissolves in the spinel in exchange for Mn2O3, at next to no cost.
    assert aluminium["defect_energy"] == pytest.approx(0, abs=0.2)
    assert aluminium["migration_barrier"] == pytest.approx(0.4, abs=0.1)
    assert any("aligned through Al2O3, Li2O, Mn2O3, MnO2" in note for note in aluminium["notes"])
    assert not any("do not balance" in note for note in aluminium["notes"])
