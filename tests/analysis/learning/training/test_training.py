"""Forecasts beside calculations, and what of a training to believe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from standins.synthetic import LLZO, synthetic_data

from analysis.descriptors.descriptor import Descriptor
from analysis.learning.prediction.asked_dopants import asked_problem
from analysis.learning.settings import LearningSettings, Questions
from analysis.learning.training.interpretation import belief
from analysis.learning.training.training import compared, sums, train
from analysis.structures.dopants import Dopant

NB = {"element": "Nb", "valence": 5, "site": "Zr", "concentration": 0.25}


def forecast(**changes: Any) -> dict[str, Any]:
    """Return a prediction of -0.6 eV per f.u. made before the calculation."""
    return {
        **NB,
        "stage": 0,
        "reason": "held_out",
        "computed_already": False,
        "mean_energy": -0.9,
        "probability": 0.8,
        "reaction_energy": -0.6,
        "uncertainty": 0.1,
        "low": -0.8,
        "high": -0.4,
        "learnt_from": False,
        "notes": [],
        **changes,
    }


def computed(energy: float, compensation: str = "lithium", **changes: Any) -> dict[str, Any]:
    """Return the result of the same compound."""
    dopant = NB | changes
    return {
        "dopants": [dopant],
        "dopant": dopant["element"],
        **{key: dopant[key] for key in ("valence", "site", "concentration")},
        "compensation": compensation,
        "reaction_energy": energy,
        "relation": "no_worse",
        "job_uuid": f"{dopant['element']} {compensation}",
    }


def test_a_forecast_stands_beside_what_was_computed() -> None:
    (told,) = compared([forecast()], [computed(-0.7)])
    assert told["computed_energy"] == -0.7
    assert told["error"] == pytest.approx(0.1)
    assert told["inside"] is True
    assert told["computed_uuid"] == "Nb lithium"
    found = sums([told])["held_out"]
    assert found["compared"] == found["labels"] == 1
    assert found["mae"] == pytest.approx(0.1)
    assert found["mean_mae"] == pytest.approx(0.2)  # who says -0.9 for everything


def test_the_other_x_and_the_other_site_are_other_compounds() -> None:
    others = [computed(-0.7, concentration=0.5), computed(-0.7, site="Li")]
    (told,) = compared([forecast()], others)
    assert "computed_energy" not in told
    assert sums([told]) == {}


def test_of_two_compensations_the_balanced_one_counts() -> None:
    both = [computed(-0.7), computed(-2.0, "none")]
    (told,) = compared([forecast()], both)
    assert told["computed_energy"] == -0.7


def test_what_was_computed_before_tests_nothing() -> None:
    told = compared([forecast(computed_already=True)], [computed(-0.7)])
    assert sums(told)["all"]["compared"] == 0


def test_a_training_without_its_host_asks_to_be_submitted_again() -> None:
    training = train([], LearningSettings(), Questions(), at="2026-01-01T00:00:00+00:00")
    assert training.failed is not None
    assert "without its host: submit again" in training.failed


def test_too_little_data_is_said_with_the_classes_that_are_there() -> None:
    training = train([], LearningSettings(), Questions(host=LLZO), at="2026-01-01T00:00:00+00:00")
    assert training.failed == (
        "there is no doped compound to learn from: wait until some have landed "
        "(0 compounds have landed)"
    )
    assert training.snapshot is None


def test_a_descriptor_beyond_the_compounds_learnt_from_is_named() -> None:
    data = synthetic_data(["Mg", "Al", "Ga"])
    data.descriptors[str(Descriptor.ATOMIC_MASS)] = 100.0
    asked = [Dopant(element="Nb", valence=5, site="Zr", concentration=0.25)]
    _, (notes,) = asked_problem(data, LLZO, asked)
    assert "Atomic mass 92.91: outside 100 to 100, the range of the compounds learnt from" in notes


def learnt(mae: float, p_value: float, window: float = 0.1) -> dict[str, Any]:
    """Return the part of a training's document that is believed, or not."""
    rows = [
        {"window": name, "estimate": estimate, "mae": value, "r2": 0.5, "compounds": 20.0}
        | {"inside": 0.9}
        for name, value_of in (("all", mae), ("window", window))
        for estimate, value in (("learnt", value_of), ("physics", 0.2))
    ]
    return {"honest": {"grouped": {"scores": rows, "p_value": p_value}}, "notes": []}


@pytest.mark.parametrize(
    ("mae", "p_value", "beaten"), [(0.1, 0.01, True), (0.1, 0.3, False), (0.3, 0.01, False)]
)
def test_where_learning_does_not_beat_physics_it_is_said(
    mae: float, p_value: float, beaten: bool
) -> None:
    said, _ = belief(learnt(mae, p_value))
    assert f"error {mae:.2f} eV per f.u.; the tables without learning give 0.20" in said
    assert ("Learning does not beat physics here" in said) is not beaten


def test_the_window_that_decides_is_judged_too() -> None:
    good, bad = (belief(learnt(0.1, 0.01, window))[1] for window in (0.1, 0.3))
    assert "Of the 20 compounds with a reaction energy above -1 eV per f.u., which decide" in good
    assert "90% in their interval" in good
    assert "does not beat" not in good
    assert "Learning does not beat physics here" in bad


def test_few_forecasts_say_little() -> None:
    told = compared([forecast()], [computed(-0.7)])
    said = belief(learnt(0.1, 0.01), sums(told))[-1]
    assert "Of 1 compounds predicted before they were computed the error is 0.10 eV" in said
    assert "so few say little" in said
    assert np.isfinite(sums(told)["all"]["mae"])
