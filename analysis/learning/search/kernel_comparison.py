"""Linear, polynomial and Gaussian kernels compared, in a support vector machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from analysis.learning.data.scores import METRICS, score
from analysis.learning.data.splits import SEEDS, Scheme, Split, class_splits
from analysis.learning.search.classifiers import decision, preprocessing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.subset_search import SearchRun

KERNELS = ("linear", "poly", "rbf")
#: Chosen in an inner five-fold loop; descriptors are scaled to deviation 1.
GRID = {"estimate__C": [0.1, 1.0, 10.0, 100.0], "estimate__gamma": ["scale", 0.03, 0.3]}


def compare_kernels(
    problem: Problem, subset: Sequence[str], *, run: SearchRun, seeds: Sequence[int] = SEEDS
) -> pd.DataFrame:
    """Score support vector machines of different kernels on the same descriptors.

    Returns
    -------
    DataFrame
        One row for each kernel and scheme: `kernel`, `scheme`, and each score's mean and `_spread`
        over folds and seeds. C and the kernel's width are chosen inside each fold.
    """
    columns = problem.columns(subset)
    work = [
        (kernel, scheme, split)
        for kernel in KERNELS
        for scheme in Scheme
        for split in class_splits(problem.y, problem.groups, scheme=scheme, seeds=seeds)
    ]
    scores = Parallel(n_jobs=run.jobs)(
        delayed(_fold)(problem, columns, *each, seed=run.seed) for each in work
    )
    named = [str(metric) for metric in METRICS]
    table = pd.DataFrame(scores, columns=named).assign(
        kernel=[each[0] for each in work], scheme=[str(each[1]) for each in work]
    )
    grouped = table.groupby(["kernel", "scheme"], sort=False)[named]
    spread = grouped.std(ddof=0).add_suffix("_spread")
    return grouped.mean().join(spread).reset_index()


def _fold(
    problem: Problem, columns: list[int], kernel: str, scheme: Scheme, split: Split, *, seed: int
) -> NDArray[np.float64]:
    x, y, groups = problem.x[:, columns], problem.y, problem.groups
    train, test = split
    inner = class_splits(y[train], groups[train], scheme=scheme, seeds=(seed,))
    pipeline = Pipeline([*preprocessing().steps, ("estimate", SVC(kernel=kernel))])
    grid = {"estimate__C": GRID["estimate__C"]} if kernel == "linear" else GRID
    search = GridSearchCV(pipeline, grid, cv=inner, scoring="balanced_accuracy")
    search.fit(x[train], y[train])
    return score(y[test], *decision(search.best_estimator_, x[test]))
