"""Subsets too many to try all: successive halving, and forward selection.

Successive halving (K. Jamieson and A. Talwalkar, AISTATS 2016) with folds as the resource: all
candidates on a few folds, the better ones on more. Forward selection adds the descriptor that helps
most, one after another, to all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.learning.search.leaderboard import RANKED_BY, Folds, leaderboard, rank_column
from analysis.learning.search.subset_search import SearchRun, Trial, evaluate, means, subsets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.classifiers import Algorithm

#: The best pairs that larger subsets are built on.
PARENTS = 5
#: Folds after which three of four candidates are dropped.
RUNGS = (2, 5)
KEPT = 4
#: Survivors, for any number of candidates.
LEAST_SURVIVORS = 10


def extensions(
    table: pd.DataFrame,
    names: Sequence[str],
    *,
    algorithm: Algorithm,
    sizes: Sequence[int] = (3, 4),
) -> list[Trial]:
    """List the larger subsets that contain one of an algorithm's best pairs."""
    pairs = table[(table["algorithm"] == str(algorithm)) & (table["size"] == 2)]  # noqa: PLR2004, pairs
    parents = [set(pair) for pair in pairs["descriptors"].head(PARENTS)]
    return [
        Trial(algorithm, subset)
        for subset in subsets(names, sizes)
        if any(parent <= set(subset) for parent in parents)
    ]


def successive_halving(
    problem: Problem, candidates: Sequence[Trial], folds: Folds, *, run: SearchRun
) -> list[Trial]:
    """Drop three of four candidates after two grouped folds, and again after five."""
    left, start = list(candidates), 0
    sums = np.zeros(len(left))
    # Folds come seed after seed; taken across them, no rung sees one seed alone.
    order = np.random.default_rng(run.seed).permutation(len(folds.grouped))
    for end in RUNGS:
        chosen = [folds.grouped[i] for i in order[start:end]]
        sums += means(evaluate(problem, left, chosen, run=run), RANKED_BY) * len(chosen)
        keep = max(min(LEAST_SURVIVORS, len(left)), len(left) // KEPT)
        best = np.argsort(-sums, kind="stable")[:keep]
        left, sums, start = [left[i] for i in best], sums[best], end
    return left


def forward_selection(
    problem: Problem, algorithm: Algorithm, folds: Folds, *, run: SearchRun
) -> pd.DataFrame:
    """Add descriptors one by one, each time the one that scores best on the grouped folds.

    Returns
    -------
    DataFrame
        One row for each size from 1 to all, in that order, with the columns of
        `analysis.learning.search.leaderboard` and `added`, the descriptor that joined.
    """
    chosen: tuple[str, ...] = ()
    steps = []
    quiet = SearchRun(seed=run.seed, jobs=run.jobs)
    while len(chosen) < len(problem.names):
        left = [name for name in problem.names if name not in chosen]
        tried = [Trial(algorithm, (*chosen, name)) for name in left]
        best = leaderboard(problem, tried, folds, run=quiet).sort_values(
            rank_column(), ascending=False, kind="stable"
        )
        step = best.iloc[0]
        chosen = step["descriptors"]
        steps.append(step.to_dict() | {"added": chosen[-1]})
        if run.progress is not None:
            run.progress(len(chosen), len(problem.names))
    return pd.DataFrame(steps)
