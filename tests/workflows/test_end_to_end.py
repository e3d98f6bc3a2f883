"""A small real campaign through the real command, CHGNet, FireWorks and MongoDB."""

from __future__ import annotations

import csv
import io
import json
import stat
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Composition

from analysis.base.fields import Field
from analysis.energies.reference_phases import table_phases
from workflows.results.dataframe import results

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = """campaign dopants dopant valence site concentration compensation formula n_atoms
formation_energy_per_atom energy_above_hull hull_distance defect_energy passes_filter
reaction_energy reaction_energy_uncertainty reaction_energy_host decomposition_energy
lithium_driving_force lithium_uptake products equation reaction_path label
resists_probability reduction_margin reduction_potential reductions hinges_on dissolution
dissolves_probability solubility solubility_uncertainty relation nearly_inert
strictly_stable passivating strictly_passivating insulating_fraction deciding_phases
product_band_gaps migration_barrier diffusivity engine reference_phases structure job_uuid
notes"""
FIELDS = NAMES.split()
SCALARS = {"dopant", "valence", "site", "concentration"}  # null in the host: it has no dopant
UNITS = 2  # formula units in the cell


@pytest.fixture
def documents(landed: Any) -> list[dict[str, Any]]:
    return landed.contents.results


def per_unit(landed: Any, name: str) -> float:
    """Return the relaxed energy of a compound, eV per formula unit."""
    job = next(j for j in landed.contents.jobs.values() if j["name"] == f"{name}: lowest")
    return float(job["output"]["relaxation"]["energy"]) / UNITS


def crystal(landed: Any, formula: str) -> float:
    """Return the relaxed energy of a reference crystal, eV per reduced formula."""
    job = next(j for j in landed.contents.jobs.values() if j["name"] == f"{formula}: relax")
    return float(job["output"]["energy_per_atom"]) * Composition(formula).num_atoms


def tabulated(formula: str) -> float:
    """Return the formation energy of a phase of the table, eV per reduced formula."""
    energy = table_phases(["Li", "Zr", "Nb", "O"]).phase(formula).formation_energy_per_atom
    return energy * Composition(formula).num_atoms


def test_the_command_ends_well(landed: Any) -> None:
    assert landed.run.returncode == 0, landed.run.stdout + landed.run.stderr
    assert "small: 5 of 5 compounds (host included)" in landed.run.stdout


def test_every_compound_has_a_document_with_the_names_of_the_mission(
    documents: list[dict[str, Any]],
) -> None:
    formulas = ["Li2ZrO3", "Li1.5Zr0.5Nb0.5O3", "LiNbO3", "Li1.5Zr0.5Ta0.5O3", "LiMg0.5ZrO3"]
    assert sorted(d["formula"] for d in documents) == sorted(formulas)
    assert all(set(FIELDS) < set(d) == set(Field) for d in documents)


def test_a_dopant_at_two_concentrations_has_two_documents(landed: Any) -> None:
    half, whole = (landed.contents.result(dopant="Nb", concentration=x) for x in (0.5, 1.0))
    assert half["reaction_energy"] > whole["reaction_energy"]  # twice the Nb to reduce


def test_the_host_has_a_document_of_its_own(landed: Any) -> None:
    host = landed.contents.result(dopants=[])
    assert all(host[name] is None for name in SCALARS)
    assert host["reaction_energy_host"] == host["reaction_energy"]


def test_all_compounds_are_compared_with_the_same_host(
    landed: Any, documents: list[dict[str, Any]]
) -> None:
    host = landed.contents.result(dopants=[])["reaction_energy"]
    assert {d["reaction_energy_host"] for d in documents} == {host}


def test_reactions_are_balanced(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        left = Composition(document["formula"]) + Composition({"Li": document["lithium_uptake"]})
        right = Composition({})
        for formula, amount in document["products"].items():
            right += Composition(formula) * amount
            assert formula in document["equation"]
        assert left.almost_equals(right, rtol=0, atol=1e-6), document["equation"]


def test_the_energy_along_the_path_is_convex_and_falls_to_the_plateau(
    documents: list[dict[str, Any]],
) -> None:
    for document in documents:
        path = document["reaction_path"]
        steps = list(pairwise(path))
        slopes = [(b["energy"] - a["energy"]) / (b["lithium"] - a["lithium"]) for a, b in steps]
        assert all(slope < 0 for slope in slopes)
        assert slopes == sorted(slopes)
        assert [-b["voltage"] for _, b in steps] == pytest.approx(slopes, abs=1e-6)
        assert path[0]["energy"] == pytest.approx(document["decomposition_energy"])
        assert path[-1]["energy"] == pytest.approx(document["reaction_energy"])
        assert path[-1]["lithium"] == pytest.approx(document["lithium_uptake"])


def test_the_driving_force_is_what_lithium_adds(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        added = document["reaction_energy"] - document["decomposition_energy"]
        assert document["lithium_driving_force"] == pytest.approx(added)


def test_formation_energies_are_those_of_the_alignment_by_hand(landed: Any) -> None:
    # Li1.5Zr0.5Nb0.5O3 = 0.75 Li2O + 0.5 ZrO2 + 0.25 Nb2O5: known formation energies, and the
    # engine's energy of that reaction.
    parts = {"Li2O": 0.75, "ZrO2": 0.5, "Nb2O5": 0.25}
    energy = per_unit(landed, "LZO:Nb5+(Zr)0.5")
    for formula, amount in parts.items():
        energy += amount * (tabulated(formula) - crystal(landed, formula))
    document = landed.contents.result(dopant="Nb", concentration=0.5)
    assert document["formation_energy_per_atom"] == pytest.approx(energy / 5.5, abs=1e-6)


def test_the_defect_energy_is_that_of_the_exchange_by_hand(landed: Any) -> None:
    # Li2ZrO3 + 0.25 Nb2O5 -> Li1.5Zr0.5Nb0.5O3 + 0.5 ZrO2 + 0.25 Li2O, per half a dopant
    made = per_unit(landed, "LZO:Nb5+(Zr)0.5")
    made += 0.5 * crystal(landed, "ZrO2") + 0.25 * crystal(landed, "Li2O")
    used = per_unit(landed, "LZO host") + 0.25 * crystal(landed, "Nb2O5")
    document = landed.contents.result(dopant="Nb", concentration=0.5)
    assert document["defect_energy"] == pytest.approx((made - used) / 0.5, abs=1e-6)


def test_no_compound_lies_below_its_hull(documents: list[dict[str, Any]]) -> None:
    assert all(d["energy_above_hull"] >= 0 for d in documents)


def test_the_lowest_candidate_counts(landed: Any) -> None:
    for job in landed.contents.jobs.values():
        if job["name"].endswith(": lowest"):
            output = job["output"]
            assert output["relaxation"]["energy"] == min(output["energies"])


def test_every_null_says_why(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        for name in set(FIELDS) - SCALARS:
            if document[name] is None:
                assert any(name in note for note in document["notes"]), name


def test_results_and_job_store_have_their_indexes(landed: Any) -> None:
    indexes = landed.contents.indexes
    searched = [("dopant",), ("site",), ("label",), ("reaction_energy",), ("campaign", "job_uuid")]
    assert set(searched) <= set(indexes["results"])
    assert ("uuid", "index") in indexes["jobs"]
    assert ("metadata.digest",) in indexes["workflows"]


def test_nobody_else_can_read_the_database(landed: Any) -> None:
    for folder in ("database", "launches", "logs"):
        assert stat.S_IMODE((landed.folder / folder).stat().st_mode) == 0o700
    data = [path for path in (landed.folder / "database").rglob("*") if path.is_file()]
    assert data
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in data)


def test_a_figure_is_drawn(landed: Any) -> None:
    assert (landed.folder / "small-reaction_energy.png").stat().st_size > 10_000


def test_a_finished_campaign_launches_nothing_and_says_so(
    landed: Any, machine_settings: Any, interphase: Any, read: Callable[..., Any]
) -> None:
    again = interphase("run", landed.spec, "--dir", landed.folder)
    assert again.returncode == 0
    assert "small is finished already: no job was launched" in again.stdout
    now = read(landed.folder, machine_settings)
    assert len(now.launches) == len(landed.contents.launches)
    assert now.results == landed.contents.results


def test_status_shows_what_has_landed(landed: Any, interphase: Any) -> None:
    status = interphase("status", "--dir", landed.folder)
    assert status.returncode == 0
    assert "small: 5 of 5 compounds (host included)" in status.stdout
    assert "failed" not in status.stdout


def test_a_query_in_json_is_plain_json(landed: Any, interphase: Any) -> None:
    arguments = ("dopant=Nb", "--sort", "concentration", "--format", "json")
    query = interphase("query", "--dir", landed.folder, *arguments)
    assert "\x1b" not in query.stdout
    found = json.loads(query.stdout)
    assert [d["concentration"] for d in found] == [0.5, 1.0]
    assert set(found[0]) == set(Field) - {"structure"}


def test_a_query_gives_structures_where_they_are_named(landed: Any, interphase: Any) -> None:
    arguments = ("query", "--dir", landed.folder, "dopant=Ta", "--format", "json")
    (found,) = json.loads(interphase(*arguments, "--fields", "formula,structure").stdout)
    assert found["formula"] == "Li1.5Zr0.5Ta0.5O3"
    assert len(found["structure"]["sites"]) == 11


def test_a_query_in_csv_has_one_row_per_compound(landed: Any, interphase: Any) -> None:
    arguments = ("--format", "csv", "--sort=-reaction_energy", "--fields", "dopant,reaction_energy")
    query = interphase("query", "--dir", landed.folder, "site=Zr", *arguments)
    rows = list(csv.DictReader(io.StringIO(query.stdout)))
    assert [row["dopant"] for row in rows] == ["Ta", "Nb", "Nb"]
    assert "\x1b" not in query.stdout


def test_a_query_is_a_table_without_being_asked(landed: Any, interphase: Any) -> None:
    query = interphase("query", "--dir", landed.folder, "dopant=Mg")
    assert "Mg2+" in query.stdout
    assert "Nb" not in query.stdout


def test_the_results_are_a_data_frame_in_one_line(landed: Any) -> None:
    frame = results(landed.folder, "site=Zr", sort="-reaction_energy")
    assert list(frame["dopant"]) == ["Ta", "Nb", "Nb"]
    assert frame["reaction_energy"].is_monotonic_decreasing


def test_a_folder_without_a_campaign_is_refused(command: Any, tmp_path: Path) -> None:
    status = command("status", "--dir", tmp_path)
    assert status.returncode == 1
    assert f"no campaign in {tmp_path}" in status.stderr
    assert "Traceback" not in status.stderr
