"""Figures as files and in the page, and which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.figure import Figure
from standins.campaigns import host_result, results

from workflows.report.chapters import Chapter, Drawing, campaign_chapters
from workflows.report.drawing import path_name, sections, write_figures, write_paths

if TYPE_CHECKING:
    from pathlib import Path


def figure_names(documents: list[dict[str, Any]]) -> list[str]:
    return [
        drawing.name for chapter in campaign_chapters(documents) for drawing in chapter.drawings
    ]


def test_every_figure_that_the_results_allow_is_there() -> None:
    documents = results(60)
    assert figure_names(documents) == [
        "periodic_table_Li",
        "reaction_energy",
        "energy_above_hull",
        "defect_energy",
        "migration_barrier",
        "barrier_against_reaction",
    ]
    again = {**documents[1], "concentration": 0.5}
    again["dopants"] = [{**documents[1]["dopants"][0], "concentration": 0.5}]
    assert figure_names([*documents, again])[-1] == "concentration"


def test_a_host_alone_has_no_figures() -> None:
    assert campaign_chapters([host_result()]) == []


def test_a_figure_is_the_same_twice() -> None:
    chapters = campaign_chapters(results(3))
    assert sections(chapters) == sections(campaign_chapters(results(3)))


def test_what_the_page_draws_itself_is_for_files_only() -> None:
    chapter = Chapter("Own", drawings=[Drawing("a", "A", "", Figure)], on_page=False)
    assert sections([chapter]) == ()


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_figures_are_written_in_each_format(tmp_path: Path, suffix: str, start: bytes) -> None:
    chapters = campaign_chapters(results(2))
    written = list(write_figures(chapters, tmp_path / "new", suffix))
    assert written[0].name == f"periodic_table_Li.{suffix}"
    assert all(path.read_bytes().startswith(start) for path in written)


def test_a_path_is_written_for_each_compound_that_has_one(tmp_path: Path) -> None:
    first, second = results(1)
    twin = {**second, "job_uuid": "0123456789"}
    without = {**second, "reaction_path": None}
    written = list(write_paths([first, second, twin, without], tmp_path, "svg"))
    assert [path.name for path in written] == [
        "Li6.5Zr0.25La3Zr2O12.svg",
        "Li6.5Be0.25La3Zr2O12_Be2_Li.svg",
        "Li6.5Be0.25La3Zr2O12_Be2_Li_01234567.svg",
    ]


@pytest.mark.parametrize("formula", ["../../etc/passwd", "/root/x", "..", "", "a\x00b", "Li" * 500])
def test_a_formula_never_leads_out_of_the_folder(formula: str) -> None:
    name = path_name({"formula": formula})
    assert name
    assert not name.startswith(".")
    assert "/" not in name
    assert "\x00" not in name
    assert len(name) < 200
