"""The Pareto front: candidates that no other beats in every respect."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.base.errors import InputError


def pareto_front(values: ArrayLike) -> NDArray[np.bool_]:
    """Return which candidates are on the front.

    A candidate is beaten by one that is at least as good in every respect and better in one.
    Equal candidates do not beat each other.

    Parameters
    ----------
    values
        Worth of each candidate in each respect [N, K]: more is better.

    Returns
    -------
    NDArray[np.bool_]
        True for each candidate on the front [N].

    Raises
    ------
    InputError
        A value is not a number: it would compare as neither better nor worse.
    """
    worth = np.asarray(values, dtype=float)
    if np.isnan(worth).any():
        rows = ", ".join(str(row) for row in np.flatnonzero(np.isnan(worth).any(axis=-1)))
        msg = f"Candidates {rows} have a value that is not a number: leave them out"
        raise InputError(msg)
    front = np.ones(len(worth), dtype=bool)
    for row, own in enumerate(worth):
        as_good, better = (worth >= own).all(axis=1), (worth > own).any(axis=1)
        front[row] = not (as_good & better).any()
    return front
