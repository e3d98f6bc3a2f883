"""Hyperparameters of a regression, chosen by an inner cross-validation of the training rows.

Errors are those of scikit-learn's `GridSearchCV` on the whole Pipeline. What does not depend on
hyperparameters is shared: the imputed and scaled columns, and the scaled targets, of each fold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn.metrics import mean_squared_error
from sklearn.preprocessing import StandardScaler

from analysis.learning.regression.regressors import estimator, grid
from analysis.learning.search.subset_search import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split
    from analysis.learning.regression.regressors import Regression
    from analysis.learning.search.subset_search import Prepared


def choose(
    problem: Problem, algorithm: Regression, *, inner: Sequence[Split], seed: int
) -> dict[str, float]:
    """Choose the hyperparameters of the smallest mean squared error over inner folds.

    Not of the largest R2: a small fold of similar targets would make that meaningless.

    Parameters
    ----------
    problem
        The training rows alone.
    inner
        Splits of them.

    Returns
    -------
    dict
        Of the estimator; empty for an algorithm that has no grid.
    """
    tried = grid(algorithm)
    if not tried:
        return {}
    folds = [_scaled(each) for each in prepare(problem, inner)]
    model = estimator(algorithm, seed=seed)
    # What scikit-learn would check at each of the fits was checked once, by `prepare`.
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        errors = [
            np.mean([_error(model.set_params(**values), *fold) for fold in folds])
            for values in tried
        ]
    return tried[int(np.argmin(errors))]


def _scaled(split: Prepared) -> tuple[Prepared, float]:
    """Scale targets to mean 0 and deviation 1 of the training rows; return that deviation too."""
    scaler = StandardScaler().fit(split.train_y[:, None])
    train, test = (scaler.transform(y[:, None]).ravel() for y in (split.train_y, split.test_y))
    return split._replace(train_y=train, test_y=test), float(scaler.scale_[0])


def _error(model: Any, fold: Prepared, unit: float) -> float:
    """Mean squared error on the test rows, in the targets' own unit squared."""
    predicted = model.fit(fold.train_x, fold.train_y).predict(fold.test_x)
    return float(mean_squared_error(fold.test_y, predicted)) * unit**2
