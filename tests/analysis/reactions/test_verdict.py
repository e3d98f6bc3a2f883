from __future__ import annotations

import pytest
from pydantic import ValidationError

from analysis.base.fields import Label
from analysis.reactions.verdict import Criteria, label


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (0.3, Label.STABLE),
        (0.0, Label.STABLE),
        (-0.1, Label.STABLE),  # D = -u
        (-0.11, Label.UNDECIDED),
        (-0.2, Label.UNDECIDED),  # D = -2u
        (-0.21, Label.UNSTABLE),
    ],
)
def test_the_label_compares_the_difference_with_its_uncertainty(
    difference: float, expected: Label
) -> None:
    assert label(difference, 0.1, Criteria()) == expected


@pytest.mark.parametrize(("difference", "expected"), [(0.0, "stable"), (-1e-9, "unstable")])
def test_without_uncertainty_nothing_is_undecided(difference: float, expected: str) -> None:
    assert label(difference, 0.0, Criteria()) == expected


def test_the_factors_are_settings() -> None:
    strict = Criteria(stable_factor=0, unstable_factor=3)
    labels = [label(d, 0.1, strict) for d in (0.0, -0.05, -0.29, -0.31)]
    assert labels == ["stable", "undecided", "undecided", "unstable"]


def test_factors_that_would_overlap_are_refused() -> None:
    with pytest.raises(ValidationError, match="unstable_factor must not be smaller"):
        Criteria(stable_factor=2, unstable_factor=1)
