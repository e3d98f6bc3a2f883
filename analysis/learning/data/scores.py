"""Scores of a classification, the same as scikit-learn's but without its checks at each call.

A search computes a hundred thousand of them; scikit-learn's functions take longer than a fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.base.labelled import LabelledName

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Metric(LabelledName):
    """A score, by scikit-learn's name for it. The positive class is `stable`."""

    ACCURACY = "accuracy", "Accuracy"
    BALANCED_ACCURACY = "balanced_accuracy", "Balanced accuracy"
    F1 = "f1", "F1"
    ROC_AUC = "roc_auc", "ROC-AUC"


METRICS = tuple(Metric)


def score(
    truth: NDArray[np.float64], decided_by: NDArray[np.float64], threshold: float
) -> NDArray[np.float64]:
    """Score one test set: accuracy, balanced accuracy, F1 and ROC-AUC, in the order of `Metric`.

    A balanced accuracy counts the classes that occur; F1 without any positive, true or predicted,
    is 0; ROC-AUC of a single class is NaN.

    Parameters
    ----------
    truth
        [N] 1 or 0.
    decided_by
        [N] the larger, the more likely 1.
    threshold
        Above it the prediction is 1.
    """
    positive, predicted = truth == 1, decided_by > threshold
    true_positive = np.count_nonzero(positive & predicted)
    true_negative = np.count_nonzero(~positive & ~predicted)
    positives, negatives = np.count_nonzero(positive), np.count_nonzero(~positive)
    recalls = [
        right / total
        for right, total in ((true_positive, positives), (true_negative, negatives))
        if total
    ]
    claimed = positives + np.count_nonzero(predicted)
    return np.array(
        [
            (true_positive + true_negative) / len(truth),
            sum(recalls) / len(recalls),
            2 * true_positive / claimed if claimed else 0.0,
            _area(decided_by[positive], decided_by[~positive]),
        ]
    )


def _area(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Share of pairs in the right order, ties counting one half (Mann and Whitney)."""
    if not len(positive) or not len(negative):
        return float("nan")
    difference = positive[:, None] - negative
    right = np.count_nonzero(difference > 0) + np.count_nonzero(difference == 0) / 2
    return float(right / difference.size)
