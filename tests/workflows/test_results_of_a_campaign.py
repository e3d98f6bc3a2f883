"""The commands on results, given as a user gives them, after a real campaign."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pymatgen.core import Structure

from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from workflows.results.dataframe import compounds
from workflows.results.files import read_results
from workflows.storage.database import open_database

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from workflows.base.settings import MachineSettings

    Interphase = Callable[..., subprocess.CompletedProcess[str]]


def test_every_compound_and_the_undoped_host_has_a_document(landed: Any) -> None:
    documents = landed.contents.results
    assert len(documents) == 5
    assert [d["formula"] for d in documents if not d["dopants"]] == ["Li2ZrO3"]
    for document in documents:
        assert list(document) == [field.value for field in Field]
        assert document["schema_version"] == SCHEMA_VERSION
        assert document["stored"] >= document["computed"]


def test_a_document_says_what_it_was_computed_with(landed: Any) -> None:
    host, tantalum = landed.contents.result(dopant=None), landed.contents.result(dopant="Ta")
    provenance = tantalum["provenance"]
    assert provenance["engine_settings"]["force_threshold"] == 0.5
    assert provenance["versions"]["chgnet"] == version("chgnet")
    assert (provenance["electrode"], provenance["screening"]["band_gap"]) == ("Li", 2.0)
    parents = {parent["label"]: parent["job_uuid"] for parent in provenance["parents"]}
    assert parents["LZO"] == host["job_uuid"]
    assert {"LZO host", "Li2O", "ZrO2"} < set(parents)


def test_provenance_leads_to_jobs_settings_and_phases(landed: Any, interphase: Interphase) -> None:
    shown = interphase("provenance", "--dir", landed.folder, "dopant=Ta", "--json")
    (traced,) = json.loads(shown.stdout)
    steps = {step["step"]: step for step in traced["steps"]}
    assert {"dope", "relax", "lowest", "migration", "interface", "advance"} <= set(steps)
    assert steps["interface"]["job_uuid"] == traced["job_uuid"]
    assert steps["interface"]["fw_id"] == traced["provenance"]["fw_id"]
    assert steps["relax"]["versions"]["torch"] == version("torch")
    assert str(landed.folder.resolve()) in steps["relax"]["launch"]["launch_dir"]
    assert traced["relaxation"]["max_force"] <= traced["relaxation"]["force_threshold"] == 0.5
    phases = landed.contents.jobs[traced["phases_uuid"]]
    assert phases["output"]["source"] == traced["reference_phases"]["source"]
    assert traced["specification"]["electrode"] == "Li"
    assert all(parent["steps"] for parent in traced["parents"])


def test_provenance_of_the_host_is_readable(landed: Any, interphase: Interphase) -> None:
    shown = interphase("provenance", "--dir", landed.folder, "dopants=null")
    assert shown.stdout.startswith("Li2ZrO3\n")
    for text in ("none: the undoped host", "chgnet 0.3.0", "force_threshold 0.5", "Firework "):
        assert text in shown.stdout
    # its cell is the relaxed host's
    assert "relaxation:       job_uuid" in shown.stdout


def test_results_are_exported_with_their_structures(
    landed: Any, interphase: Interphase, tmp_path: Path
) -> None:
    file, folder = tmp_path / "zr.parquet", tmp_path / "cifs"
    options = ("--output", file, "--structures", folder)
    done = interphase("export", "--dir", landed.folder, "site=Zr", *options)
    assert done.returncode == 0, done.stderr
    rows = read_results(file)
    assert sorted(row["formula"] for row in rows) == [
        "Li1.5Zr0.5Nb0.5O3",
        "Li1.5Zr0.5Ta0.5O3",
        "LiNbO3",
    ]
    cells = [Structure.from_file(path) for path in folder.iterdir()]
    assert sorted(len(cell) for cell in cells) == sorted(row["n_atoms"] for row in rows)
    again = interphase("export", "--dir", landed.folder, *options)
    assert again.returncode == 1
    assert "there already" in again.stderr


def test_an_export_without_a_target_is_refused(landed: Any, interphase: Interphase) -> None:
    refused = interphase("export", "--dir", landed.folder)
    assert refused.returncode == 1
    assert "--output FILE.csv" in refused.stderr


def test_queries_count_add_fields_and_show_states(landed: Any, interphase: Interphase) -> None:
    count = interphase("query", "--dir", landed.folder, "site=Zr", "--count")
    assert count.stdout.strip() == "3"
    shown = interphase("query", "--dir", landed.folder, "alloys!=null", "--fields", "+alloys")
    assert "Products" in shown.stdout
    assert "Alloys" in shown.stdout
    assert interphase("query", "--dir", landed.folder, "--failed").stdout == "No compounds.\n"
    state = interphase("query", "--dir", landed.folder, "--state", "landed", "--format", "json")
    assert len(json.loads(state.stdout)) == 5
    mixed = interphase("query", "--dir", landed.folder, "--failed", "--sort", "formula")
    assert "--sort and --fields are for results" in mixed.stderr
    assert compounds(landed.folder).empty
    assert len(compounds(landed.folder, "site=Zr", states=["landed"])) == 3


def test_older_results_are_upgraded_by_one_command_and_nothing_is_lost(
    landed: Any,
    copied: Path,
    machine_settings: MachineSettings,
    interphase: Interphase,
    read: Callable[..., Any],
) -> None:
    added = ("alloys", "provenance", "computed", "stored", "schema_version")
    with open_database(copied, machine_settings) as database:
        database.results.update_many({}, {"$unset": dict.fromkeys(added, "")})
        database.results.drop_indexes()
    refused = interphase("query", "--dir", copied)
    assert refused.returncode == 1
    assert f"interphase build --dir {copied}" in refused.stderr
    built = interphase("build", "--dir", copied)
    assert "results written: 5;" in built.stdout
    assert "5 of 5 compounds have a result" in built.stdout
    after = read(copied, machine_settings).results
    assert len(after) == 5
    for old, new in zip(landed.contents.results, after, strict=True):
        assert new | {"stored": None} == old | {"stored": None}
        assert new["stored"] > old["stored"]


def test_a_campaign_in_part_says_n_of_n(
    copied: Path, machine_settings: MachineSettings, interphase: Interphase
) -> None:
    with open_database(copied, machine_settings) as database:
        lost = database.results.find_one({"dopant": "Ta"})
        assert lost
        database.results.delete_one({"_id": lost["_id"]})
    shown = interphase("query", "--dir", copied)
    assert "small: 4 of 5 compounds have a result (host included)" in shown.stdout
    built = interphase("build", "--dir", copied)
    assert "results written: 1;" in built.stdout
    assert "5 of 5" in built.stdout


def test_a_campaign_that_is_not_there_is_refused(landed: Any, interphase: Interphase) -> None:
    refused = interphase("build", "--dir", landed.folder, "--campaign", "other")
    assert refused.returncode == 1
    assert "no campaign 'other'" in refused.stderr
    assert "there are: small" in refused.stderr
