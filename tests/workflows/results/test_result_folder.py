"""A folder of results: written, opened without a database, and refused when it was changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import interphase
from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.base.shipped_files import shipped
from workflows.report.gather import gather
from workflows.results.comparison import compare_results
from workflows.results.dopant_ranking import rank_campaign
from workflows.results.files import read_results
from workflows.results.folder_writer import write_folder
from workflows.results.result_folder import RUNNERS_UP, find_result, open_folder, place_in
from workflows.results.search import count, find
from workflows.storage.database import Database

SHIPPED = shipped("results/llzo-chgnet")


@pytest.fixture(scope="module")
def llzo() -> Database:
    return open_folder(find_result("llzo"))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "copied"))


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ("site=Zr", lambda row: row["site"] == "Zr"),
        ("reaction_energy>-0.6", lambda row: row["reaction_energy"] > -0.6),
        ("products=LiAlO2", lambda row: "LiAlO2" in row["products"]),
        ("alloys~Zr", lambda row: any("Zr" in each for each in row["alloys"] or ())),
        ("dopants=null", lambda row: not row["dopants"]),
        ("dopant!=Al,Ga", lambda row: row["dopant"] not in {"Al", "Ga"}),
        ("products.Li2O>=7", lambda row: row["products"].get("Li2O", 0) >= 7),
        ("passivating=true", lambda row: row["passivating"] is True),
    ],
)
def test_filters_mean_the_same_as_in_a_campaign(
    llzo: Database, filters: str, holds: Callable[[Any], bool]
) -> None:
    rows = read_results(SHIPPED / "compounds.csv")
    assert count(llzo.results, filters) == sum(map(holds, rows))


def test_the_report_finds_everything_without_the_campaign(llzo: Database) -> None:
    gathered = gather(llzo, "llzo")
    assert {entry.state for entry in gathered.entries} == {"landed"}
    assert not gathered.warnings
    assert len(gathered.entries) == 349
    assert all(entry.runners_up and entry.crystal for entry in gathered.entries)
    assert gathered.ranking
    assert (
        gathered.ranking.compounds[0].ranked.score
        == rank_campaign(llzo, "llzo").compounds[0].ranked.score
    )


def test_writing_it_again_gives_the_same_files(llzo: Database, tmp_path: Path) -> None:
    runners = {each[Field.JOB_UUID]: each[RUNNERS_UP] for each in llzo.mongo[RUNNERS_UP].find()}
    write_folder(llzo, "llzo", tmp_path / "again", runners_up=runners)
    for name in ("compounds.csv", "paths.jsonl", "structures.jsonl.gz", "campaign.json.gz"):
        assert (tmp_path / "again" / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_an_existing_folder_is_kept_unless_forced(llzo: Database, copied: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json is there already: .*--force"):
        write_folder(llzo, "llzo", copied, runners_up={})


def test_a_changed_file_is_refused(copied: Path) -> None:
    with (copied / "compounds.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(InputError, match=r"compounds\.csv is not as it was written"):
        open_folder(copied)


def test_a_missing_file_is_refused(copied: Path) -> None:
    (copied / "paths.jsonl").unlink()
    with pytest.raises(InputError, match=r"cannot be read as a folder of results .*paths\.jsonl"):
        open_folder(copied)


def test_an_unknown_folder_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no folder of results lzo: .*: llzo"):
        place_in("lzo")


def test_it_is_read_only() -> None:
    from workflows.base.settings import load_settings
    from workflows.storage.campaign_location import open_place

    with (
        pytest.raises(InputError, match="are only read: this command needs a campaign"),
        open_place(place_in("llzo"), load_settings()),
    ):
        pass


def test_it_predicts_from_the_training_that_it_holds() -> None:
    known = interphase.predict("llzo", "Mg", 2, "Li")
    assert known["reaction_energy"] == pytest.approx(known["computed_energy"], abs=0.05)
    assert known["learnt_from"]
    unknown = interphase.predict("llzo", "Mg", 2, "Li", concentration=0.5)
    assert unknown["computed_energy"] is None
    assert unknown["low"] < unknown["reaction_energy"] < unknown["high"]


def test_the_same_results_compare_as_the_same(llzo: Database) -> None:
    documents = find(llzo.results)
    same = compare_results(documents, documents)
    assert (len(same.rows), same.relabelled, same.mean_change) == (349, [], 0)
    changed = [
        {**each, "label": "undecided", "reaction_energy": each["reaction_energy"] + 0.5}
        if each["formula"] == "Li6.25Al0.25La3Zr2O12"
        else each
        for each in documents[:-1]
    ]
    found = compare_results(documents, changed)
    assert [row["compound"] for row in found.relabelled] == ["Al3+ on Li, x=0.25"]
    assert found.rows[0]["change"] == pytest.approx(0.5)
    open_again = [{**each, "dissolution": None} for each in documents[1:3]]
    assert len(compare_results(documents[1:3], open_again).relabelled) == 2
    assert len(found.only_first) == 1
    assert not found.only_second


def test_python_reads_it_with_types_that_know_missing_values() -> None:
    table = interphase.results("llzo", "site=Zr", sort="-reaction_energy")
    assert len(table) == 116
    assert (table.dtypes["passes_filter"], table.dtypes["valence"]) == ("boolean", "Int64")
    cells = interphase.structures("llzo", "dopant=Al")
    assert {cell.composition["Al"] for cell in cells.values()} == {1}
