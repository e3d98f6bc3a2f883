"""Scores of the procedure that predicts: learning adds what the tables lack, and nothing else."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from standins.synthetic import Truth, synthetic_energies

from analysis.learning.data.problem import DUMMY, PHYSICS
from analysis.learning.data.splits import Scheme, value_splits
from analysis.learning.prediction.honest_scores import (
    ALL,
    IN_MARGIN,
    IN_WINDOW,
    LEARNT,
    PermutationTest,
    cross_validate,
    gain,
    permutation_test,
    relabel,
    score_table,
)
from analysis.learning.prediction.residual_model import ResidualModel, calibrate
from analysis.learning.search.subset_search import SearchRun


@cache
def predicted(truth: Truth, scheme: Scheme = Scheme.GROUPED, seed: int = 0) -> pd.DataFrame:
    problem = synthetic_energies(truth, seed=seed)
    return cross_validate(problem, scheme=scheme, run=SearchRun(), seeds=(0,))


def error(found: pd.DataFrame, estimate: str) -> float:
    return float((found[estimate] - found["truth"]).abs().mean())


def test_a_rule_that_the_tables_lack_is_learnt() -> None:
    found = predicted(Truth.RULE)
    assert error(found, LEARNT) < 0.7 * error(found, PHYSICS) < 0.7 * error(found, DUMMY)
    assert gain(found) < 0.01


@pytest.mark.parametrize("truth", [Truth.NOISE, Truth.TABLES])
def test_on_noise_and_where_the_tables_know_the_rule_learning_adds_nothing(truth: Truth) -> None:
    found = [predicted(truth, seed=seed) for seed in range(2)]
    assert min(gain(each) for each in found) > 0.05
    # Less than a tenth is won or, by fitting noise, a quarter lost.
    ratio = np.mean([error(each, LEARNT) / error(each, PHYSICS) for each in found])
    assert 0.95 < ratio < 1.25


def test_what_only_the_element_knows_is_learnt_plain_and_not_grouped() -> None:
    plain, grouped = (predicted(Truth.ELEMENT, scheme) for scheme in Scheme)
    assert error(plain, LEARNT) < 0.7 * error(plain, PHYSICS)
    assert error(grouped, LEARNT) > 0.85 * error(grouped, PHYSICS)


def test_intervals_and_probabilities_hold_their_share_of_elements_never_seen() -> None:
    found = pd.concat([predicted(truth) for truth in (Truth.RULE, Truth.NOISE, Truth.ELEMENT)])
    inside = found["truth"].between(found["low"], found["high"]).mean()
    assert inside == pytest.approx(0.9, abs=0.06)
    stable = found["truth"] >= -0.5
    sure = found["probability"].between(0.3, 0.7)
    assert stable[sure].mean() == pytest.approx(found["probability"][sure].mean(), abs=0.15)
    assert stable[found["probability"] > 0.9].mean() > 0.85


def test_a_fold_is_what_the_model_of_its_training_rows_predicts() -> None:
    problem = synthetic_energies(Truth.RULE)
    train, test = value_splits(problem.groups, scheme=Scheme.GROUPED, seeds=(0,))[0]
    energy, deviation = ResidualModel(problem.part(train)).estimate(problem.part(test))
    found = predicted(Truth.RULE).set_index("row").loc[test]
    assert list(found[LEARNT]) == pytest.approx(list(energy))
    width = calibrate(problem.part(train)).width(0.9)
    assert list(found["high"]) == pytest.approx(list(energy + width * deviation))


def test_scores_by_hand_in_all_windows() -> None:
    found = pd.DataFrame(
        {
            "row": [0, 1, 2, 3],
            "element": list("abcd"),
            "truth": [-2.0, -0.9, -0.6, -0.4],
            DUMMY: -1.0,
            PHYSICS: [-2.2, -1.0, -0.4, -0.6],
            LEARNT: [-2.0, -0.9, -0.5, -0.3],
            "low": [-2.1, -1.0, -0.55, -0.4],
            "high": [-1.9, -0.8, -0.45, -0.2],
            "probability": [0.0, 0.0, 0.5, 1.0],
        }
    )
    table = score_table(found, np.array([-3.0, np.nan, 0.5, 0.1]), boundary=-0.5)
    rows = table.set_index(["window", "estimate"])
    assert rows.loc[(ALL, PHYSICS), "mae"] == pytest.approx(0.175)
    assert rows.loc[(ALL, LEARNT), "inside"] == 0.75
    assert rows.loc[(ALL, LEARNT), "brier"] == pytest.approx(0.0625)
    assert rows.loc[(ALL, PHYSICS), "balanced_accuracy"] == pytest.approx((2 / 3 + 0) / 2)
    assert rows.loc[(IN_WINDOW, LEARNT), "compounds"] == 3
    assert rows.loc[(IN_WINDOW, LEARNT), "mae"] == pytest.approx(0.2 / 3)
    assert rows.loc[(IN_MARGIN, DUMMY), "mae"] == pytest.approx(0.5)


def test_permutations_tell_a_rule_from_chance() -> None:
    p_values = {
        truth: permutation_test(
            synthetic_energies(truth), scheme=Scheme.GROUPED, run=SearchRun(), permutations=9
        ).p_value
        for truth in (Truth.RULE, Truth.NOISE)
    }
    assert p_values[Truth.RULE] == 1 / 10
    assert p_values[Truth.NOISE] > 0.1


def test_elements_keep_their_values_together_under_the_grouped_scheme_alone() -> None:
    groups = np.repeat([f"element {n}" for n in range(20)], 6)
    values = np.repeat(np.arange(20.0), 6)
    met = {}
    for scheme in Scheme:
        shuffled = relabel(values, groups, scheme=scheme, rng=np.random.default_rng(0))
        met[scheme] = np.mean([len(set(shuffled[groups == name])) for name in set(groups)])
    assert met[Scheme.GROUPED] == 1  # all groups are of one size
    assert met[Scheme.PLAIN] > 4


def test_the_p_value_counts_the_observed_score_too() -> None:
    found = PermutationTest(Scheme.PLAIN, 0.7, np.array([0.5, 0.7, 0.8, 0.6]))
    assert found.p_value == 4 / 5
