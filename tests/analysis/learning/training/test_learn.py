"""Everything in one call, at the least effort, and as a document."""

import json
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from standins.synthetic import LLZO

from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.model_document import from_document
from analysis.learning.settings import Effort, LearningSettings, Population
from analysis.learning.training.learn import Learned, learn
from analysis.learning.training.training_document import learning_document

#: Ions of known radius, in an octahedron of oxygen.
IONS = [
    ("Mg", 2), ("Al", 3), ("Ca", 2), ("Sc", 3), ("Ti", 4), ("V", 5), ("Cr", 3), ("Mn", 2),
    ("Fe", 3), ("Ni", 2), ("Ga", 3), ("Sr", 2), ("Y", 3), ("Nb", 5), ("Mo", 6), ("In", 3),
    ("Sn", 4), ("Sb", 5), ("Ba", 2), ("Gd", 3), ("Lu", 3), ("Hf", 4), ("Ta", 5), ("W", 6),
]  # fmt: skip
OCTAHEDRON = [[0, 0, 0], *(np.eye(3) * 0.21), *(-np.eye(3) * 0.21)]


def document(element: str, valence: int) -> dict[str, Any]:
    """Return a compound that is the less stable the higher the dopant's valence."""
    energy = -0.5 - 0.1 * (valence - 3) + 0.01 * np.sin(sum(map(ord, element)))
    dopant = {"element": element, "valence": valence, "site": "Zr", "concentration": 0.25}
    return {
        "dopants": [dopant],
        "dopant": element,
        **{key: dopant[key] for key in ("valence", "site", "concentration")},
        "compensation": "lithium",
        "formula": f"{element}0.25O1.5",
        "reaction_energy": float(energy),
        "reaction_energy_host": -0.5,
        "reaction_energy_uncertainty": 0.02,
        "relation": "no_worse" if energy > -0.52 else "worse",
        "passes_filter": True,
        "structure": Structure(Lattice.cubic(10), [element, *["O"] * 6], OCTAHEDRON),
        "job_uuid": f"{element}{valence}",
    }


DOCUMENTS = [document(*ion) for ion in IONS]


#: Single descriptors alone, which takes seconds instead of a minute.
BRIEF = LearningSettings(effort=Effort.BRIEF)


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn(DOCUMENTS, BRIEF, LLZO)


def test_a_brief_training_learns_from_all_that_landed(learned: Learned) -> None:
    found = learned.classification
    assert found is not None
    assert (len(learned.data), len(found.problem)) == (24, 24)
    assert len(found.leaderboard) == 3 * 15
    assert found.leaderboard.loc[0, "descriptors"] == ("valence",)
    assert list(found.baselines["algorithm"]) == ["dummy", "physics"]
    assert [each.scheme for each in learned.honest] == list(Scheme)
    assert all(each.permutations is None for each in learned.honest)
    assert list(learned.honest[0].predictions["row"].sort_values()) == list(range(24))
    assert set(learned.regression.scores["algorithm"]) == {"dummy", "physics", "ridge"}
    assert set(learned.published.scores["algorithm"]) == {"dummy", "ridge"}
    assert learned.importances.loc[0, "descriptor"] == "valence"


def test_the_document_is_json_and_its_model_answers(learned: Learned) -> None:
    text = json.dumps(learning_document(learned), allow_nan=False)
    again = json.loads(text)
    assert again["snapshot"] == learned.data.snapshot
    assert again["settings"] == BRIEF.model_dump(mode="json")
    assert again["classification"]["trials"] == 45
    assert again["classification"]["leaderboard"][0]["descriptors"] == ["valence"]
    assert from_document(again["model"]).data.snapshot == learned.data.snapshot


def test_the_same_documents_give_the_same_document(learned: Learned) -> None:
    again = learn(DOCUMENTS[::-1], BRIEF, LLZO)
    assert json.dumps(learning_document(again)) == json.dumps(learning_document(learned))


def test_with_one_class_the_energies_are_still_learnt() -> None:
    settings = LearningSettings(effort=Effort.BRIEF, population=Population.ALL)
    found = learn([d | {"relation": "worse"} for d in DOCUMENTS], settings, LLZO)
    assert found.classification is None
    (note,) = found.notes
    assert note.startswith("no classification: 0 compounds of 0 elements are no worse than the")
    assert learning_document(found)["classification"] is None
    assert len(found.regression.scores) == 6
