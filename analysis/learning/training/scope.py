"""What a training tries, at each effort."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.learning.data.splits import SEEDS
from analysis.learning.regression.regressors import Regression
from analysis.learning.search.classification import FULL, QUICK, Profile
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.search.nested import Choice
from analysis.learning.settings import Effort


@dataclass(frozen=True)
class Scope:
    """What a training tries.

    Attributes
    ----------
    subsets
        Of the descriptors, in the search for the best classifier.
    choice
        What each fold of the nested scores chooses from.
    regression
        Algorithms for the reaction energy.
    seeds
        Of the folds of nested scores and regression.
    everything
        Compare kernels too, permute the labels, and draw the learning curve.
    """

    subsets: Profile
    choice: Choice
    regression: tuple[Regression, ...]
    seeds: tuple[int, ...] = SEEDS[:1]
    everything: bool = False


SCOPES = {
    #: A first look: one descriptor at a time, the simplest algorithms.
    Effort.BRIEF: Scope(
        subsets=Profile(fast_sizes=(1,)),
        choice=Choice(algorithms=(Algorithm.LOGISTIC,), sizes=(1,), inner_folds=2),
        regression=(Regression.RIDGE,),
    ),
    #: One regression of each kind. Support vectors, a second kernel method whose hyperparameters
    #: take a fifth of the training, are left to the full effort.
    Effort.QUICK: Scope(
        subsets=QUICK,
        choice=Choice(inner_folds=3),
        regression=(
            Regression.RIDGE,
            Regression.LAPLACIAN_RIDGE,
            Regression.GAUSSIAN_PROCESS,
            Regression.EXTRA_TREES,
            Regression.GRADIENT_BOOSTING,
        ),
    ),
    Effort.FULL: Scope(
        subsets=FULL,
        choice=Choice(),
        regression=tuple(Regression),
        seeds=SEEDS,
        everything=True,
    ),
}
