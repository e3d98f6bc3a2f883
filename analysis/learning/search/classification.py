"""The whole classification of a campaign, in two profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.learning.data.splits import SEEDS
from analysis.learning.search.classifiers import FAST, SLOW, Algorithm
from analysis.learning.search.larger_subsets import (
    extensions,
    forward_selection,
    successive_halving,
)
from analysis.learning.search.leaderboard import leaderboard, make_folds, ranked
from analysis.learning.search.subset_search import SearchRun, subsets, trials

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.leaderboard import Folds

    #: Called with the step, and how much of it is done of how much.
    Reporter = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Profile:
    """What a search tries.

    Attributes
    ----------
    fast_sizes, slow_sizes
        Sizes of the subsets that are all tried, with the fast and with the slow algorithms.
    halving_sizes
        Sizes of the subsets that the slow algorithms find by successive halving.
    forward
        The algorithms of which forward selection goes to all descriptors.
    """

    fast_sizes: tuple[int, ...]
    slow_sizes: tuple[int, ...] = ()
    halving_sizes: tuple[int, ...] = ()
    forward: tuple[Algorithm, ...] = ()


#: The default of a campaign: seconds.
QUICK = Profile(fast_sizes=(2,))
#: `interphase learn --full`.
FULL = Profile(fast_sizes=(1, 2, 3, 4), slow_sizes=(2,), halving_sizes=(3, 4), forward=FAST)


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found.

    Attributes
    ----------
    leaderboard
        All trials, best first (`analysis.learning.search.leaderboard`).
    forward
        Steps of the forward selections; empty in the quick profile.
    """

    leaderboard: pd.DataFrame
    forward: pd.DataFrame


def search(
    problem: Problem,
    profile: Profile,
    *,
    run: SearchRun,
    seeds: tuple[int, ...] = SEEDS,
    report: Reporter | None = None,
) -> Search:
    """Try algorithms and subsets of descriptors, each on five folds for every seed, twice.

    Parameters
    ----------
    run
        Seed of the algorithms and number of processes.
    seeds
        Of the folds.

    Raises
    ------
    InputError
        The compounds are too few for five folds of both classes.
    """
    folds = make_folds(problem, seeds)
    tried = [
        *trials(FAST, subsets(problem.names, profile.fast_sizes)),
        *trials(SLOW, subsets(problem.names, profile.slow_sizes)),
    ]
    table = leaderboard(problem, tried, folds, run=_reporting(run, report, "subsets"))
    if profile.halving_sizes:
        found = _larger(problem, table, folds, profile, run=_reporting(run, report, "halving"))
        table = ranked(pd.concat([table, found], ignore_index=True))
    steps = [
        forward_selection(problem, each, folds, run=_reporting(run, report, f"forward, {each}"))
        for each in profile.forward
    ]
    return Search(table, pd.concat(steps, ignore_index=True) if steps else pd.DataFrame())


def _larger(
    problem: Problem, table: pd.DataFrame, folds: Folds, profile: Profile, *, run: SearchRun
) -> pd.DataFrame:
    survivors = []
    for algorithm in SLOW:
        candidates = extensions(
            table, problem.names, algorithm=algorithm, sizes=profile.halving_sizes
        )
        survivors += successive_halving(problem, candidates, folds, run=run)
    return leaderboard(problem, survivors, folds, run=run)


def _reporting(run: SearchRun, report: Reporter | None, step: str) -> SearchRun:
    if report is None:
        return run
    return replace(run, progress=lambda done, total: report(step, done, total))
