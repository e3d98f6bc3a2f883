"""The model of what the tables leave over: extra trees on ion and site.

The same functions predict a compound that was never computed and are scored on test folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline

from analysis.learning.data.problem import TableEstimate, physics, table_estimate
from analysis.learning.data.splits import SEEDS, Scheme, value_splits
from analysis.learning.prediction.model_settings import Calibration
from analysis.learning.regression.regressors import Regression, estimator
from analysis.learning.search.classifiers import preprocessing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem

#: Least deviation, in units of the spread of what is learnt: trees agree on a row they have seen.
LEAST = 0.2


class ResidualEstimate(NamedTuple):
    """Reaction energies and the forest's own deviation, eV per f.u. at the x of the training."""

    energy: NDArray[np.float64]
    deviation: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ResidualModel:
    """Tables, the sites' medians, and a forest of the rest, from the rows of a problem."""

    problem: Problem
    seed: int = 0

    @cached_property
    def base(self) -> TableEstimate:
        """The estimate without learning."""
        return table_estimate(self.problem)

    @cached_property
    def _left(self) -> NDArray[np.float64]:
        return self.problem.y - physics(self.problem, np.arange(len(self.problem)))

    @cached_property
    def _forest(self) -> Pipeline:
        trees = estimator(Regression.EXTRA_TREES, seed=self.seed)
        pipeline = Pipeline([*preprocessing().steps, ("trees", trees)])
        return pipeline.fit(self.problem.x, self._left)

    def estimate(self, rows: Problem) -> ResidualEstimate:
        """Estimate the reaction energies of rows, computed or not; their `y` is not used."""
        scaled = self._forest[:-1].transform(rows.x).astype(np.float32)
        # Each tree's own method would check the rows again, which takes longer than the answer.
        trees = self._forest[-1].estimators_
        told = np.array([tree.tree_.predict(scaled).ravel() for tree in trees])
        least = LEAST * (float(self._left.std()) or 1.0)
        base = self.base.energies(rows)
        return ResidualEstimate(base + told.mean(axis=0), np.hypot(told.std(axis=0), least))


def calibrate(problem: Problem, seed: int = 0) -> Calibration:
    """Measure the errors of a model of these rows on folds by element."""
    ratios = []
    for train, test in value_splits(problem.groups, scheme=Scheme.GROUPED, seeds=SEEDS[:1]):
        found = ResidualModel(problem.part(train), seed).estimate(problem.part(test))
        ratios.append((problem.y[test] - found.energy) / found.deviation)
    return Calibration(tuple(float(each) for each in np.sort(np.concatenate(ratios))))
