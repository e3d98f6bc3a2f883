"""What a training tries, at each effort."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.learning.data.splits import SEEDS
from analysis.learning.regression.regressors import Regression
from analysis.learning.search.classification import FULL, QUICK, Profile
from analysis.learning.settings import Effort


@dataclass(frozen=True)
class Scope:
    """What a training tries.

    Attributes
    ----------
    subsets
        Of the descriptors, in the search for the best classifier.
    regression
        Algorithms for the reaction energy.
    published
        Those on the fifteen descriptors alone, as in the literature.
    seeds
        Of the folds.
    curve
        Measure the error against the number of compounds.
    everything
        Compare kernels too, and shuffle what the tables leave over.
    """

    subsets: Profile
    regression: tuple[Regression, ...]
    published: tuple[Regression, ...] = (Regression.LAPLACIAN_RIDGE,)
    seeds: tuple[int, ...] = SEEDS[:1]
    curve: bool = True
    everything: bool = False


SCOPES = {
    #: A first look: one descriptor at a time, the simplest algorithms.
    Effort.BRIEF: Scope(
        subsets=Profile(fast_sizes=(1,)),
        regression=(Regression.RIDGE,),
        published=(Regression.RIDGE,),
        curve=False,
    ),
    #: One regression of each kind.
    Effort.QUICK: Scope(
        subsets=QUICK,
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
        regression=tuple(Regression),
        published=tuple(Regression),
        seeds=SEEDS,
        everything=True,
    ),
}
