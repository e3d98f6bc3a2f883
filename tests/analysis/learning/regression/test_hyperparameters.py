"""The inner loop chooses what scikit-learn's grid search over the whole Pipeline chooses."""

import dataclasses

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from standins.synthetic import Truth, synthetic_problem

from analysis.learning.data.problem import Problem
from analysis.learning.data.splits import Scheme, value_splits
from analysis.learning.regression.hyperparameters import choose
from analysis.learning.regression.regressors import (
    ALPHAS,
    RIDGES,
    WIDTHS,
    Regression,
    grid,
    regressor,
)

TUNED = [each for each in Regression if grid(each)]


def smooth(*, gaps: bool) -> Problem:
    """Return a smooth function of two descriptors far from 0 and 1; of some rows one is missing."""
    problem = synthetic_problem(Truth.RULE, elements=20, each=3, descriptors=4)
    y = 7 + 3 * (np.sin(problem.x[:, 0]) + problem.x[:, 1])
    x = 100 + 20 * problem.x
    if gaps:
        x[::7, 0] = np.nan
    return dataclasses.replace(problem, x=x, y=y)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("algorithm", TUNED)
def test_the_choice_is_that_of_a_grid_search_over_the_pipeline(
    algorithm: Regression, scheme: Scheme
) -> None:
    problem = smooth(gaps=True)
    inner = value_splits(problem.groups, scheme=scheme, seeds=(0,))[:2]
    names = {key for values in grid(algorithm) for key in values}
    named = {
        f"estimate__regressor__{name}": sorted({values[name] for values in grid(algorithm)})
        for name in names
    }
    search = GridSearchCV(
        regressor(algorithm, seed=0), named, cv=inner, scoring="neg_mean_squared_error"
    ).fit(problem.x, problem.y)
    chosen = choose(problem, algorithm, inner=inner, seed=0)
    assert {f"estimate__regressor__{key}": value for key, value in chosen.items()} == (
        search.best_params_
    )


def test_grids_are_logarithmic_and_all_of_them_is_tried() -> None:
    for values in (ALPHAS, RIDGES, WIDTHS):
        assert np.allclose(np.diff(np.log(values)), np.diff(np.log(values))[0])
    tried = grid(Regression.LAPLACIAN_RIDGE)
    assert len(tried) == len(RIDGES) * len(WIDTHS)
    assert {values["gamma"] for values in tried} == {1 / each for each in WIDTHS}


@pytest.mark.parametrize("algorithm", [each for each in Regression if each not in TUNED])
def test_nothing_is_chosen_for_an_algorithm_without_a_grid(algorithm: Regression) -> None:
    problem = smooth(gaps=False)
    inner = value_splits(problem.groups, scheme=Scheme.PLAIN, seeds=(0,))
    assert choose(problem, algorithm, inner=inner, seed=0) == {}
