"""The quick scores equal scikit-learn's."""

import warnings

import numpy as np
import pytest
from sklearn import metrics

from analysis.learning.data.scores import METRICS, score


@pytest.mark.parametrize("seed", range(20))
def test_every_score_is_scikit_learn_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, 17).astype(float)
    decided_by = rng.integers(-3, 4, 17) / 2  # with ties, some of them at the threshold
    predicted = (decided_by > 0).astype(float)
    expected = [
        metrics.accuracy_score(truth, predicted),
        metrics.balanced_accuracy_score(truth, predicted),
        metrics.f1_score(truth, predicted),
        metrics.roc_auc_score(truth, decided_by),
    ]
    assert [str(each) for each in METRICS] == ["accuracy", "balanced_accuracy", "f1", "roc_auc"]
    assert score(truth, decided_by, 0.0) == pytest.approx(expected, abs=1e-12)


def test_a_test_set_of_one_class() -> None:
    truth, decided_by = np.zeros(4), np.array([-1.0, -2.0, 1.0, -1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        balanced = metrics.balanced_accuracy_score(truth, decided_by > 0)
    found = score(truth, decided_by, 0.0)
    assert found[:3] == pytest.approx([0.75, balanced, 0.0])
    assert np.isnan(found[3])


def test_nothing_positive_in_truth_or_prediction_gives_f1_of_zero() -> None:
    assert score(np.zeros(3), np.full(3, -1.0), 0.0)[2] == 0
