"""Triage of a small campaign that has run, by the real command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workflows.specification.spec import CampaignSpec
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.base.settings import MachineSettings


@pytest.fixture
def one_undecided(copied: Path, machine_settings: MachineSettings) -> Path:
    """Put magnesium between the boundaries of what dissolves."""
    with open_database(copied, machine_settings) as database:
        found = database.results.find_one({"dopant": "Mg"})
        assert found is not None
        change = {
            **dict.fromkeys(("label", "resists_probability")),
            "dissolution": "undecided",
            "dissolves_probability": 0.5,
            "solubility": 0.0,
            "solubility_uncertainty": 0.5,
            "defect_energy": 0.0,
            "passes_filter": True,
        }
        database.results.update_one({"_id": found["_id"]}, {"$set": change})
    return copied


def test_triage_writes_a_specification_that_plan_accepts(
    one_undecided: Path, tmp_path: Path, interphase: Callable[..., Any]
) -> None:
    path = tmp_path / "vasp.yaml"
    made = interphase("triage", one_undecided, "--budget", "1000", "--output", path)
    assert made.returncode == 0, made.stderr
    assert "Mg2+(Li)0.5" in made.stdout
    assert "host and undoped reference, with their crystals, come first" in made.stdout
    spec = CampaignSpec.from_file(path)
    assert spec.engine.last.name == "vasp"
    assert ("Mg", 2, "Li") in {(d.element, d.valence, d.site) for d in spec.dopants}
    planned = interphase("plan", path)
    assert planned.returncode == 0, planned.stderr
    assert "relaxations with chgnet, then vasp" in planned.stdout

    again = interphase("triage", one_undecided, "--budget", "1000", "--output", path)
    assert again.returncode == 1
    assert "exists already: --force replaces it" in again.stderr.replace("\n", " ")
