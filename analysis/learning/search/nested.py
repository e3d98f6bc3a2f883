"""Scores to believe: the search is inside the cross-validation.

In each outer fold algorithm and descriptors are chosen by an inner cross-validation of the training
rows alone; no choice uses the test rows (M. Stone, *J. R. Stat. Soc. B* 36, 111 (1974);
S. Varma and R. Simon, *BMC Bioinformatics* 7, 91 (2006)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.dummy import DummyClassifier

from analysis.base.errors import InputError
from analysis.learning.data.scores import METRICS, Metric, score
from analysis.learning.data.splits import FOLDS, SEEDS, Scheme, class_splits, permute_blocks
from analysis.learning.search.classifiers import FAST, Algorithm
from analysis.learning.search.leaderboard import RANKED_BY
from analysis.learning.search.subset_search import (
    SearchRun,
    Trial,
    means,
    prepare,
    score_trials,
    subsets,
    trials,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split


@dataclass(frozen=True)
class Choice:
    """What the inner search chooses from.

    Attributes
    ----------
    algorithms, sizes
        Algorithms, and sizes of the subsets of descriptors.
    inner_folds
        Folds of the inner cross-validation, with one seed.
    """

    algorithms: tuple[Algorithm, ...] = FAST
    sizes: tuple[int, ...] = (1, 2)
    inner_folds: int = FOLDS


#: For a hundred permutations: a tenth of the fits.
LIGHT = Choice(algorithms=(Algorithm.LOGISTIC, Algorithm.TREE), inner_folds=2)


class NestedScores(NamedTuple):
    """Honest scores under one scheme of splitting.

    `folds` has one row for each outer fold: `algorithm` and `descriptors` that were chosen,
    `inner`, what the inner search promised (the score it ranked by), `size` of the test set, the
    scores themselves, and those of the dummy that predicts the commonest class (`dummy_...`).
    """

    scheme: Scheme
    folds: pd.DataFrame

    def mean(self, metric: Metric = RANKED_BY) -> float:
        """Mean of a score over outer folds and seeds."""
        return float(self.folds[str(metric)].mean())

    def spread(self, metric: Metric = RANKED_BY) -> float:
        """Return the standard deviation of a score over outer folds and seeds."""
        return float(self.folds[str(metric)].std(ddof=0))

    def summary(self) -> pd.DataFrame:
        """Each score's mean and spread, and the dummy's mean."""
        return pd.DataFrame(
            {
                "score": [self.mean(metric) for metric in Metric],
                "spread": [self.spread(metric) for metric in Metric],
                "dummy": [float(self.folds[f"dummy_{metric}"].mean()) for metric in Metric],
            },
            index=[str(metric) for metric in Metric],
        )


def nested_scores(
    problem: Problem,
    *,
    scheme: Scheme,
    run: SearchRun,
    choice: Choice | None = None,
    seeds: Sequence[int] = SEEDS,
) -> NestedScores:
    """Score the whole procedure, its search for algorithm and descriptors included.

    Parameters
    ----------
    scheme
        Of the outer and the inner folds.
    choice
        What is searched; sizes 1 and 2 with the fast algorithms if not given.
    seeds
        Of the outer folds.

    Raises
    ------
    InputError
        The compounds are too few for outer and inner folds of both classes.
    """
    chosen = choice or Choice()
    splits = class_splits(problem.y, problem.groups, scheme=scheme, seeds=seeds)
    work = Parallel(n_jobs=min(run.jobs, len(splits)), return_as="generator")(
        delayed(_outer_fold)(problem, split, scheme, chosen, run.seed) for split in splits
    )
    rows = []
    for row in work:
        rows.append(row)
        if run.progress is not None:
            run.progress(len(rows), len(splits))
    return NestedScores(scheme, pd.DataFrame(rows))


def _outer_fold(
    problem: Problem, split: Split, scheme: Scheme, choice: Choice, seed: int
) -> dict[str, object]:
    best, promised = _best(problem.part(split.train), scheme, choice, seed)
    found = score_trials(
        [(best.algorithm, problem.columns(best.subset))], prepare(problem, [split]), seed=seed
    )[0, 0]
    dummy = _dummy(problem.y, split)
    return {
        "algorithm": str(best.algorithm),
        "descriptors": best.subset,
        "inner": promised,
        "size": len(split.test),
        **{str(metric): value for metric, value in zip(METRICS, found, strict=True)},
        **{f"dummy_{metric}": value for metric, value in zip(METRICS, dummy, strict=True)},
    }


def _best(problem: Problem, scheme: Scheme, choice: Choice, seed: int) -> tuple[Trial, float]:
    tried = trials(choice.algorithms, subsets(problem.names, choice.sizes))
    splits = class_splits(
        problem.y, problem.groups, scheme=scheme, seeds=(seed,), folds=choice.inner_folds
    )
    columns = [(trial.algorithm, problem.columns(trial.subset)) for trial in tried]
    scores = means(score_trials(columns, prepare(problem, splits), seed=seed), RANKED_BY)
    best = int(np.nanargmax(scores))
    return tried[best], float(scores[best])


def _dummy(y: NDArray[np.float64], split: Split) -> NDArray[np.float64]:
    x = np.zeros((len(y), 1))
    model = DummyClassifier(strategy="prior").fit(x[split.train], y[split.train])
    return score(y[split.test], model.predict_proba(x[split.test])[:, 1], 0.5)


class PermutationTest(NamedTuple):
    """How often chance does as well.

    `null` holds the nested score of each permutation; `p_value` is (b + 1) / (n + 1) with b of n
    permutations at least as good as the observed score (B. Phipson and G. Smyth, *Stat. Appl.
    Genet. Mol. Biol.* 9, 39 (2010)).
    """

    scheme: Scheme
    observed: float
    null: NDArray[np.float64]

    @property
    def p_value(self) -> float:
        """Probability of so good a score if descriptors say nothing."""
        better = int(np.count_nonzero(self.null >= self.observed))
        return (better + 1) / (len(self.null) + 1)


def permutation_test(
    problem: Problem,
    *,
    scheme: Scheme,
    run: SearchRun,
    permutations: int = 100,
    choice: Choice = LIGHT,
) -> PermutationTest:
    """Compare the nested score with that of permuted labels, by the same procedure.

    Under the grouped scheme labels are permuted in blocks of one element (`permute_blocks`), since
    those of one element are correlated for any descriptors.

    Parameters
    ----------
    choice
        What is searched; lighter than for the score itself if not given, the same for both sides.
    """
    rng = np.random.default_rng(run.seed)
    targets = [problem.y, *(_permuted(problem, scheme, rng) for _ in range(permutations))]
    work = Parallel(n_jobs=run.jobs, return_as="generator")(
        delayed(_score_of)(replace(problem, y=y), scheme, choice, run.seed) for y in targets
    )
    scores = []
    for value in work:
        scores.append(value)
        if run.progress is not None:
            run.progress(len(scores), len(targets))
    observed, *null = scores
    if np.isnan(observed):
        message = "the compounds are too few for outer and inner folds of both classes"
        raise InputError(message)
    # A permutation whose folds lack a class tells nothing.
    return PermutationTest(
        scheme, observed, np.array([each for each in null if not np.isnan(each)])
    )


def _score_of(problem: Problem, scheme: Scheme, choice: Choice, seed: int) -> float:
    run = SearchRun(seed=seed)
    try:
        return nested_scores(problem, scheme=scheme, run=run, choice=choice, seeds=(seed,)).mean()
    except InputError:
        return float("nan")


def _permuted(problem: Problem, scheme: Scheme, rng: np.random.Generator) -> NDArray[np.float64]:
    if scheme is Scheme.PLAIN:
        return rng.permutation(problem.y)
    return permute_blocks(problem.y, problem.groups, rng)
