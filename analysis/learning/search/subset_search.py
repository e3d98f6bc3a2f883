"""Many algorithms on many subsets of descriptors, scored on the same splits.

Scores are those of scikit-learn's `cross_validate` on each Pipeline, from the same estimators. What
is shared is what does not depend on the subset: splits, and the imputed and scaled columns of each.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import sklearn
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning

from analysis.learning.data.scores import METRICS, Metric, score
from analysis.learning.search.classifiers import Algorithm, decision, estimator, preprocessing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split

    Progress = Callable[[int, int], None]

#: Fits in one piece of work: a second of the fast algorithms, so that progress moves.
FITS_AT_ONCE = 1000


class Trial(NamedTuple):
    """An algorithm on some descriptors."""

    algorithm: Algorithm
    subset: tuple[str, ...]


@dataclass(frozen=True)
class SearchRun:
    """How a search runs: only the seed changes scores.

    Attributes
    ----------
    seed
        Of the algorithms that draw random numbers.
    jobs
        Processes.
    progress
        Called with the number of trials done and of all.
    """

    seed: int = 0
    jobs: int = 1
    progress: Progress | None = None


class Prepared(NamedTuple):
    """One split, imputed and scaled by its training rows."""

    train_x: NDArray[np.float64]
    train_y: NDArray[np.float64]
    test_x: NDArray[np.float64]
    test_y: NDArray[np.float64]


def subsets(names: Sequence[str], sizes: Iterable[int]) -> list[tuple[str, ...]]:
    """All subsets of these sizes, in order."""
    return [subset for size in sizes for subset in combinations(names, size)]


def trials(algorithms: Iterable[Algorithm], chosen: Sequence[tuple[str, ...]]) -> list[Trial]:
    """Every algorithm on every subset."""
    return [Trial(algorithm, subset) for algorithm in algorithms for subset in chosen]


def prepare(problem: Problem, splits: Sequence[Split]) -> list[Prepared]:
    """Impute and scale all columns of each split by its training rows."""
    prepared = []
    for train, test in splits:
        fitted = preprocessing().fit(problem.x[train])
        both = fitted.transform(problem.x[train]), fitted.transform(problem.x[test])
        prepared.append(Prepared(both[0], problem.y[train], both[1], problem.y[test]))
    return prepared


def evaluate(
    problem: Problem, tried: Sequence[Trial], splits: Sequence[Split], *, run: SearchRun
) -> NDArray[np.float64]:
    """Score trials on splits.

    Returns
    -------
    NDArray
        [T, S, 4] the scores of each trial on each split, in the order of `Metric`.
    """
    if not tried:
        return np.empty((0, len(splits), len(METRICS)))
    prepared = prepare(problem, splits)
    pieces = list(_pieces(tried, max(1, FITS_AT_ONCE // len(splits))))
    work = Parallel(n_jobs=min(run.jobs, len(pieces)), return_as="generator")(
        delayed(score_trials)(_columns(problem, piece), prepared, seed=run.seed) for piece in pieces
    )
    return np.concatenate(list(_counted(work, pieces, run)))


def _pieces(tried: Sequence[Trial], length: int) -> Iterator[Sequence[Trial]]:
    for start in range(0, len(tried), length):
        yield tried[start : start + length]


def _columns(problem: Problem, tried: Sequence[Trial]) -> list[tuple[Algorithm, list[int]]]:
    return [(trial.algorithm, problem.columns(trial.subset)) for trial in tried]


def _counted(
    work: Iterable[NDArray[np.float64]], pieces: Sequence[Sequence[Trial]], run: SearchRun
) -> Iterator[NDArray[np.float64]]:
    total, done = sum(map(len, pieces)), 0
    for piece, scores in zip(pieces, work, strict=True):
        done += len(piece)
        if run.progress is not None:
            run.progress(done, total)
        yield scores


def score_trials(
    tried: Sequence[tuple[Algorithm, list[int]]], prepared: Sequence[Prepared], *, seed: int
) -> NDArray[np.float64]:
    """Score algorithms on columns of prepared splits: [T, S, 4]."""
    scores = np.empty((len(tried), len(prepared), len(METRICS)))
    # What scikit-learn would check at each of the fits was checked once, by `prepare`.
    with (
        sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
        warnings.catch_warnings(),
    ):
        # A hundred steps of a network are an early stop on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for row, (algorithm, columns) in enumerate(tried):
            model = estimator(algorithm, seed=seed)
            for column, split in enumerate(prepared):
                model.fit(np.ascontiguousarray(split.train_x[:, columns]), split.train_y)
                decided_by, threshold = decision(model, split.test_x[:, columns])
                scores[row, column] = score(split.test_y, decided_by, threshold)
    return scores


def means(scores: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
    """[T] mean of one score over splits; a split where it is not defined does not count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all splits undefined: NaN is right
        return np.asarray(np.nanmean(scores[:, :, METRICS.index(metric)], axis=1))


def spreads(scores: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
    """[T] standard deviation of one score over splits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanstd(scores[:, :, METRICS.index(metric)], axis=1))
