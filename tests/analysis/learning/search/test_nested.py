"""The test that guards the method: on noise the honest score is chance, the naive one is not."""

from functools import cache

import numpy as np
import pytest
from standins.synthetic import RULE, Truth, synthetic_problem

from analysis.learning.data.problem import Problem
from analysis.learning.data.scores import Metric
from analysis.learning.data.splits import Scheme
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.search.leaderboard import leaderboard, make_folds
from analysis.learning.search.nested import (
    Choice,
    NestedScores,
    PermutationTest,
    nested_scores,
    permutation_test,
)
from analysis.learning.search.subset_search import SearchRun, subsets, trials

#: One seed of noise could look like anything; the mean of several may not.
SEEDS = range(4)
LOGISTIC = Choice(algorithms=(Algorithm.LOGISTIC,), inner_folds=3)
SCORE = Metric.BALANCED_ACCURACY


def problem_of(truth: Truth, seed: int = 0) -> Problem:
    return synthetic_problem(truth, elements=24, each=3, descriptors=6, seed=seed)


@cache
def nested(truth: Truth, scheme: Scheme, *, seed: int = 0) -> NestedScores:
    """Score once what several tests look at."""
    return nested_anew(truth, scheme, seed=seed)


def nested_anew(truth: Truth, scheme: Scheme, *, seed: int = 0) -> NestedScores:
    problem = problem_of(truth, seed)
    return nested_scores(problem, scheme=scheme, run=SearchRun(), choice=LOGISTIC, seeds=(0,))


def test_on_noise_the_honest_score_is_chance_and_the_naive_one_is_not() -> None:
    naive, honest = [], []
    for seed in SEEDS:
        problem = problem_of(Truth.NOISE, seed)
        tried = trials((Algorithm.LOGISTIC,), subsets(problem.names, LOGISTIC.sizes))
        board = leaderboard(problem, tried, make_folds(problem, (0,)), run=SearchRun())
        naive.append(board["balanced_accuracy"].max())
        honest += [nested(Truth.NOISE, scheme, seed=seed).mean() for scheme in Scheme]
    # 72 coins: one score of them has a standard deviation of 0.06, the mean of eight, two of each
    # set of coins, about 0.03.
    assert np.mean(honest) == pytest.approx(0.5, abs=0.06)
    assert min(naive) > 0.55
    assert np.mean(naive) > np.mean(honest) + 0.08


def test_the_inner_search_promises_more_than_noise_can_keep() -> None:
    found = [nested(Truth.NOISE, Scheme.GROUPED, seed=seed) for seed in SEEDS]
    promised = np.mean([each.folds["inner"].mean() for each in found])
    assert promised > np.mean([each.mean() for each in found]) + 0.08


def test_the_rule_is_found_in_every_outer_fold() -> None:
    for scheme in Scheme:
        found = nested(Truth.RULE, scheme)
        assert set(found.folds["descriptors"]) == {RULE}
        assert found.mean() > 0.85
        assert found.summary().loc["balanced_accuracy", "dummy"] == 0.5


def test_what_only_the_element_knows_scores_high_plain_and_chance_grouped() -> None:
    # A tree reads the element off its descriptors where another of its compounds was trained on.
    problem = synthetic_problem(Truth.ELEMENT, elements=40, each=4, descriptors=3)
    choice = Choice(algorithms=(Algorithm.EXTRA_TREES,), sizes=(2,), inner_folds=2)
    plain, grouped = (
        nested_scores(problem, scheme=scheme, run=SearchRun(), choice=choice, seeds=(0,))
        for scheme in (Scheme.PLAIN, Scheme.GROUPED)
    )
    assert plain.mean() > 0.9
    assert grouped.mean() < 0.65


def test_the_same_seed_gives_the_same_scores() -> None:
    again = nested_anew(Truth.RULE, Scheme.GROUPED)
    assert nested(Truth.RULE, Scheme.GROUPED).folds.equals(again.folds)


@pytest.mark.parametrize("scheme", Scheme)
def test_permutations_tell_a_rule_from_chance(scheme: Scheme) -> None:
    # The rule is a sum of two descriptors: one of them alone shows a part of it, a pair all of it.
    light = Choice(algorithms=(Algorithm.LOGISTIC,), sizes=(2,), inner_folds=2)
    p_values = {}
    for truth in (Truth.RULE, Truth.NOISE):
        problem = synthetic_problem(truth, elements=24, each=3, descriptors=3, seed=2)
        found = permutation_test(
            problem, scheme=scheme, run=SearchRun(), permutations=19, choice=light
        )
        p_values[truth] = found.p_value
        assert np.mean(found.null) == pytest.approx(0.5, abs=0.08)
    assert p_values[Truth.RULE] == 1 / 20
    assert p_values[Truth.NOISE] > 0.1


def test_the_p_value_counts_the_observed_score_too() -> None:
    found = PermutationTest(Scheme.PLAIN, 0.7, np.array([0.5, 0.7, 0.8, 0.6]))
    assert found.p_value == 3 / 5
