import numpy as np
import pytest

from analysis.base.errors import InputError
from analysis.base.pareto import pareto_front


def test_a_point_beaten_in_both_respects_is_off_the_front() -> None:
    assert pareto_front([[1, 3], [3, 1], [0.5, 0.5]]).tolist() == [True, True, False]


def test_as_good_in_one_respect_and_worse_in_the_other_is_beaten() -> None:
    assert pareto_front([[1, 3], [1, 2]]).tolist() == [True, False]


def test_equals_do_not_beat_each_other() -> None:
    assert pareto_front([[1, 2], [1, 2]]).tolist() == [True, True]


def test_the_front_of_random_points_is_that_of_all_pairs() -> None:
    points = np.random.default_rng(1).integers(0, 5, size=(40, 3))
    expected = [
        not any((other >= own).all() and (other > own).any() for other in points) for own in points
    ]
    assert pareto_front(points).tolist() == expected


def test_a_value_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(InputError, match="Candidates 1 have"):
        pareto_front([[1.0, 2.0], [float("nan"), 1.0]])
