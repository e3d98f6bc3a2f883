"""The drawings of interphase and workflow, from the reference result."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.colors import to_hex

from workflows.report.campaign_drawings import interphase_chapters, workflow_chapters
from workflows.report.gather import Gathered, gather
from workflows.results.result_folder import find_result, open_folder
from workflows.storage.database import Database


@pytest.fixture(scope="module")
def database() -> Database:
    return open_folder(find_result("llzo"))


@pytest.fixture(scope="module")
def gathered(database: Database) -> Gathered:
    return gather(database, "llzo")


def test_the_interphase_is_that_of_the_host_and_the_best(
    database: Database, gathered: Gathered
) -> None:
    (chapter,) = interphase_chapters(database, gathered)
    figure = chapter.drawings[0].draw()
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert gathered.ranking is not None
    best = [each.document["dopants"][0]["element"] for each in gathered.ranking.compounds[:2]]
    assert titles[0] == "Li$_{7}$La$_{3}$Zr$_{2}$O$_{12}$ with Li"
    assert all(element in title for element, title in zip(best, titles[1:], strict=True))


def test_every_layer_of_it_has_a_gap(database: Database, gathered: Gathered) -> None:
    (chapter,) = interphase_chapters(database, gathered)
    colours = [
        patch.get_facecolor() for axes in chapter.drawings[0].draw().axes for patch in axes.patches
    ]
    assert colours
    assert all(colour[:3] != pytest.approx((0.91, 0.91, 0.91), abs=0.01) for colour in colours)


def test_a_product_that_the_phases_no_longer_list_is_open(
    database: Database, gathered: Gathered
) -> None:
    step = {"lithium": 0.0, "energy": 0.0, "voltage": None, "products": {"XeF2": 1.0}}
    host = {**gathered.documents[0], "dopants": [], "reaction_path": [step]}
    changed = replace(gathered, documents=[host], ranking=None)
    (chapter,) = interphase_chapters(database, changed)
    (axes,) = chapter.drawings[0].draw().axes
    assert "#e8e8e8" in {to_hex(patch.get_facecolor()) for patch in axes.patches}


def test_the_workflow_counts_what_landed_and_came_out(gathered: Gathered) -> None:
    (chapter,) = workflow_chapters(gathered)
    texts = [text.get_text() for text in chapter.drawings[0].draw().axes[0].texts]
    doped = [each for each in gathered.documents if each["dopants"]]
    resists = sum(each.get("label") == "resists" for each in doped)
    assert f"{len(doped)} compounds" in texts
    assert f"chgnet 0.3.0\n{len(doped)} landed" in texts
    assert texts[texts.index("resists") + 1] == f"{resists} compounds"


def test_without_a_plan_there_is_no_workflow(gathered: Gathered) -> None:
    assert workflow_chapters(replace(gathered, stored={})) == []
