"""The algorithms that classify, each as a scikit-learn Pipeline.

Impute the median of the training rows, scale, estimate. Settings are ones that suit about a
hundred rows and are the same for every subset of descriptors: nothing is tuned on a test set.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TREES = 50
DEPTH = 4
LEAF = 3
HIDDEN = (8,)


class Algorithm(StrEnum):
    """A classification algorithm.

    Attributes
    ----------
    label : str
        Title in tables and figures.
    is_fast : bool
        True if a fit takes about a millisecond; tried on every subset.
    """

    label: str
    is_fast: bool

    def __new__(cls, name: str, label: str, is_fast: bool) -> Self:
        """Make the member a string: its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        member.is_fast = is_fast
        return member

    LOGISTIC = "logistic", "logistic regression", True
    SVM = "svm", "support vector machine", True
    TREE = "tree", "decision tree", True
    EXTRA_TREES = "extra_trees", "extra trees", False
    NETWORK = "network", "neural network", False


FAST = tuple(each for each in Algorithm if each.is_fast)
SLOW = tuple(each for each in Algorithm if not each.is_fast)


def preprocessing() -> Pipeline:
    """Impute the median of the training rows, then scale to mean 0 and deviation 1.

    Both act on each column separately, so a subset of the columns can be cut out before or after.
    """
    # A column that is empty in a training set becomes 0, without effect.
    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    return Pipeline([("impute", impute), ("scale", StandardScaler())])


def estimator(algorithm: Algorithm, *, seed: int) -> Any:
    """Make the last step of an algorithm's Pipeline."""
    match algorithm:
        case Algorithm.LOGISTIC:
            return LogisticRegression(C=1.0)
        case Algorithm.SVM:
            return SVC(C=1.0, kernel="rbf", gamma="scale")
        case Algorithm.TREE:
            return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=seed)
        case Algorithm.EXTRA_TREES:
            return ExtraTreesClassifier(n_estimators=TREES, min_samples_leaf=2, random_state=seed)
        case Algorithm.NETWORK:
            return MLPClassifier(
                hidden_layer_sizes=HIDDEN,
                solver="lbfgs",
                alpha=1.0,
                max_iter=100,
                random_state=seed,
            )


def classifier(algorithm: Algorithm, *, seed: int) -> Pipeline:
    """Make an algorithm's Pipeline: impute, scale, estimate."""
    return Pipeline([*preprocessing().steps, ("estimate", estimator(algorithm, seed=seed))])


def decision(fitted: Any, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the decision values of a fitted binary classifier, and the threshold for class 1."""
    if hasattr(fitted, "decision_function"):
        return fitted.decision_function(x), 0.0
    return fitted.predict_proba(x)[:, 1], 0.5
