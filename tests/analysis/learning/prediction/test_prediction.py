"""Intervals cover what they claim, for elements never seen; models survive as documents."""

import json
from typing import Any

import numpy as np
import pytest
from standins.synthetic import LLZO, synthetic_data

from analysis.base.errors import InputError
from analysis.learning.data.training_data import TrainingData
from analysis.learning.prediction.asked_dopants import asked_problem, unexplored
from analysis.learning.prediction.exploration import acquisition_score, propose
from analysis.learning.prediction.model_document import from_document, to_document
from analysis.learning.prediction.model_settings import Calibration, ModelSettings
from analysis.learning.prediction.prediction import FinalModel, fit_model
from analysis.learning.settings import Acquisition
from analysis.structures.dopants import Dopant

# fmt: off
METALS = [
    "Na", "Mg", "Al", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga",
    "Rb", "Sr", "Y", "Nb", "Mo", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Cs", "Ba", "La",
    "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",
    "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Th", "U", "Te",
]
# fmt: on
SETTINGS = ModelSettings()


def part(data: TrainingData, elements: list[str]) -> TrainingData:
    chosen = data.rows["dopant"].isin(elements)
    return TrainingData(
        rows=data.rows[chosen].reset_index(drop=True),
        descriptors=data.descriptors[chosen].reset_index(drop=True),
    )


@pytest.fixture(scope="module")
def model() -> FinalModel:
    return fit_model(part(synthetic_data(METALS), METALS[:30]), LLZO, SETTINGS)


def test_intervals_and_probabilities_by_hand() -> None:
    told = Calibration((-2.0, -1.0, 0.5, 1.0))
    assert told.width(0.5) == 1.0  # the third of four: ceil(5 / 2)
    assert told.width(0.9) == 2.0
    # From -0.6 with a deviation of 0.1, two of four errors lead to -0.55 or above.
    chances = told.above(-0.55, np.array([-0.6, -0.9]), np.array([0.1, 0.1]))
    assert chances == pytest.approx([2.5 / 5, 0.5 / 5])


def dopant(element: str, valence: int, x: float = 0.25) -> Dopant:
    return Dopant(element=element, valence=valence, site="Zr", concentration=x)


def test_a_prediction_has_probability_energy_and_interval(model: FinalModel) -> None:
    (found,) = model.predict([dopant("Ta", 5)])
    assert found.probability is not None
    assert 0 < found.probability < 1
    assert found.low < found.reaction_energy < found.high
    assert found.high - found.reaction_energy > found.uncertainty
    assert not found.learnt_from


def test_the_effect_goes_with_x_and_that_is_said(model: FinalModel) -> None:
    one, two = model.predict([dopant("Ta", 5), dopant("Ta", 5, x=0.5)])
    # The tables are asked at each x; the rest goes with x.
    asked, _ = asked_problem(model.data, LLZO, [dopant("Ta", 5), dopant("Ta", 5, x=0.5)])
    assert asked.known is not None
    first, second = asked.known
    change = two.reaction_energy - model.host_energy - 2 * (second - first)
    assert change == pytest.approx(2 * (one.reaction_energy - model.host_energy))
    assert two.uncertainty == pytest.approx(2 * one.uncertainty)
    assert any("learnt at x=0.25" in note for note in two.notes)


def test_sites_get_forecasts_of_their_own(model: FinalModel) -> None:
    sites = [dopant("Ta", 5).model_copy(update={"site": site}) for site in ("Li", "La", "Zr")]
    energies = [each.reaction_energy for each in model.predict(sites)]
    assert len({round(each, 3) for each in energies}) == 3
    with pytest.raises(InputError, match="unknown site 'X': the host's sites are Li, La, Zr"):
        model.predict([dopant("Ta", 5).model_copy(update={"site": "X"})])


def test_an_ion_without_a_radius_is_predicted_and_named(model: FinalModel) -> None:
    (found,) = model.predict([dopant("Sn", 2)])
    assert any(note.startswith("Ionic radius: missing") for note in found.notes)


def test_a_compound_that_was_learnt_from_is_marked(model: FinalModel) -> None:
    learnt, other = model.predict([dopant("Al", 2), dopant("Al", 5)])
    assert learnt.learnt_from
    assert not other.learnt_from


def test_a_model_comes_back_from_its_document_with_the_same_answers(model: FinalModel) -> None:
    document = json.loads(json.dumps(to_document(model)))
    again = from_document(document)
    asked = [dopant("Ta", 5), dopant("Mg", 2), dopant("Al", 2)]
    for first, second in zip(model.predict(asked), again.predict(asked), strict=True):
        assert second.reaction_energy == pytest.approx(first.reaction_energy, abs=1e-9)
        assert second.high == pytest.approx(first.high, abs=1e-9)
        assert second.probability == pytest.approx(first.probability, abs=1e-9)
        assert second.notes == first.notes
    assert again.data.snapshot == model.data.snapshot


def changed(document: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return json.loads(json.dumps(document)) | {key: value}


def test_a_document_that_was_tampered_with_is_refused(model: FinalModel) -> None:
    document = to_document(model)
    with pytest.raises(InputError, match="format 99"):
        from_document(changed(document, "format", 99))
    rows = json.loads(json.dumps(document["rows"]))
    rows[0]["reaction_energy"] += 0.001
    with pytest.raises(InputError, match="not those of its snapshot"):
        from_document(changed(document, "rows", rows))
    check = document["check"] | {"energy": [each + 0.1 for each in document["check"]["energy"]]}
    with pytest.raises(InputError, match=r"predicts another energy .* train again"):
        from_document(changed(document, "check", check))


def test_the_same_data_and_seed_give_the_same_document(model: FinalModel) -> None:
    again = fit_model(part(synthetic_data(METALS), METALS[:30]), LLZO, SETTINGS)
    assert to_document(again) == to_document(model)


def test_acquisition_by_hand() -> None:
    energy, uncertainty = np.array([-0.5, -0.1, -0.9]), np.array([0.1, 0.05, 0.3])
    promising = acquisition_score(
        energy, uncertainty, acquisition=Acquisition.PROMISING, boundary=-0.5, kappa=2
    )
    assert promising == pytest.approx([-0.3, 0.0, -0.3])
    informative = acquisition_score(
        energy, uncertainty, acquisition=Acquisition.INFORMATIVE, boundary=-0.5, kappa=2
    )
    assert informative == pytest.approx([0.2, -0.3, 0.2])


@pytest.mark.parametrize("acquisition", Acquisition)
def test_proposals_are_unexplored_one_for_each_element_and_start_with_the_best(
    model: FinalModel, acquisition: Acquisition
) -> None:
    asked = [dopant(element, valence) for element in METALS for valence in (3, 4)]
    found = propose(model, asked, 5, acquisition=acquisition)
    assert len({each.dopant.element for each in found}) == 5
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    left = unexplored(model.data, asked)
    assert all(each.dopant in left for each in found)
    predictions = model.predict(left)
    best = acquisition_score(
        np.array([each.reaction_energy for each in predictions]),
        np.array([each.uncertainty for each in predictions]),
        acquisition=acquisition,
        boundary=model.boundary,
    ).max()
    if acquisition is Acquisition.PHYSICS:
        best = model.model.base.energies(asked_problem(model.data, LLZO, left)[0]).max()
    assert found[0].score == pytest.approx(best, abs=1e-6)


def test_an_element_comes_again_when_no_other_is_left(model: FinalModel) -> None:
    pair = [dopant("Ho", 3), dopant("Ho", 4)]
    found = propose(model, pair, 2, acquisition=Acquisition.PROMISING)
    assert {each.dopant.valence for each in found} == {3, 4}


def test_nothing_unexplored_proposes_nothing(model: FinalModel) -> None:
    assert propose(model, [dopant("Al", 2)], 3, acquisition=Acquisition.PROMISING) == []
