"""The range of lithium against the measured garnets it was taken from."""

import pytest

from analysis.results.lithium_content import LithiumRange, MeasuredGarnet, measured_garnets

RANGE = LithiumRange()
GOOD = 2e-4  # S/cm


def _with(low: float, high: float) -> list[MeasuredGarnet]:
    rounding = 1e-6
    return [
        each for each in measured_garnets() if low - rounding <= each.lithium <= high + rounding
    ]


def test_garnets_within_the_range_are_cubic_and_conduct() -> None:
    inside = _with(RANGE.low, RANGE.high)
    assert len(inside) == 45
    assert all(each.cubic for each in inside)
    assert sum(each.conductivity >= GOOD for each in inside) == 42


def test_with_seven_lithium_some_are_tetragonal_and_some_hardly_conduct() -> None:
    full = _with(6.9, 7.1)
    assert len(full) == 9
    assert sum(not each.cubic for each in full) == 2
    assert sum(each.conductivity < 1e-5 for each in full) == 3


def test_nothing_was_measured_above_and_five_below() -> None:
    assert max(each.lithium for each in measured_garnets()) < 7.1
    below = [each for each in measured_garnets() if each.lithium < RANGE.low - 1e-6]
    assert len(below) == 5
    assert all(each.cubic for each in below)


def test_every_garnet_has_a_doi() -> None:
    assert all(each.doi.startswith("10.") for each in measured_garnets())


def test_lithium_counts_per_twelve_anions() -> None:
    garnet = MeasuredGarnet(
        composition="Li51.2Al1.6La24Zr16O96",
        space_group="Ia-3d",
        conductivity=1e-4,
        doi="",
        obelix_id="",
    )
    assert garnet.lithium == pytest.approx(6.4)
