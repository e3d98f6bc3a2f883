"""Another host, another source of reference phases: a NASICON from a CIF, through the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Composition

CIF = Path(__file__).parents[1] / "data" / "latp.cif"


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


def test_the_campaign_lands(latp: Any) -> None:
    assert latp.run.returncode == 0, latp.run.stdout + latp.run.stderr
    formulas = {result["formula"] for result in latp.contents.results}
    assert formulas == {"Li1.5Ti1.5Al0.5P3O12", "Li1.5TiZr0.5Al0.5P3O12"}


def test_whole_numbers_of_ions_are_told(latp: Any) -> None:
    # Li1.3Al0.3Ti1.7(PO4)3 in a cell of two formula units: one Al for 0.6, three Li for 2.6.
    assert "LATP (Li1.5Ti1.5Al0.5P3O12, 2 f.u." in latp.run.stdout
    (note,) = (line for line in latp.run.stdout.splitlines() if line.startswith("note: "))
    assert "3 Li+ instead of 2.6" in note


def test_the_phosphate_reacts_to_phases_of_the_file(latp: Any) -> None:
    result = latp.contents.result(dopant="Zr")
    left = Composition(result["formula"]) + Composition({"Li": result["lithium_uptake"]})
    right = sum((Composition(f) * n for f, n in result["products"].items()), Composition({}))
    assert left.almost_equals(right, atol=1e-6)
    # All that the file offers below lithium oxide: the metals, and phosphorus.
    assert set(result["products"]) <= {"Li2O", "Al", "Al2O3", "Ti", "TiO2", "P", "Zr", "ZrO2"}
    assert result["reference_phases"]["source"] == "entries of oxides.json"
