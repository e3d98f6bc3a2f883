"""A predicted reaction energy says how well a dopant dissolves."""

from typing import Any

import pytest

from analysis.base.fields import Field
from analysis.energies.reference_phases import table_phases
from workflows.learning.predicted_solubility import NOTHING, predicted_solubility, read_undoped
from workflows.results.result_folder import find_result, open_folder
from workflows.specification.spec import ReferenceSpec
from workflows.storage.database import Database

ENERGY = 0.05


@pytest.fixture(scope="module")
def database() -> Database:
    return open_folder(find_result("llzo"))


def computed(database: Database, element: str, valence: int, site: str) -> dict[str, Any]:
    asked = {Field.DOPANT: element, Field.VALENCE: valence, Field.SITE: site}
    found = database.results.find_one(asked)
    assert found is not None
    return dict(found)


def record(document: dict[str, Any], uncertainty: float) -> dict[str, Any]:
    energy = document[Field.REACTION_ENERGY]
    return {
        "element": document[Field.DOPANT],
        "valence": document[Field.VALENCE],
        "site": document[Field.SITE],
        "concentration": document[Field.CONCENTRATION],
        "reaction_energy": energy,
        "low": energy - ENERGY,
        "high": energy + ENERGY,
        "uncertainty": uncertainty,
    }


def test_the_computed_energy_gives_the_computed_solubility(database: Database) -> None:
    undoped = read_undoped(database, "llzo")
    for asked in (("Hf", 4, "Zr"), ("Ta", 5, "Zr"), ("Nd", 3, "La"), ("Al", 3, "Li")):
        document = computed(database, *asked)
        found = predicted_solubility(undoped, record(document, 0.0))
        assert found["solubility"] == pytest.approx(document[Field.SOLUBILITY], abs=1e-6)
        # 0.25 dopants share what a formula unit gains.
        assert found["solubility_low"] == pytest.approx(found["solubility"] - ENERGY / 0.25)
        assert found["solubility_high"] == pytest.approx(found["solubility"] + ENERGY / 0.25)


def test_an_uncertain_prediction_is_less_sure(database: Database) -> None:
    undoped = read_undoped(database, "llzo")
    document = computed(database, "Nd", 3, "La")
    sure, unsure = (
        predicted_solubility(undoped, record(document, each))["dissolves_probability"]
        for each in (0.0, 0.2)
    )
    assert 0.5 < unsure < sure - 0.05


def test_without_the_host_nothing_is_known(database: Database) -> None:
    undoped = read_undoped(database, "llzo")._replace(result=None)
    document = computed(database, "Nd", 3, "La")
    assert predicted_solubility(undoped, record(document, 0.1)) == NOTHING


def test_the_phases_are_those_of_the_campaigns_own_source(database: Database) -> None:
    undoped = read_undoped(database, "llzo")
    document = computed(database, "Nd", 3, "La")
    asked = record(document, 0.0)
    source = {"reference_phases": ReferenceSpec(source="file", path="mine.json")}
    spec = undoped.campaign.spec.model_copy(update=source)
    campaign = undoped.campaign.model_copy(update={"spec": spec})
    elsewhere = undoped._replace(campaign=campaign)
    # a folder of results holds no phases of a file
    assert predicted_solubility(elsewhere, asked) == NOTHING

    planned = next(
        each for each in campaign.compounds if [d.element for d in each.compound.dopants] == ["Nd"]
    )
    phases = table_phases(("Li", "La", "Zr", "O", "Nd")).model_dump(mode="json")
    database.jobs.insert_one({"uuid": planned.phases, "index": 1, "output": phases})
    found = predicted_solubility(elsewhere, asked)
    assert found["solubility"] == pytest.approx(document[Field.SOLUBILITY], abs=1e-6)
    assert predicted_solubility(elsewhere, asked | {"element": "Pm"}) == NOTHING
    database.jobs.delete_one({"uuid": planned.phases})
