"""The coordination number of a dopant that was never computed, for maps of the descriptors.

No prediction uses it. Extra trees learn it from valence, radius, misfit and site of the compounds
that were computed; an ion that was computed on the site keeps its number. The answer is the trees'
mean: rounded to a whole number it would be off by two or more twice as often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.pipeline import Pipeline

from analysis.descriptors.descriptor import Descriptor
from analysis.learning.data.features import features_of
from analysis.learning.regression.regressors import Regression, estimator
from analysis.learning.search.classifiers import preprocessing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry


def estimate_coordination(
    data: TrainingData, host: HostChemistry, asked: Problem, *, seed: int = 0
) -> NDArray[np.float64]:
    """Estimate the coordination numbers of asked compounds.

    Parameters
    ----------
    asked
        As `analysis.learning.prediction.asked_dopants.asked_problem` returns it.
    """
    number = data.descriptors[str(Descriptor.COORDINATION_NUMBER)].to_numpy(dtype=float)
    there = ~np.isnan(number)
    trees = estimator(Regression.EXTRA_TREES, seed=seed)
    model = Pipeline([*preprocessing().steps, ("trees", trees)])
    model.fit(features_of(data, host).to_numpy(dtype=float)[there], number[there])
    return np.asarray(model.predict(asked.x))
