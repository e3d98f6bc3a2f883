"""The algorithms that regress, each as a scikit-learn Pipeline with its hyperparameters' grid.

The hyperparameters are chosen in an inner five-fold loop on logarithmic grids; those of the
Gaussian process maximise its marginal likelihood of the training rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from analysis.base.labelled import LabelledName
from analysis.learning.search.classifiers import preprocessing

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Descriptors are scaled to deviation 1: distances between compounds are 1 to 10.
RIDGES = tuple(float(each) for each in np.logspace(-4, 1, 6))
WIDTHS = tuple(float(each) for each in np.logspace(0, 2, 7))  # sigma of the kernels
#: exp(-|d|^2 / (2 sigma^2)) in scikit-learn's words, for sigma from 1 to 30.
GAUSSIAN_GAMMAS = tuple(float(1 / (2 * width**2)) for width in np.logspace(0, 1.5, 7))
PENALTIES = tuple(float(each) for each in np.logspace(-1, 3, 5))
ALPHAS = tuple(float(each) for each in np.logspace(-3, 3, 7))
TREES = 100


class Regression(LabelledName):
    """A regression algorithm."""

    RIDGE = "ridge", "ridge regression"
    LAPLACIAN_RIDGE = "laplacian_ridge", "kernel ridge, Laplacian kernel"
    GAUSSIAN_RIDGE = "gaussian_ridge", "kernel ridge, Gaussian kernel"
    POLYNOMIAL_RIDGE = "polynomial_ridge", "kernel ridge, polynomial kernel"
    GAUSSIAN_PROCESS = "gaussian_process", "Gaussian process"
    SVR = "svr", "support vector regression"
    RANDOM_FOREST = "random_forest", "random forest"
    EXTRA_TREES = "extra_trees", "extra trees"
    GRADIENT_BOOSTING = "gradient_boosting", "gradient boosting"


#: The kernels that are compared, all in ridge regression.
KERNELS = (
    Regression.RIDGE,
    Regression.POLYNOMIAL_RIDGE,
    Regression.GAUSSIAN_RIDGE,
    Regression.LAPLACIAN_RIDGE,
)

_GRIDS: dict[Regression, dict[str, tuple[float, ...]]] = {
    Regression.RIDGE: {"alpha": ALPHAS},
    # exp(-|xi - xj| / sigma), |.| the sum over descriptors: scikit-learn's gamma is 1 / sigma.
    Regression.LAPLACIAN_RIDGE: {"alpha": RIDGES, "gamma": tuple(1 / each for each in WIDTHS)},
    Regression.GAUSSIAN_RIDGE: {"alpha": RIDGES, "gamma": GAUSSIAN_GAMMAS},
    Regression.POLYNOMIAL_RIDGE: {"alpha": (*RIDGES, 1e2, 1e3), "gamma": (0.01, 0.1)},
    Regression.SVR: {"C": PENALTIES, "gamma": GAUSSIAN_GAMMAS},
}


def regressor(
    algorithm: Regression, *, seed: int, hyperparameters: Mapping[str, float] | None = None
) -> Pipeline:
    """Make an algorithm's Pipeline; targets are scaled as descriptors are.

    Parameters
    ----------
    hyperparameters
        Of the estimator; its defaults if not given.
    """
    made = estimator(algorithm, seed=seed).set_params(**(hyperparameters or {}))
    scaled = TransformedTargetRegressor(made, transformer=StandardScaler())
    return Pipeline([*preprocessing().steps, ("estimate", scaled)])


def grid(algorithm: Regression) -> list[dict[str, float]]:
    """Return the hyperparameters to choose from; none for an algorithm that is taken as it is."""
    return list(ParameterGrid(_GRIDS[algorithm])) if algorithm in _GRIDS else []


def gaussian_process(*, seed: int, kernel: Any = None) -> GaussianProcessRegressor:
    """Make the Gaussian process: Matern kernel (nu 5/2) and white noise.

    Parameters
    ----------
    kernel
        A kernel whose hyperparameters are known: it is taken as it is, nothing is optimised.
    """
    if kernel is not None:
        return GaussianProcessRegressor(kernel, optimizer=None, random_state=seed)
    free = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(
        length_scale=4.0, length_scale_bounds=(0.3, 1e2), nu=2.5
    ) + WhiteKernel(0.1, (1e-4, 1e1))
    return GaussianProcessRegressor(free, n_restarts_optimizer=1, random_state=seed)


def estimator(algorithm: Regression, *, seed: int) -> Any:
    """Make the last step of an algorithm's Pipeline, for scaled descriptors and targets."""
    made = {
        Regression.RIDGE: Ridge(),
        Regression.LAPLACIAN_RIDGE: KernelRidge(kernel="laplacian"),
        Regression.GAUSSIAN_RIDGE: KernelRidge(kernel="rbf"),
        Regression.POLYNOMIAL_RIDGE: KernelRidge(kernel="polynomial", degree=3),
        Regression.GAUSSIAN_PROCESS: gaussian_process(seed=seed),
        Regression.SVR: SVR(kernel="rbf", epsilon=0.1),
        Regression.RANDOM_FOREST: RandomForestRegressor(
            TREES, min_samples_leaf=2, random_state=seed
        ),
        Regression.EXTRA_TREES: ExtraTreesRegressor(TREES, max_features=0.5, random_state=seed),
        Regression.GRADIENT_BOOSTING: GradientBoostingRegressor(
            n_estimators=TREES, max_depth=3, subsample=0.7, random_state=seed
        ),
    }
    return made[algorithm]
