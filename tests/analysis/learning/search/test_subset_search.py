"""The quick search gives the scores of scikit-learn's plain loop."""

import dataclasses

import numpy as np
import pytest
from sklearn.model_selection import cross_validate
from standins.synthetic import RULE, Truth, synthetic_problem

from analysis.learning.data.scores import METRICS, Metric
from analysis.learning.data.splits import Scheme, class_splits
from analysis.learning.search.classifiers import FAST, Algorithm, classifier
from analysis.learning.search.leaderboard import column, leaderboard, make_folds
from analysis.learning.search.subset_search import SearchRun, Trial, evaluate, subsets, trials

PROBLEM = synthetic_problem(Truth.RULE, elements=16, each=3, descriptors=6, seed=1)
HOLES = np.random.default_rng(0).random(PROBLEM.x.shape) < 0.05
WITH_HOLES = dataclasses.replace(PROBLEM, x=np.where(HOLES, np.nan, PROBLEM.x))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("scheme", Scheme)
def test_scores_are_those_of_cross_validate(algorithm: Algorithm, scheme: Scheme) -> None:
    splits = class_splits(WITH_HOLES.y, WITH_HOLES.groups, scheme=scheme, seeds=(0,))
    chosen = [WITH_HOLES.names[:1], WITH_HOLES.names[1:3], WITH_HOLES.names[:4]]
    found = evaluate(WITH_HOLES, trials([algorithm], chosen), splits, run=SearchRun(seed=5))
    for subset, scores in zip(chosen, found, strict=True):
        plain = cross_validate(
            classifier(algorithm, seed=5),
            WITH_HOLES.x[:, WITH_HOLES.columns(subset)],
            WITH_HOLES.y,
            cv=[tuple(split) for split in splits],
            scoring=[str(metric) for metric in METRICS],
        )
        expected = np.array([plain[f"test_{metric}"] for metric in METRICS]).T
        assert scores == pytest.approx(expected, abs=1e-12)


def test_processes_change_nothing_and_progress_is_told() -> None:
    tried = trials(FAST, subsets(PROBLEM.names, [1, 2, 3]))
    splits = class_splits(PROBLEM.y, PROBLEM.groups, scheme=Scheme.PLAIN)
    told: list[tuple[int, int]] = []
    one = evaluate(PROBLEM, tried, splits, run=SearchRun())
    two = evaluate(
        PROBLEM, tried, splits, run=SearchRun(jobs=2, progress=lambda *n: told.append(n))
    )
    assert np.array_equal(one, two)
    assert len(tried) == 3 * (6 + 15 + 20)
    assert told[-1] == (123, 123)
    assert len(told) > 1


def test_the_leaderboard_is_ranked_by_the_grouped_score_and_finds_the_rule() -> None:
    folds = make_folds(PROBLEM)
    board = leaderboard(PROBLEM, trials(FAST, subsets(PROBLEM.names, [2])), folds, run=SearchRun())
    assert board.loc[0, "descriptors"] == RULE
    assert board["balanced_accuracy_grouped"].is_monotonic_decreasing
    assert board.loc[0, "balanced_accuracy_grouped"] > 0.85
    names = [column(m, s, spread=w) for m in Metric for s in Scheme for w in (False, True)]
    assert set(names) < set(board.columns)


def test_no_trials_give_no_scores() -> None:
    assert evaluate(PROBLEM, [], make_folds(PROBLEM).plain, run=SearchRun()).shape == (0, 15, 4)


def test_the_full_search_tries_every_subset_of_one_to_four() -> None:
    names = [f"d{i}" for i in range(15)]
    assert [len(subsets(names, [size])) for size in (1, 2, 3, 4)] == [15, 105, 455, 1365]
    assert Trial(Algorithm.TREE, ("d0",)) in trials(FAST, subsets(names, [1]))
