"""Importances find the rule; windows and correlations by hand."""

import dataclasses

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.metrics import balanced_accuracy_score
from standins.synthetic import RULE, Truth, synthetic_problem

from analysis.base.errors import InputError
from analysis.learning.data.problem import Problem
from analysis.learning.data.splits import Scheme, value_splits
from analysis.learning.search.importance import (
    REPEATS,
    _holm,
    correlations,
    importances,
    shuffling_costs,
    stability_window,
    windows,
)
from analysis.learning.search.subset_search import SearchRun, prepare

PROBLEM = synthetic_problem(Truth.RULE, elements=24, each=3, descriptors=5)


@pytest.mark.parametrize("classify", [True, False])
def test_both_importances_find_the_two_descriptors_of_the_rule(classify: bool) -> None:
    table = importances(PROBLEM, classify=classify, run=SearchRun(), seeds=(0,))
    assert set(table["descriptor"][:2]) == set(RULE)
    assert set(table.sort_values("impurity")["descriptor"][-2:]) == set(RULE)
    assert table["impurity"].sum() == pytest.approx(1)
    # Shuffling what says nothing costs nothing but noise.
    assert table["permutation"][2:].abs().max() < 0.1
    assert (table[["impurity_spread", "permutation_spread"]] >= 0).all(axis=None)


def test_shuffling_costs_what_scikit_learn_says() -> None:
    split = next(iter(value_splits(PROBLEM.groups, scheme=Scheme.GROUPED, seeds=(0,))))
    (prepared,) = prepare(PROBLEM, [split])
    model = RandomForestClassifier(20, random_state=0).fit(prepared.train_x, prepared.train_y)
    expected = permutation_importance(
        model,
        prepared.test_x,
        prepared.test_y,
        scoring="balanced_accuracy",
        n_repeats=REPEATS,
        random_state=3,
    )
    costs = shuffling_costs(model.predict, balanced_accuracy_score, prepared, seed=3)
    assert costs == pytest.approx(expected.importances_mean, abs=1e-12)
    assert costs.max() > 0.1


def one_descriptor(values: list[float], stable: list[int]) -> Problem:
    groups = np.array([f"E{i}" for i in range(len(values))])
    x, y = np.array(values)[:, None], np.array(stable, dtype=float)
    return Problem(("valence",), x, y, groups, np.arange(len(y)))


def test_the_window_holds_the_stable_and_leaves_the_others_out() -> None:
    # 2 to 4 holds three of four stable compounds and one of four others.
    problem = one_descriptor([1, 1, 2, 3, 3, 4, 5, 6], [0, 0, 1, 1, 0, 1, 0, 1])
    window = stability_window(problem, "valence")
    assert (window.low, window.high) == (2, 4)
    assert (window.stable_inside, window.stable) == (3, 4)
    assert (window.others_inside, window.others) == (1, 4)
    assert window.youden == pytest.approx(3 / 4 - 1 / 4)


def test_a_window_of_noise_is_no_rarity_and_that_of_the_rule_is() -> None:
    noise = synthetic_problem(Truth.NOISE, elements=24, each=3, descriptors=5)
    table = windows(noise)
    assert (table["youden"] > 0).all()
    assert (table["p_value"] > 0.02).all()
    rule = windows(synthetic_problem(Truth.RULE, elements=50, each=3, descriptors=5))
    assert set(rule["descriptor"][:2]) == set(RULE)
    assert (rule["p_value"][:2] < 0.01).all()
    assert (rule["p_adjusted"][:2] < 0.05).all()


def test_p_values_are_adjusted_by_holm() -> None:
    # Smallest first: 0.01 * 4, 0.02 * 3, max(0.03 * 2, 0.06), 0.5 * 1.
    adjusted = _holm(np.array([0.03, 0.01, 0.5, 0.02]))
    assert adjusted == pytest.approx([0.06, 0.04, 0.5, 0.06])


def test_compounds_without_the_descriptor_do_not_count() -> None:
    problem = one_descriptor([1, 2, np.nan, 4], [0, 1, 1, 0])
    window = stability_window(problem, "valence")
    assert (window.stable, window.others) == (1, 2)
    alone = dataclasses.replace(problem, y=np.ones(4))
    with pytest.raises(InputError, match="of one class"):
        stability_window(alone, "valence")


def test_correlations_by_hand() -> None:
    x = np.array([[1.0, 2.0, 1.0], [2.0, 4.0, -1.0], [3.0, 6.0, np.nan], [4.0, 8.0, -1.0]])
    problem = dataclasses.replace(
        one_descriptor([0, 0, 0, 0], [0, 1, 0, 1]), x=x, names=("a", "b", "c")
    )
    table = correlations(problem)
    assert table.loc["a", "b"] == pytest.approx(1)
    # Of rows 1, 2 and 4: a is 1, 2, 4 and c is 1, -1, -1.
    assert table.loc["a", "c"] == pytest.approx(np.corrcoef([1, 2, 4], [1, -1, -1])[0, 1])
