"""The table of all trials: every score twice, plain and grouped by element, with its spread.

The top of a long table is partly luck: its score is the largest of many noisy ones. It describes
the descriptors; predictions come from another procedure, whose scores are honest
(`analysis.learning.prediction.honest_scores`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.learning.data.scores import Metric
from analysis.learning.data.splits import SEEDS, Scheme, class_splits
from analysis.learning.search.subset_search import SearchRun, Trial, evaluate, means, spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split

#: The ranking score, on grouped splits; independent of how many compounds are stable.
RANKED_BY = Metric.BALANCED_ACCURACY


@dataclass(frozen=True, eq=False)
class Folds:
    """The splits of a search, shared by all its trials."""

    plain: list[Split]
    grouped: list[Split]


def make_folds(problem: Problem, seeds: Sequence[int] = SEEDS) -> Folds:
    """Five folds for each seed, plain and grouped by element.

    Raises
    ------
    InputError
        A training set would have a single class.
    """
    return Folds(
        *(
            class_splits(problem.y, problem.groups, scheme=scheme, seeds=seeds)
            for scheme in (Scheme.PLAIN, Scheme.GROUPED)
        )
    )


def column(metric: Metric, scheme: Scheme, *, spread: bool = False) -> str:
    """Name a column of the leaderboard: "f1", "f1_spread", "f1_grouped", "f1_grouped_spread"."""
    grouped = "_grouped" if scheme is Scheme.GROUPED else ""
    return f"{metric}{grouped}{'_spread' if spread else ''}"


def rank_column() -> str:
    """Name the column that the leaderboard is sorted by."""
    return column(RANKED_BY, Scheme.GROUPED)


def leaderboard(
    problem: Problem, tried: Sequence[Trial], folds: Folds, *, run: SearchRun
) -> pd.DataFrame:
    """Score trials on all folds.

    Returns
    -------
    DataFrame
        One row for each trial, best first: `algorithm`, `descriptors` (a tuple), `size`, and each
        score's mean and standard deviation over folds and seeds, by the names of `column`.
    """
    table = pd.DataFrame(
        {
            "algorithm": [str(trial.algorithm) for trial in tried],
            "descriptors": [trial.subset for trial in tried],
            "size": [len(trial.subset) for trial in tried],
        }
    )
    both = evaluate(problem, tried, [*folds.plain, *folds.grouped], run=run)
    parts = {
        Scheme.PLAIN: both[:, : len(folds.plain)],
        Scheme.GROUPED: both[:, len(folds.plain) :],
    }
    for scheme, scores in parts.items():
        for metric in Metric:
            table[column(metric, scheme)] = means(scores, metric)
            table[column(metric, scheme, spread=True)] = spreads(scores, metric)
    return ranked(table)


def ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Sort a leaderboard: best first, of equals the smaller subset."""
    order = [rank_column(), column(Metric.ROC_AUC, Scheme.GROUPED), "size"]
    sorted_table = table.sort_values(order, ascending=[False, False, True], kind="stable")
    return sorted_table.reset_index(drop=True)
