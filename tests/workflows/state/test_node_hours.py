from __future__ import annotations

import pytest

from workflows.state.node_hours import NodeHours, measure, weight


def test_the_cost_of_a_step_grows_with_the_power_of_two_and_a_half() -> None:
    assert weight(100) == 1
    assert weight(400) == pytest.approx(32)  # 4**2.5


def test_the_time_of_a_step_is_measured_in_relaxations() -> None:
    # 100 atoms, 10 steps at 60 s; 400 atoms, 2 steps of 32 times 60 s
    small = {"n_atoms": 100, "n_steps": 10, "seconds": 600}
    large = {"n_atoms": 400, "n_steps": 2, "seconds": 2 * 32 * 60}
    measured = measure([small, large, small, large, small])
    assert measured is not None
    assert measured == (pytest.approx(60), 5)


def test_one_that_waited_does_not_move_the_measurement() -> None:
    usual = {"n_atoms": 100, "n_steps": 10, "seconds": 600}
    measured = measure([*[usual] * 6, usual | {"seconds": 1e6}])
    assert measured is not None
    assert measured[0] == pytest.approx(60)


def test_a_few_relaxations_measure_nothing() -> None:
    assert measure([{"n_atoms": 4, "n_steps": 1, "seconds": 30}] * 4) is None


def test_an_assumption_is_called_one() -> None:
    assert "an assumption" in str(NodeHours(10.0, 300.0, 0))
    assert "measured in 7 relaxations" in str(NodeHours(10.0, 41.0, 7))
