"""Reliability of P(dissolves) on oxides whose stability the table knows."""

from pathlib import Path

import pytest

from analysis.base.fields import Dissolution
from analysis.base.probabilities import ProbabilityLimits
from studies.validation.dissolution_reliability import (
    Checked,
    Forecast,
    check,
    forecasts,
    table_distance,
)

ROOT = Path(__file__).parents[3]


def checked(*, corrected: bool) -> Checked:
    return check(forecasts("chgnet", corrected=corrected), ProbabilityLimits())


@pytest.fixture(scope="module")
def corrected() -> Checked:
    return checked(corrected=True)


def test_words_are_counted_with_what_came_true() -> None:
    found = [
        Forecast("AO", "A", 0.95, stable=True),
        Forecast("BO", "B", 0.95, stable=False),
        Forecast("CO", "C", 0.5, stable=True),
    ]
    result = check(found, ProbabilityLimits())
    assert result.words == {
        Dissolution.DISSOLVES: (2, 1),
        Dissolution.UNDECIDED: (1, 1),
        Dissolution.SEGREGATES: (0, 0),
    }
    assert result.brier == pytest.approx((0.05**2 + 0.95**2 + 0.5**2) / 3)


def test_a_stable_oxide_is_below_and_an_unstable_one_above_all_others() -> None:
    assert table_distance("LiAlO2", "Al") < 0 < table_distance("ZrAlO3", "Al")


def test_of_those_said_to_be_stable_nine_in_ten_are(corrected: Checked) -> None:
    # Counted once with the committed errors: 70 of 77, and 3 of 148.
    assert corrected.words[Dissolution.DISSOLVES] == (77, 70)
    assert corrected.words[Dissolution.SEGREGATES] == (148, 3)


def test_taking_off_the_bias_makes_probabilities_better(corrected: Checked) -> None:
    plain = checked(corrected=False)
    assert corrected.brier == pytest.approx(0.129, abs=1e-3)
    assert plain.brier == pytest.approx(0.189, abs=1e-3)


def test_the_page_shows_the_reliability_table(corrected: Checked) -> None:
    page = (ROOT / "docs" / "uncertainty.md").read_text()
    for group in corrected.groups:
        row = (
            f"| {group.low:g} to {group.high:g} | {group.number} | {group.predicted:.2f} "
            f"| {group.observed:.2f} |"
        )
        assert row in page
