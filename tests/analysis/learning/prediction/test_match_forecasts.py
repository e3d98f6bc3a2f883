"""Predicted and computed side by side, by hand."""

from typing import Any

import pytest

from analysis.learning.prediction.match_forecasts import agreement, compare
from analysis.learning.prediction.prediction import Prediction


def prediction(element: str, energy: float, **changes: Any) -> Prediction:
    fields = {
        "element": element,
        "valence": 3,
        "site": "Zr",
        "concentration": 0.333,
        "probability": 0.8,
        "reaction_energy": energy,
        "uncertainty": 0.1,
        "low": energy - 0.2,
        "high": energy + 0.2,
        "learnt_from": False,
        "notes": (),
    }
    return Prediction(**(fields | changes))


def document(element: str, energy: float | None, label: str | None) -> dict[str, Any]:
    site = {"dopant": element, "valence": 3, "site": "Zr", "concentration": 1 / 3}
    return site | {"reaction_energy": energy, "relation": label}


PREDICTIONS = [
    prediction("Al", -0.5),
    prediction("Ga", -0.9, probability=0.3),
    prediction("Sc", -0.1),
    prediction("Y", -0.4),
    prediction("In", -0.4, learnt_from=True),
]
DOCUMENTS = [
    document("Al", -0.4, "no_worse"),
    document("Ga", -0.5, "no_worse"),
    document("Sc", -0.2, "undecided"),
    document("In", -0.4, "no_worse"),
    {"dopant": None, "reaction_energy": -0.5},
]


def test_each_prediction_stands_beside_its_calculation() -> None:
    table = compare(PREDICTIONS, DOCUMENTS)
    assert list(table["element"]) == ["Al", "Ga", "Sc", "Y"]
    assert list(table["error"][:3]) == pytest.approx([-0.1, -0.4, 0.1])
    assert list(table["inside"][:3]) == [True, False, True]
    assert table.loc[3, ["computed_energy", "inside"]].isna().all()


def test_agreement_counts_what_has_landed() -> None:
    found = agreement(compare(PREDICTIONS, DOCUMENTS))
    assert (found.compared, found.labels) == (3, 2)
    assert found.mae == pytest.approx(0.2)
    assert found.inside == pytest.approx(2 / 3)
    assert found.labels_right == 0.5  # Al is right, Ga is not, Sc is undecided


def test_nothing_landed_agrees_with_nothing() -> None:
    found = agreement(compare(PREDICTIONS, []))
    assert found == (0, None, None, 0, None)
