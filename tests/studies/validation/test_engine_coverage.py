"""Errors against their uncertainty, and the words of two engines."""

from pathlib import Path

import pytest

from analysis.base.probabilities import ProbabilityLimits
from studies.validation.dissolution_reliability import forecasts
from studies.validation.engine_coverage import Shared, coverage, covered, shared_words

PAGE = " ".join((Path(__file__).parents[3] / "docs" / "engines.md").read_text().split())


def test_coverage_by_hand() -> None:
    found = covered([0.5, -1.0, 1.5, -3.0])
    assert found[:3] == (4, 0.5, 0.75)
    assert found.rms == pytest.approx((12.5 / 4) ** 0.5)


@pytest.mark.parametrize(
    ("engine", "version", "title", "off"),
    [
        ("chgnet", "0.3.0", "CHGNet 0.3.0", 0.05),
        ("sevennet", "7net-0", "SevenNet-0", 0.05),
        ("sevennet", "7net-l3i5", "SevenNet-l3i5", 0.06),
    ],
)
def test_the_page_has_the_share_of_errors_within_their_uncertainty(
    engine: str, version: str, title: str, off: float
) -> None:
    found = coverage(engine, version)
    assert found["oxides"].number == 842
    # a normal error has 0.68 and 0.95, and one with long tails more within one
    assert found["oxides"].within_two > 0.9
    assert found["oxides"].rms == pytest.approx(1.0, abs=off)
    cells = [
        f"{each.within_one:.0%}, {each.within_two:.0%}, {each.rms:.2f}" for each in found.values()
    ]
    assert f"| {title} | {' | '.join(cells)} |".replace("%", " %") in PAGE


def test_two_engines_seldom_contradict_each_other_on_oxides() -> None:
    better, other = forecasts("sevennet", "7net-0"), forecasts("chgnet")
    found = shared_words(better, other, ProbabilityLimits())
    assert found == Shared(decided=449, right=444, agreed=211, agreed_right=209, contradicted=0)
    assert "SevenNet-0 decides 449 of the 842 oxides, 444 rightly" in PAGE
    assert "CHGNet says the same of 211, 209 rightly, and the opposite of none" in PAGE
