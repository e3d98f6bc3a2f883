"""No element on both sides, every row tested once, the same seed the same folds."""

import numpy as np
import pytest
from standins.synthetic import Truth, synthetic_problem

from analysis.base.errors import InputError
from analysis.learning.data.splits import (
    Scheme,
    class_splits,
    hold_out,
    permute_blocks,
    value_splits,
)

PROBLEM = synthetic_problem(Truth.RULE, elements=20, each=3)
Y, GROUPS = PROBLEM.y, PROBLEM.groups


def all_splits(scheme: Scheme) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    return [
        [*class_splits(Y, GROUPS, scheme=scheme, seeds=(1,))],
        [*value_splits(GROUPS, scheme=scheme, seeds=(1,))],
    ]


def test_grouped_folds_share_no_element() -> None:
    for splits in all_splits(Scheme.GROUPED):
        for train, test in splits:
            assert not set(GROUPS[train]) & set(GROUPS[test])


def test_plain_folds_do_share_elements() -> None:
    for splits in all_splits(Scheme.PLAIN):
        assert any(set(GROUPS[train]) & set(GROUPS[test]) for train, test in splits)


@pytest.mark.parametrize("scheme", Scheme)
def test_five_folds_test_each_row_once(scheme: Scheme) -> None:
    for splits in all_splits(scheme):
        assert len(splits) == 5
        assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(Y)))


@pytest.mark.parametrize("scheme", Scheme)
def test_seeds_make_the_folds(scheme: Scheme) -> None:
    first, again, other = (
        class_splits(Y, GROUPS, scheme=scheme, seeds=(seed,)) for seed in (3, 3, 4)
    )
    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("scheme", Scheme)
def test_a_fifth_is_held_out(scheme: Scheme) -> None:
    train, test = hold_out(GROUPS, scheme=scheme, seed=0)
    assert (len(train), len(test)) == (48, 12)
    assert bool(set(GROUPS[train]) & set(GROUPS[test])) == (scheme is Scheme.PLAIN)


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_a_training_set_without_a_class_is_refused() -> None:
    one_element = (GROUPS[0] == GROUPS).astype(float)
    with pytest.raises(InputError, match="lacks a class"):
        class_splits(one_element, GROUPS, scheme=Scheme.GROUPED)


def test_blocks_keep_the_values_and_mostly_their_company() -> None:
    y = np.repeat(np.arange(20) % 2, 3).astype(float)  # every element of one class
    permuted = permute_blocks(y, GROUPS, np.random.default_rng(0))
    assert sorted(permuted) == sorted(y)
    assert not np.array_equal(permuted, y)
    # All groups are of one size here: no block is broken.
    assert all(len(set(permuted[name == GROUPS])) == 1 for name in set(GROUPS))
