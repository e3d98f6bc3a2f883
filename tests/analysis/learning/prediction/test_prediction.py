"""Intervals cover what they claim, for elements never seen; models survive as documents."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from standins.synthetic import RULE, synthetic_data

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.learning.data.training_data import TrainingData
from analysis.learning.prediction.asked_dopants import unexplored
from analysis.learning.prediction.exploration import acquisition_score, propose
from analysis.learning.prediction.model_document import from_document, to_document
from analysis.learning.prediction.model_settings import ModelSettings, best_settings
from analysis.learning.prediction.prediction import FinalModel, fit_model
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.settings import Acquisition, Undecided
from analysis.structures.dopants import Dopant

# fmt: off
METALS = [
    "Na", "Mg", "Al", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga",
    "Rb", "Sr", "Y", "Nb", "Mo", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Cs", "Ba", "La",
    "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",
    "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Th", "U", "Te",
]
# fmt: on
SETTINGS = ModelSettings(Algorithm.LOGISTIC, RULE)


def part(data: TrainingData, elements: list[str]) -> TrainingData:
    chosen = data.rows["dopant"].isin(elements)
    return TrainingData(
        rows=data.rows[chosen].reset_index(drop=True),
        descriptors=data.descriptors[chosen].reset_index(drop=True),
    )


@pytest.fixture(scope="module")
def model() -> FinalModel:
    return fit_model(part(synthetic_data(METALS), METALS[:30]), SETTINGS)


def test_intervals_hold_their_share_of_elements_never_seen() -> None:
    inside, one_sigma = [], []
    for seed in range(4):
        data = synthetic_data(METALS, seed=seed)
        known, unseen = part(data, METALS[::2]), part(data, METALS[1::2])
        fitted = fit_model(known, SETTINGS)
        effect, deviation = fitted.effects(unseen.descriptors.to_numpy())
        truth = (unseen.rows["reaction_energy"] - fitted.host_energy).to_numpy() / 0.25
        error = np.abs(truth - effect) / deviation
        inside.append(np.mean(error <= fitted.calibration.interval))
        one_sigma.append(np.mean(error <= fitted.calibration.one_sigma))
    # Four times 90 compounds of 30 elements; compounds of an element err together.
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)
    assert np.mean(one_sigma) == pytest.approx(0.68, abs=0.1)


def dopant(element: str, valence: int, x: float = 0.25) -> Dopant:
    return Dopant(element=element, valence=valence, site="Zr", concentration=x)


def test_a_prediction_has_probability_energy_and_interval(model: FinalModel) -> None:
    (found,) = model.predict([dopant("Ta", 5)])
    assert found.probability is not None
    assert 0 < found.probability < 1
    assert found.low < found.reaction_energy < found.high
    assert found.high - found.reaction_energy > found.uncertainty
    assert not found.learnt_from
    assert any("nearest in ionic radius" in note for note in found.notes)


def test_the_effect_goes_with_x_and_that_is_said(model: FinalModel) -> None:
    one, two = model.predict([dopant("Ta", 5), dopant("Ta", 5, x=0.5)])
    assert two.reaction_energy - model.host_energy == pytest.approx(
        2 * (one.reaction_energy - model.host_energy)
    )
    assert two.uncertainty == pytest.approx(2 * one.uncertainty)
    assert any("learnt at x=0.25" in note for note in two.notes)


def test_a_compound_that_was_learnt_from_is_marked(model: FinalModel) -> None:
    learnt, other = model.predict([dopant("Al", 2), dopant("Al", 5)])
    assert learnt.learnt_from
    assert not other.learnt_from


def test_without_enough_stable_compounds_there_is_no_probability_and_a_note() -> None:
    data = part(synthetic_data(METALS), METALS[:12])
    energies = data.rows.assign(relation="worse")
    found = fit_model(TrainingData(energies, data.descriptors), SETTINGS)
    (prediction,) = found.predict([dopant("Ta", 5)])
    assert prediction.probability is None
    assert any("0 compounds of 0 elements are no worse" in note for note in prediction.notes)


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
    check = document["check"] | {"effect": [each + 0.1 for each in document["check"]["effect"]]}
    with pytest.raises(InputError, match=r"predicts another effect .* train again"):
        from_document(changed(document, "check", check))


def test_the_same_data_and_seed_give_the_same_document(model: FinalModel) -> None:
    again = fit_model(part(synthetic_data(METALS), METALS[:30]), SETTINGS)
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
def test_proposals_are_unexplored_different_and_start_with_the_best(
    model: FinalModel, acquisition: Acquisition
) -> None:
    asked = [dopant(element, 3) for element in METALS]
    found = propose(model, asked, 5, acquisition=acquisition)
    learnt = set(model.data.rows[str(Field.DOPANT)])
    elements = [each.dopant.element for each in found]
    assert len(set(elements)) == 5
    assert not learnt & set(elements)
    predictions = model.predict(unexplored(model.data, asked))
    best = acquisition_score(
        np.array([each.reaction_energy for each in predictions]),
        np.array([each.uncertainty for each in predictions]),
        acquisition=acquisition,
        boundary=model.boundary,
    ).max()
    assert found[0].score == pytest.approx(best, abs=1e-6)


def test_a_choice_makes_its_like_less_worth_asking(model: FinalModel) -> None:
    # Ho3+ and Er3+ differ by little; both alone score more than the second after the first.
    pair = [dopant("Ho", 3), dopant("Er", 3)]
    first, second = propose(model, pair, 2, acquisition=Acquisition.INFORMATIVE)
    (alone,) = propose(model, [second.dopant], 1, acquisition=Acquisition.INFORMATIVE)
    assert second.score < alone.score - 0.01
    assert {first.dopant.element, second.dopant.element} == {"Ho", "Er"}


def test_nothing_unexplored_proposes_nothing(model: FinalModel) -> None:
    assert propose(model, [dopant("Al", 2)], 3, acquisition=Acquisition.PROMISING) == []


def test_settings_come_from_the_top_of_the_leaderboard() -> None:
    board = pd.DataFrame({"algorithm": ["svm", "tree"], "descriptors": [RULE, RULE[:1]]})
    found = best_settings(board, undecided=Undecided.NOT_STABLE)
    assert found == ModelSettings(Algorithm.SVM, RULE, Undecided.NOT_STABLE)
    with pytest.raises(InputError, match="leaderboard is empty"):
        best_settings(board[:0])
