"""Which descriptors matter: forests, permutations, correlations, and windows of the stable."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import balanced_accuracy_score, r2_score

from analysis.base.errors import InputError
from analysis.learning.data.splits import (
    SEEDS,
    Scheme,
    Split,
    class_splits,
    permute_blocks,
    value_splits,
)
from analysis.learning.search.subset_search import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.subset_search import Prepared, SearchRun

TREES = 100
#: Shuffles of each descriptor in each test set.
REPEATS = 5
#: Random relabellings for the p value of a window.
RELABELLINGS = 1000


def importances(
    problem: Problem,
    *,
    classify: bool,
    run: SearchRun,
    scheme: Scheme = Scheme.GROUPED,
    seeds: Sequence[int] = SEEDS,
) -> pd.DataFrame:
    """Measure the importance of each descriptor in a random forest, two ways, with its spread.

    The impurity importance (L. Breiman, *Mach. Learn.* 45, 5 (2001)) is of the training rows and
    favours descriptors of many values; the permutation importance is what shuffling a descriptor
    costs on test rows, in balanced accuracy or in R2. Of two descriptors that carry the same
    information, either may get the credit, or each half: look at the correlations too.

    Returns
    -------
    DataFrame
        `descriptor`, `impurity`, `impurity_spread`, `permutation`, `permutation_spread`; the
        largest permutation importance first.
    """
    if classify:
        splits = class_splits(problem.y, problem.groups, scheme=scheme, seeds=seeds)
    else:
        splits = value_splits(problem.groups, scheme=scheme, seeds=seeds)
    found = Parallel(n_jobs=run.jobs)(
        delayed(_importance)(problem, split, classify, run.seed) for split in splits
    )
    impurity, permutation = (np.array(part) for part in zip(*found, strict=True))
    table = pd.DataFrame(
        {
            "descriptor": problem.names,
            "impurity": impurity.mean(axis=0),
            "impurity_spread": impurity.std(axis=0),
            "permutation": permutation.mean(axis=0),
            "permutation_spread": permutation.std(axis=0),
        }
    )
    return table.sort_values(["permutation", "impurity"], ascending=False).reset_index(drop=True)


def _importance(
    problem: Problem, split: Split, classify: bool, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    forest = RandomForestClassifier if classify else RandomForestRegressor
    (prepared,) = prepare(problem, [split])
    model = forest(TREES, min_samples_leaf=2, random_state=seed)
    model.fit(prepared.train_x, prepared.train_y)
    score = balanced_accuracy_score if classify else r2_score
    return model.feature_importances_, shuffling_costs(model.predict, score, prepared, seed)


def shuffling_costs(
    predict: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    score: Callable[[NDArray[np.float64], NDArray[np.float64]], float],
    prepared: Prepared,
    seed: int,
) -> NDArray[np.float64]:
    """Return how much of its score a model loses if a descriptor is shuffled in the test rows.

    This is scikit-learn's `permutation_importance`, with its random numbers, in one prediction:
    a forest takes as long for five rows as for a thousand.

    Returns
    -------
    array, [D]
        The score of the test rows minus the mean score of `REPEATS` shuffles.
    """
    x, y = prepared.test_x, prepared.test_y
    orders = _orders(len(x), seed)
    copies = [x]
    for column in range(x.shape[1]):
        for order in orders:
            shuffled = x.copy()
            shuffled[:, column] = x[order, column]
            copies.append(shuffled)
    told = predict(np.concatenate(copies)).reshape(len(copies), len(x))
    scores = np.array([score(y, each) for each in told])
    return np.asarray(scores[0] - scores[1:].reshape(-1, REPEATS).mean(axis=1))


def _orders(rows: int, seed: int) -> list[NDArray[np.intp]]:
    """Shuffle rows again and again, as scikit-learn does for each column."""
    drawn = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    rng, index = np.random.RandomState(drawn), np.arange(rows)
    orders = [index.copy()]
    for _ in range(REPEATS):
        rng.shuffle(index)
        orders.append(orders[-1][index])
    return orders[1:]


def correlations(problem: Problem) -> pd.DataFrame:
    """Pearson correlation of all descriptors, [D, D]; of each pair the rows that have both.

    NaN for a descriptor that is the same in all compounds.
    """
    return pd.DataFrame(problem.x, columns=list(problem.names)).corr(method="pearson")


class Window(NamedTuple):
    """The interval of a descriptor that best separates the stable from the others.

    `youden` is the share of the stable compounds inside minus the share of the others inside
    (W. Youden, *Cancer* 3, 32 (1950)): 1 for an interval of all the stable ones alone. Being the
    best of all intervals it is above 0 by chance too: `p_value` is how often labels shuffled
    by element reach it.
    """

    descriptor: str
    low: float
    high: float
    stable_inside: int
    stable: int
    others_inside: int
    others: int
    youden: float
    p_value: float


def stability_window(problem: Problem, descriptor: str, *, seed: int = 0) -> Window:
    """Find the window of a descriptor, over all intervals between two of its values.

    Compounds without the descriptor do not count.

    Raises
    ------
    InputError
        There is no such descriptor, or no compound of a class has it.
    """
    values = problem.x[:, problem.columns([descriptor])[0]]
    known = ~np.isnan(values)
    values, stable, groups = values[known], problem.y[known] == 1, problem.groups[known]
    if not stable.any() or stable.all():
        message = f"all compounds with a {descriptor} are of one class: there is no window"
        raise InputError(message)
    distinct, position = np.unique(values, return_inverse=True)
    low, high, youden = _best_interval(position, stable, len(distinct))
    inside = (position >= low) & (position <= high)
    rng = np.random.default_rng(seed)
    chance = [
        _best_interval(position, _dealt(stable, groups, rng), len(distinct))[2]
        for _ in range(RELABELLINGS)
    ]
    as_good = np.count_nonzero(np.array(chance) >= youden - ROUNDING)
    return Window(
        descriptor=descriptor,
        low=float(distinct[low]),
        high=float(distinct[high]),
        stable_inside=int(np.count_nonzero(inside & stable)),
        stable=int(np.count_nonzero(stable)),
        others_inside=int(np.count_nonzero(inside & ~stable)),
        others=int(np.count_nonzero(~stable)),
        youden=youden,
        p_value=float((as_good + 1) / (RELABELLINGS + 1)),
    )


#: Sums of a few hundred shares agree to this.
ROUNDING = 1e-9


def _best_interval(
    position: NDArray[np.intp], stable: NDArray[np.bool_], number: int
) -> tuple[int, int, float]:
    """Find the run of distinct values with the largest sum of weights (J. Kadane's algorithm)."""
    weights = np.where(stable, 1 / stable.sum(), -1 / (~stable).sum())
    upto = np.concatenate([[0.0], np.cumsum(np.bincount(position, weights, minlength=number))])
    lowest = np.minimum.accumulate(upto[:-1])
    high = int(np.argmax(upto[1:] - lowest))
    low = int(np.argmin(upto[: high + 1]))
    return low, high, float(upto[high + 1] - upto[low])


def _dealt(
    stable: NDArray[np.bool_], groups: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    return np.asarray(permute_blocks(stable.astype(float), groups, rng) == 1)


def windows(problem: Problem, names: Sequence[str] | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Find the windows of several descriptors, of all if not given; the sharpest first.

    Returns
    -------
    DataFrame
        The fields of `Window`, and `p_adjusted`: the p value by Holm's method (S. Holm, *Scand. J.
        Stat.* 6, 65 (1979)), since of fifteen descriptors one is below 0.05 by chance every
        second time.
    """
    found = [stability_window(problem, name, seed=seed) for name in names or problem.names]
    table = pd.DataFrame(found, columns=list(Window._fields))
    table = table.assign(p_adjusted=_holm(table["p_value"].to_numpy()))
    return table.sort_values("youden", ascending=False, kind="stable").reset_index(drop=True)


def _holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p_values[order] * factors))
    return adjusted
