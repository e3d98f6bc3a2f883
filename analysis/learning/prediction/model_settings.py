"""What defines a final model, besides its data: chosen settings and measured calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from analysis.base.errors import InputError
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.settings import Undecided

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ModelSettings:
    """What defines the final model, besides its data.

    Attributes
    ----------
    algorithm, subset
        The classifier and its descriptors: the top of a leaderboard.
    undecided
        What the classifier does with undecided compounds.
    coverage
        Share of compounds whose reaction energy the interval should hold.
    seed
        Of everything random.
    """

    algorithm: Algorithm
    subset: tuple[str, ...]
    undecided: Undecided = Undecided.LEFT_OUT
    coverage: float = 0.9
    seed: int = 0


class Calibration(NamedTuple):
    """What was measured on grouped folds, and the kernel that was fitted to all compounds.

    `interval` and `one_sigma` are the quantiles of |error| / s at the coverage asked for and at
    68 %; `kernel` holds the logarithms of the Gaussian process' hyperparameters.
    """

    interval: float
    one_sigma: float
    kernel: tuple[float, ...]


def best_settings(
    board: pd.DataFrame,
    *,
    undecided: Undecided = Undecided.LEFT_OUT,
    coverage: float = 0.9,
    seed: int = 0,
) -> ModelSettings:
    """Take the classifier from the top of a leaderboard.

    Raises
    ------
    InputError
        The leaderboard is empty.
    """
    if board.empty:
        message = "the leaderboard is empty: search before a model is fitted"
        raise InputError(message)
    top = board.iloc[0]
    return ModelSettings(
        algorithm=Algorithm[str(top["algorithm"]).upper()],
        subset=tuple(top["descriptors"]),
        undecided=undecided,
        coverage=coverage,
        seed=seed,
    )
