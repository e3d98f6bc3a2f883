"""Forecasts beside calculations, and what of a training to believe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from standins.synthetic import synthetic_data

from analysis.descriptors.descriptor import Descriptor
from analysis.learning.prediction.asked_dopants import describe_dopants
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


def test_too_little_data_is_said_with_the_classes_that_are_there() -> None:
    training = train([], LearningSettings(), Questions(), at="2026-01-01T00:00:00+00:00")
    assert training.failed == (
        "there is no doped compound to learn from: wait until some have landed "
        "(0 compounds have landed)"
    )
    assert training.snapshot is None


def test_a_descriptor_beyond_the_compounds_learnt_from_is_named() -> None:
    data = synthetic_data(["Mg", "Al", "Ga"])
    data.descriptors[str(Descriptor.ATOMIC_MASS)] = 100.0
    asked = [Dopant(element="Nb", valence=5, site="Zr", concentration=0.25)]
    _, (notes,) = describe_dopants(data, asked)
    assert "Atomic mass 92.91: outside 100 to 100, the range of the compounds learnt from" in notes


def learnt(score: float, p_value: float | None, mae: float, *, stable: int = 20) -> dict[str, Any]:
    """Return the part of a training's document that is believed, or not."""
    row = {"metric": "balanced_accuracy", "score": score, "spread": 0.1, "dummy": 0.5}
    tests = {} if p_value is None else {"grouped": {"p_value": p_value}}
    rows = [
        {"algorithm": name, "scheme": "grouped", "mae": value, "mae_spread": 0.05}
        for name, value in (("ridge", mae), ("dummy", 0.5))
    ]
    nested = {"grouped": {"summary": [row]}}
    return {
        "classification": {
            "nested": nested,
            "permutations": tests,
            "compounds": 50,
            "stable": stable,
        },
        "regression": rows,
        "notes": [],
    }


@pytest.mark.parametrize(
    ("score", "p_value", "mae", "classes", "energies"),
    [
        (0.9, 0.01, 0.2, "better than the baseline (", "the mean of all alone gives 0.50."),
        (0.9, 0.3, 0.48, "not shown to be better", "no worse within the spread"),
        (0.55, None, 0.2, "not shown to be better", "the mean of all alone gives 0.50."),
        (0.7, None, 0.2, "better than the baseline (", "the mean of all alone gives 0.50."),
    ],
)
def test_scores_are_put_in_plain_words(
    score: float, p_value: float | None, mae: float, classes: str, energies: str
) -> None:
    on_classes, on_energies = belief(learnt(score, p_value, mae))
    assert classes in on_classes
    assert energies in on_energies


@pytest.mark.parametrize(("stable", "few"), [(10, False), (9, True), (41, True)])
def test_few_compounds_of_a_class_are_said(stable: int, few: bool) -> None:
    said = belief(learnt(0.9, None, 0.2, stable=stable))[0]
    assert (", but of 50 compounds the rarer class has 9: one can change it." in said) is few


def test_few_forecasts_say_little() -> None:
    told = compared([forecast()], [computed(-0.7)])
    said = belief(learnt(0.9, 0.01, 0.2), sums(told))[-1]
    assert "Of 1 compounds predicted before they were computed the error is 0.10 eV" in said
    assert "so few say little" in said
    assert np.isfinite(sums(told)["all"]["mae"])
