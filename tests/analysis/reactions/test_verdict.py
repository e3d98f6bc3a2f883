from __future__ import annotations

import pytest
from pydantic import ValidationError

from analysis.base.fields import Relation
from analysis.reactions.verdict import Criteria, relation


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (0.3, Relation.NO_WORSE),
        (0.0, Relation.NO_WORSE),
        (-0.1, Relation.NO_WORSE),  # D = -u
        (-0.11, Relation.UNDECIDED),
        (-0.2, Relation.UNDECIDED),  # D = -2u
        (-0.21, Relation.WORSE),
    ],
)
def test_the_relation_compares_the_difference_with_its_uncertainty(
    difference: float, expected: Relation
) -> None:
    assert relation(difference, 0.1, Criteria()) == expected


@pytest.mark.parametrize(("difference", "expected"), [(0.0, "no_worse"), (-1e-9, "worse")])
def test_without_uncertainty_nothing_is_undecided(difference: float, expected: str) -> None:
    assert relation(difference, 0.0, Criteria()) == expected


def test_the_factors_are_settings() -> None:
    strict = Criteria(stable_factor=0, unstable_factor=3)
    relations = [relation(d, 0.1, strict) for d in (0.0, -0.05, -0.29, -0.31)]
    assert relations == ["no_worse", "undecided", "undecided", "worse"]


def test_factors_that_would_overlap_are_refused() -> None:
    with pytest.raises(ValidationError, match="unstable_factor must not be smaller"):
        Criteria(stable_factor=2, unstable_factor=1)
