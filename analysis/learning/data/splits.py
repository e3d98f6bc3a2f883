"""Training and test sets, twice: plain, and with no element in both.

The same element sits on several sites and in several valences. A plain fold tests on elements that
were trained on; a grouped fold tests on elements never seen.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

FOLDS = 5
SEEDS = (0, 1, 2)
HELD_OUT = 0.2


class Scheme(StrEnum):
    """How rows are split into training and test."""

    PLAIN = auto()
    GROUPED = auto()  # by element


class Split(NamedTuple):
    """Positions of the rows of one fold."""

    train: NDArray[np.intp]
    test: NDArray[np.intp]


def class_splits(
    y: NDArray[np.float64],
    groups: NDArray[np.str_],
    *,
    scheme: Scheme,
    seeds: Iterable[int] = SEEDS,
    folds: int = FOLDS,
) -> list[Split]:
    """Folds with about the same share of each class, one set for each seed.

    Raises
    ------
    InputError
        A training set has a single class: there are too few rows or elements of the other.
    """
    splits = [split for seed in seeds for split in _class_folds(y, groups, scheme, seed, folds)]
    if any(len(np.unique(y[train])) < len(np.unique(y)) for train, _ in splits):
        message = f"a training set of {folds} folds lacks a class: too few compounds or elements"
        raise InputError(message)
    return splits


def _class_folds(
    y: NDArray[np.float64], groups: NDArray[np.str_], scheme: Scheme, seed: int, folds: int
) -> list[Split]:
    chosen = StratifiedGroupKFold if scheme is Scheme.GROUPED else StratifiedKFold
    splitter = chosen(n_splits=folds, shuffle=True, random_state=seed)
    return [Split(*each) for each in splitter.split(_rows(y), y, _used(groups, scheme))]


def value_splits(
    groups: NDArray[np.str_],
    *,
    scheme: Scheme,
    seeds: Iterable[int] = SEEDS,
    folds: int = FOLDS,
) -> list[Split]:
    """Folds for a number to be regressed, one set for each seed."""
    chosen = GroupKFold if scheme is Scheme.GROUPED else KFold
    return [
        Split(*each)
        for seed in seeds
        for each in chosen(n_splits=folds, shuffle=True, random_state=seed).split(
            _rows(groups), groups=_used(groups, scheme)
        )
    ]


def hold_out(groups: NDArray[np.str_], *, scheme: Scheme, seed: int) -> Split:
    """Split once, 80 % for training and 20 % (of rows, or of elements) for testing."""
    chosen = GroupShuffleSplit if scheme is Scheme.GROUPED else ShuffleSplit
    splitter = chosen(n_splits=1, test_size=HELD_OUT, random_state=seed)
    return Split(*next(splitter.split(_rows(groups), groups=_used(groups, scheme))))


def _rows(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return placeholders for the descriptors, whose values no splitter uses."""
    return np.zeros((len(values), 1))


def _used(groups: NDArray[np.str_], scheme: Scheme) -> NDArray[np.str_] | None:
    return groups if scheme is Scheme.GROUPED else None


def permute_blocks(
    y: NDArray[np.float64], groups: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Permute a target so that values of one group mostly stay together.

    The groups' values are strung together in random order and laid over the rows, group by group.
    Groups differ in size, so some blocks end within a group; the values as a whole stay the same.
    """
    names = np.unique(groups)
    strung = np.concatenate([y[groups == name] for name in rng.permutation(names)])
    permuted = np.empty_like(y)
    permuted[np.argsort(groups, kind="stable")] = strung
    return permuted
