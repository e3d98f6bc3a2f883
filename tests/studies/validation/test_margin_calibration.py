"""What docs/uncertainty.md may say of the probabilities, held against the table."""

import pytest

from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.reference_phases import whole_table
from analysis.reactions.oxide_errors import Known, known_errors
from analysis.reactions.resistance import FLOOR
from studies.validation.margin_calibration import (
    EDGES,
    Forecast,
    LeftOut,
    coverage,
    forecasts,
    reliability,
)


@pytest.fixture(scope="module")
def without_element() -> list[Forecast]:
    return forecasts(known_errors(whole_table()), LeftOut.ELEMENT)


def _known(formula: str, element: str, valence: float, enthalpy: float, error: float) -> Known:
    return Known(formula, element, OxideGroup.OTHER, valence, enthalpy, error, 0.02)


def test_a_forecast_is_made_without_the_oxide() -> None:
    # SnO2 + 4 Li -> Sn + 2 Li2O: 4 * -3 + 6 eV measured. SnO tells 0.2 eV per oxygen, 0.4 of SnO2.
    oxides = [
        _known("Li2O", "Li", 1, -3.0, 0.0),
        _known("SnO", "Sn", 2, -3.0, 0.2),
        _known("SnO2", "Sn", 4, -6.0, 0.8),
    ]
    monoxide, dioxide = forecasts(oxides, LeftOut.OXIDE)
    assert dioxide.measured == pytest.approx(-6)
    assert dioxide.tabulated == pytest.approx(-5.2)
    assert dioxide.expected == pytest.approx(-5.6)
    assert monoxide.expected == pytest.approx(-3 + 0.2 - 0.4)
    assert dioxide.standard_error == pytest.approx(FLOOR)


def test_an_element_of_which_nothing_remains_is_left_out() -> None:
    oxides = [_known("Li2O", "Li", 1, -3.0, 0.0), _known("SnO2", "Sn", 4, -6.0, 0.8)]
    assert forecasts(oxides, LeftOut.OXIDE) == []
    assert forecasts(oxides, LeftOut.ELEMENT) == []


def test_of_the_measured_margins_four_in_five_lie_within_the_error(
    without_element: list[Forecast],
) -> None:
    found = coverage(without_element)
    assert found.n == 112
    assert found.within_one == pytest.approx(0.79, abs=0.01)
    assert found.within_two == pytest.approx(0.96, abs=0.01)
    assert found.rms == pytest.approx(0.90, abs=0.01)


def test_the_expected_error_takes_the_bias_of_the_table_away(
    without_element: list[Forecast],
) -> None:
    found = coverage(without_element)
    assert found.bias_of_table == pytest.approx(-0.51, abs=0.01)
    assert found.bias == pytest.approx(-0.07, abs=0.01)


def test_interpolation_is_calibrated_too() -> None:
    found = coverage(forecasts(known_errors(whole_table()), LeftOut.OXIDE))
    assert found.n == 66
    assert found.within_one == pytest.approx(0.76, abs=0.01)
    assert found.within_two == pytest.approx(0.97, abs=0.01)


def test_those_said_to_resist_do(without_element: list[Forecast]) -> None:
    rows = {(row.low, row.high): row for row in reliability(without_element)}
    assert [(row.n, row.resist) for row in rows.values()] == [
        (92, pytest.approx(1 / 92)),
        (3, 1),
        (10, pytest.approx(0.9)),
        (2, 1),
        (5, 1),
    ]
    assert rows[0.9, 1.0].probability == pytest.approx(0.95, abs=0.01)


def test_every_forecast_is_in_one_class(without_element: list[Forecast]) -> None:
    rows = reliability(without_element)
    assert len(rows) == len(EDGES) - 1
    assert sum(row.n for row in rows) == len(without_element)
