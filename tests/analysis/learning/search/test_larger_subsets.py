"""Halving keeps what is good, forward selection takes the rule's descriptors first."""

from standins.synthetic import RULE, Truth, synthetic_problem

from analysis.learning.search.classification import QUICK, Profile, search
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.search.larger_subsets import (
    LEAST_SURVIVORS,
    extensions,
    forward_selection,
    successive_halving,
)
from analysis.learning.search.leaderboard import leaderboard, make_folds
from analysis.learning.search.subset_search import SearchRun, Trial, subsets, trials

PROBLEM = synthetic_problem(Truth.RULE, elements=20, each=3, descriptors=6, seed=3)
FOLDS = make_folds(PROBLEM)


def test_forward_selection_takes_the_rule_first_and_goes_to_all() -> None:
    steps = forward_selection(PROBLEM, Algorithm.LOGISTIC, FOLDS, run=SearchRun())
    assert set(steps["added"][:2]) == set(RULE)
    assert list(steps["size"]) == [1, 2, 3, 4, 5, 6]
    assert set(steps["added"]) == set(PROBLEM.names)
    assert steps["balanced_accuracy_grouped"][1] > steps["balanced_accuracy_grouped"][0] + 0.1


def test_halving_keeps_subsets_with_the_rule() -> None:
    candidates = trials([Algorithm.LOGISTIC], subsets(PROBLEM.names, (2, 3, 4)))
    left = successive_halving(PROBLEM, candidates, FOLDS, run=SearchRun())
    assert len(candidates) == 50
    assert len(left) == LEAST_SURVIVORS
    assert sum(set(RULE) <= set(trial.subset) for trial in left) >= 9


def test_larger_subsets_extend_the_best_pairs_of_the_algorithm() -> None:
    board = leaderboard(
        PROBLEM, trials([Algorithm.TREE], subsets(PROBLEM.names, (2,))), FOLDS, run=SearchRun()
    )
    found = extensions(board, PROBLEM.names, algorithm=Algorithm.TREE, sizes=(3,))
    parents = [set(pair) for pair in board["descriptors"][:5]]
    assert all(any(parent < set(trial.subset) for parent in parents) for trial in found)
    assert Trial(Algorithm.TREE, (*RULE, PROBLEM.names[2])) in found
    assert extensions(board, PROBLEM.names, algorithm=Algorithm.SVM) == []


def test_the_quick_profile_tries_pairs_with_the_fast_algorithms() -> None:
    told: list[tuple[str, int, int]] = []
    found = search(
        PROBLEM, QUICK, run=SearchRun(), seeds=(0,), report=lambda *what: told.append(what)
    )
    assert len(found.leaderboard) == 3 * 15
    assert set(found.leaderboard["algorithm"]) == {"logistic", "svm", "tree"}
    assert found.leaderboard.loc[0, "descriptors"] == RULE
    assert found.forward.empty
    assert told[-1] == ("subsets", 45, 45)


def test_a_larger_profile_goes_through_all_its_steps() -> None:
    small = synthetic_problem(Truth.RULE, elements=12, each=3, descriptors=3, seed=3)
    profile = Profile(
        fast_sizes=(1, 2), slow_sizes=(2,), halving_sizes=(3,), forward=(Algorithm.TREE,)
    )
    found = search(small, profile, run=SearchRun(), seeds=(0,))
    sizes = found.leaderboard.groupby("algorithm")["size"].value_counts()
    assert sizes["svm"].to_dict() == {1: 3, 2: 3}
    assert sizes["extra_trees"].to_dict() == {2: 3, 3: 1}
    assert sizes["network"].to_dict() == {2: 3, 3: 1}
    assert len(found.forward) == 3
    assert found.leaderboard["balanced_accuracy_grouped"].is_monotonic_decreasing
