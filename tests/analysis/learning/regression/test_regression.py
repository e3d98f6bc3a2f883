"""Kernel ridge by hand, and scores that tell elements seen from elements never seen."""

import dataclasses
import math

import numpy as np
import pytest
from standins.synthetic import Truth, synthetic_energies, synthetic_problem

from analysis.learning.data.problem import DUMMY, PHYSICS, Problem
from analysis.learning.regression.regression import (
    learning_curve,
    regression_scores,
    window_score,
)
from analysis.learning.regression.regressors import Regression, regressor
from analysis.learning.search.subset_search import SearchRun

PROBLEM = synthetic_problem(Truth.RULE, elements=20, each=2, descriptors=3)
SMOOTH = dataclasses.replace(PROBLEM, y=np.sin(PROBLEM.x[:, 0]) + PROBLEM.x[:, 1])
QUICK = (Regression.RIDGE, Regression.EXTRA_TREES, Regression.LAPLACIAN_RIDGE)


def test_laplacian_kernel_ridge_by_hand() -> None:
    # Two compounds at -1 and 1, targets -1 and 1: scaling leaves both as they are. With
    # k = exp(-2 / sigma), (K + lambda) c = y has c = y / (1 - k + lambda), and at 0.5
    # f = c (exp(-0.5 / sigma) - exp(-1.5 / sigma)).
    width, ridge = 2.0, 0.1
    chosen = {"alpha": ridge, "gamma": 1 / width}
    model = regressor(Regression.LAPLACIAN_RIDGE, seed=0, hyperparameters=chosen)
    model.fit(np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0]))
    weight = 1 / (1 - math.exp(-2 / width) + ridge)
    by_hand = weight * (math.exp(-0.5 / width) - math.exp(-1.5 / width))
    assert model.predict([[0.5]])[0] == pytest.approx(by_hand)


def test_the_laplacian_kernel_sums_over_descriptors() -> None:
    # Corners of a square: scaled to themselves; opposite ones are 4 apart, neighbours 2.
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    y = np.array([1.0, -1.0, -1.0, 1.0])
    chosen = {"alpha": 0.5, "gamma": 0.25}
    model = regressor(Regression.LAPLACIAN_RIDGE, seed=0, hyperparameters=chosen)
    model.fit(corners, y)
    kernel = np.exp(-0.25 * np.abs(corners[:, None] - corners).sum(axis=2))
    by_hand = kernel @ np.linalg.solve(kernel + 0.5 * np.eye(4), y)
    assert model.predict(corners) == pytest.approx(by_hand)


def test_every_algorithm_beats_the_dummy_on_a_smooth_function() -> None:
    found = regression_scores(SMOOTH, run=SearchRun(), seeds=(0,))
    assert set(found.scores["algorithm"]) == {DUMMY, *(str(each) for each in Regression)}
    grouped = found.scores[found.scores["scheme"] == "grouped"].set_index("algorithm")
    assert grouped.index[-1] == DUMMY
    assert grouped["mae"].is_monotonic_increasing
    assert (grouped["r2"].drop(DUMMY) > 0.3).all()
    assert grouped.loc[DUMMY, "r2"] <= 0
    named = {"r2", "mse", "mae", "r2_spread", "mse_spread", "mae_spread", "r2_held_out"}
    assert named < set(found.scores.columns)


def test_the_split_shows_training_and_test_rows() -> None:
    found = regression_scores(SMOOTH, run=SearchRun(), algorithms=[Regression.RIDGE], seeds=(0,))
    for _, part in found.held_out.groupby(["algorithm", "scheme"]):
        assert sorted(part["row"]) == list(range(len(SMOOTH)))
        assert (part["part"] == "test").sum() == 8  # a fifth of forty
        assert np.array_equal(part["truth"], SMOOTH.y[part["row"]])


def test_algorithms_learn_what_the_tables_leave_over_and_stand_beside_them() -> None:
    problem = synthetic_energies(Truth.RULE)
    found = regression_scores(problem, run=SearchRun(), algorithms=[Regression.RIDGE], seeds=(0,))
    grouped = found.scores[found.scores["scheme"] == "grouped"].set_index("algorithm")
    assert list(grouped.index) == ["ridge", PHYSICS, DUMMY]
    # The rule is linear; what is left are the medians of the sites, which hold some of it.
    for error in ("mae", "mae_window"):
        assert grouped.loc["ridge", error] < 0.5 * grouped.loc[PHYSICS, error]


def test_the_window_by_hand() -> None:
    error, fit = window_score(np.array([-2.0, -0.9, -0.5]), np.array([0.0, -0.8, -0.5]))
    assert error == pytest.approx(0.05)
    assert fit == pytest.approx(1 - 0.01 / 0.08)
    assert math.isnan(window_score(np.array([-2.0, -0.9]), np.zeros(2))[0])


def element_only() -> Problem:
    problem = synthetic_problem(Truth.ELEMENT, elements=24, each=4, descriptors=4)
    own = np.repeat(np.random.default_rng(1).normal(size=24), 4)
    return dataclasses.replace(problem, y=own)


def test_what_only_the_element_knows_is_predicted_plain_and_not_grouped() -> None:
    found = regression_scores(
        element_only(), run=SearchRun(), algorithms=[Regression.EXTRA_TREES], seeds=(0,)
    )
    trees = found.scores[found.scores["algorithm"] == "extra_trees"].set_index("scheme")
    assert trees.loc["plain", "r2"] > 0.9
    assert trees.loc["grouped", "r2"] < 0.2


def test_more_compounds_make_a_smaller_error() -> None:
    curve = learning_curve(
        SMOOTH, Regression.EXTRA_TREES, run=SearchRun(), shares=(0.3, 1.0), seeds=(0,)
    )
    scores = ["mae", "mae_spread", "mae_window", "r2_window"]
    assert list(curve.columns) == ["scheme", "share", "rows", *scores]
    for _, part in curve.groupby("scheme"):
        few, many = part.sort_values("share").itertuples()
        assert few.rows < many.rows
        assert many.mae < few.mae
