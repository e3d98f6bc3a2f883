"""Predictions against what was computed afterwards."""

from typing import Any

import pytest

from analysis.figures.forecasts import forecast_figure, landed_forecasts


def forecast(element: str, predicted: float, computed: float | None, **more: Any) -> dict[str, Any]:
    return {
        "element": element,
        "valence": 3,
        "site": "Zr",
        "reaction_energy": predicted,
        "low": predicted - 0.3,
        "high": predicted + 0.3,
        "computed_energy": computed,
        "computed_label": None if computed is None else "worse",
        "inside": None if computed is None else abs(predicted - computed) <= 0.3,
        "computed_already": False,
        "learnt_from": False,
        **more,
    }


FORECASTS = [
    forecast("Y", -0.5, -0.6),
    forecast("Al", -1.0, -1.5),
    forecast("Sc", -0.6, None),
    forecast("Nb", -1.2, -1.2, computed_already=True),
]


def test_only_what_was_computed_afterwards_is_a_test() -> None:
    assert list(landed_forecasts(FORECASTS)["element"]) == ["Y", "Al"]
    assert landed_forecasts(FORECASTS[2:]).empty
    assert landed_forecasts([]).empty


def test_the_figure_says_how_the_predictions_did() -> None:
    axes = forecast_figure(landed_forecasts(FORECASTS)).axes[0]
    assert axes.get_title() == "MAE 0.30 eV per f.u.; 1 of 2 inside their interval"
    points = [line for line in axes.get_lines() if line.get_label().startswith("computed")]
    assert [tuple(line.get_xdata()) for line in points] == [(-0.6, -1.5)]
    assert {text.get_text() for text in axes.texts} == {"Y3+ on Zr", "Al3+ on Zr"}


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_it_can_be_drawn(tmp_path: Any, suffix: str) -> None:
    path = tmp_path / f"forecasts.{suffix}"
    forecast_figure(landed_forecasts(FORECASTS)).savefig(path)
    assert path.stat().st_size > 1000
