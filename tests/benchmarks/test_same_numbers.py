"""Two sides are compared only where they give the same."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from standins.synthetic import Truth, synthetic_problem

from analysis.learning.search.classifiers import Algorithm
from benchmarks import orchestration, reactions, relaxation, subset_search

SCORES = np.array([[[0.5, np.nan], [1.0, 0.25]]])


def test_equal_scores_differ_by_nothing_where_both_are_defined() -> None:
    assert subset_search._difference(SCORES, SCORES.copy()) == 0


@pytest.mark.parametrize("other", [SCORES + 1e-6, np.nan_to_num(SCORES)])
def test_scores_that_differ_are_refused(other: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"differ|one side alone"):
        subset_search._difference(SCORES, other)


@pytest.mark.parametrize("every", [subset_search.EVERY, subset_search.QUICK_EVERY])
def test_a_sample_of_the_trials_is_spread_over_algorithms_and_sizes(every: int) -> None:
    problem = synthetic_problem(Truth.NOISE, elements=12, each=2, descriptors=15, seed=0)
    tried = subset_search.all_trials(problem)
    assert len(tried) == 3 * (15 + 105 + 455 + 1365) + 2 * 105
    sample = tried[::every]
    counts = Counter(trial.algorithm for trial in sample)
    assert {Algorithm.LOGISTIC, Algorithm.SVM, Algorithm.TREE} <= set(counts)
    assert len(counts) > 3
    assert len({len(trial.subset) for trial in sample}) > 2


def test_paths_are_compared_at_the_kinks_of_both() -> None:
    straight, bent = [(0.0, 0.0), (2.0, -2.0)], [(0.0, 0.0), (1.0, -1.0), (2.0, -2.0)]
    assert reactions._difference([straight], [bent]) == 0
    with pytest.raises(ValueError, match=r"differ from ours by 0\.5"):
        reactions._difference([straight], [[(0.0, 0.0), (1.0, -1.5), (2.0, -2.0)]])


def test_ten_thousand_pairs_were_asked_for_and_some_cannot_be() -> None:
    assert len(reactions.codoped(20)) == 20


def test_links_are_compared_and_not_only_jobs() -> None:
    jobs = {"a": {"uuid": "a"}, "b": {"uuid": "b"}}
    linked = orchestration._Sample(jobs, {("a", "b")})
    orchestration._require_same_steps(linked, orchestration._Sample(dict(jobs), {("a", "b")}))
    with pytest.raises(ValueError, match="the links"):
        orchestration._require_same_steps(linked, orchestration._Sample(jobs, {("b", "a")}))
    with pytest.raises(ValueError, match="the jobs"):
        orchestration._require_same_steps(linked, orchestration._Sample({}, {("a", "b")}))


def test_an_energy_too_far_above_the_stock_one_is_named_and_not_met() -> None:
    dopants = [("Al", 3, "Li"), ("Ta", 5, "Zr")]
    stock = [{"energy": -7.0}, {"energy": -7.0}]
    figure = relaxation._energies(dopants, [{"energy": -6.998}, {"energy": -7.1}], stock)
    assert figure.met is False
    assert figure.ours == pytest.approx(2)
    assert figure.agreement.startswith("Al3+ on Li")
