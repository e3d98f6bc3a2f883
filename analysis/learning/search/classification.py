"""The search for the descriptors that classify, in two profiles, beside what needs no learning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.learning.data.problem import DUMMY, PHYSICS, physics
from analysis.learning.data.scores import Metric, score
from analysis.learning.data.splits import SEEDS, Scheme
from analysis.learning.search.classifiers import FAST, SLOW, Algorithm
from analysis.learning.search.leaderboard import column, leaderboard, make_folds
from analysis.learning.search.subset_search import SearchRun, means, spreads, subsets, trials

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split

    #: Called with the step, and how much of it is done of how much.
    Reporter = Callable[[str, int, int], None]

#: Pairs of each algorithm in the table of the best.
BEST = 5
_PAIR = 2


@dataclass(frozen=True)
class Profile:
    """What a search tries: sizes of the subsets, with the fast and with the slow algorithms."""

    fast_sizes: tuple[int, ...]
    slow_sizes: tuple[int, ...] = ()


#: The default of a campaign: seconds.
QUICK = Profile(fast_sizes=(2,))
#: `interphase learn --full`.
FULL = Profile(fast_sizes=(1, 2, 3, 4), slow_sizes=(2,))


def search(
    problem: Problem,
    profile: Profile,
    *,
    run: SearchRun,
    seeds: tuple[int, ...] = SEEDS,
    report: Reporter | None = None,
) -> pd.DataFrame:
    """Try algorithms and subsets of descriptors, each on five folds for every seed, twice.

    Parameters
    ----------
    run
        Seed of the algorithms and number of processes.
    seeds
        Of the folds.

    Returns
    -------
    DataFrame
        All trials, best first (`analysis.learning.search.leaderboard`).

    Raises
    ------
    InputError
        The compounds are too few for five folds of both classes.
    """
    tried = [
        *trials(FAST, subsets(problem.names, profile.fast_sizes)),
        *trials(SLOW, subsets(problem.names, profile.slow_sizes)),
    ]
    return leaderboard(
        problem, tried, make_folds(problem, seeds), run=_reporting(run, report, "subsets")
    )


def baselines(
    problem: Problem, energies: Problem, *, seeds: tuple[int, ...] = SEEDS
) -> pd.DataFrame:
    """Score what needs no learning on the same folds, in the columns of a leaderboard.

    Parameters
    ----------
    problem
        The classes.
    energies
        The reaction energies of all compounds (`analysis.learning.data.problem.energy_problem`).
    """
    folds = make_folds(problem, seeds)
    rows: list[dict[str, object]] = []
    for name in (DUMMY, PHYSICS):
        row: dict[str, object] = {"algorithm": name, "descriptors": (), "size": 0}
        for scheme, splits in zip(Scheme, (folds.plain, folds.grouped), strict=True):
            scores = np.array([[_baseline(problem, energies, name, split) for split in splits]])
            for metric in Metric:
                row[column(metric, scheme)] = means(scores, metric)[0]
                row[column(metric, scheme, spread=True)] = spreads(scores, metric)[0]
        rows.append(row)
    return pd.DataFrame(rows)


def _baseline(problem: Problem, energies: Problem, name: str, split: Split) -> NDArray[np.float64]:
    truth = problem.y[split.test]
    if name == DUMMY:
        return score(truth, np.full(len(truth), problem.y[split.train].mean()), 0.5)
    told = physics(energies, problem.rows[split.train])[problem.rows[split.test]]
    return score(truth, told, energies.boundary)


def best_pairs(board: pd.DataFrame) -> pd.DataFrame:
    """Return the five best pairs of each algorithm, from a leaderboard."""
    pairs = board[board["size"] == _PAIR]
    order = {str(each): position for position, each in enumerate(Algorithm)}
    best = pairs.groupby("algorithm", sort=False).head(BEST)
    return best.sort_values(
        "algorithm", key=lambda names: names.map(order), kind="stable"
    ).reset_index(drop=True)


def _reporting(run: SearchRun, report: Reporter | None, step: str) -> SearchRun:
    if report is None:
        return run
    return replace(run, progress=lambda done, total: report(step, done, total))
