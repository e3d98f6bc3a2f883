"""The reactions drawn behind a reaction path."""

import numpy as np
import pytest

from analysis.base.fields import Field
from analysis.figures.reaction_path import reaction_path_figure
from workflows.report.reaction_clouds import NUMBER, ReactionClouds
from workflows.results.result_folder import find_result, open_folder
from workflows.storage.database import Database


@pytest.fixture(scope="module")
def database() -> Database:
    return open_folder(find_result("llzo"))


@pytest.mark.parametrize("element", ["Ta", "Al", None])
def test_no_reaction_of_the_cloud_lies_below_the_path(
    database: Database, element: str | None
) -> None:
    document = database.results.find_one({Field.DOPANT: element}) or {}
    found = ReactionClouds(database, "llzo").of(document)
    assert len(found) == NUMBER
    path = document[Field.REACTION_PATH]
    lithium, energy = ([step[key] for step in path] for key in ("lithium", "energy"))
    for uptake, value in found:
        assert value >= np.interp(uptake, lithium, energy) - 1e-6
    figure = reaction_path_figure(document, found)
    (cloud,) = figure.axes[0].collections
    assert len(np.asarray(cloud.get_offsets())) == NUMBER


def test_without_an_energy_there_is_no_cloud(database: Database) -> None:
    document = database.results.find_one({Field.DOPANT: "Ta"}) or {}
    clouds = ReactionClouds(database, "llzo")
    assert clouds.of({**document, Field.FORMATION_ENERGY_PER_ATOM: None}) == []


def test_a_campaign_of_an_earlier_version_has_no_clouds(database: Database) -> None:
    database.campaigns.insert_one({"name": "old", "campaign": {"spec": {"electrode": "Li"}}})
    document = database.results.find_one({Field.DOPANT: "Ta"}) or {}
    assert ReactionClouds(database, "old").of(document) == []
    database.campaigns.delete_one({"name": "old"})
