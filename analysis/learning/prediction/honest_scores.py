"""Scores of the procedure that predicts, by the functions that predict.

In each fold the model of the training rows, its calibration included, answers for the test rows
from what is known of a compound before it is computed. Beside it stand the two estimates that need
no learning: the mean of the training rows, and the tables with each site's median defect energy.
Scores are given for all compounds, and for those that decide: with a reaction energy above
`WINDOW`, and with a reduction margin within `MARGIN`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import wilcoxon
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error, r2_score

from analysis.learning.data.problem import DUMMY, PHYSICS, WINDOW, physics
from analysis.learning.data.splits import SEEDS, Scheme, permute_blocks, value_splits
from analysis.learning.prediction.residual_model import ResidualModel, calibrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.splits import Split
    from analysis.learning.search.subset_search import SearchRun

#: eV per dopant. Beyond it neither the dopant's resistance nor its reduction is in doubt.
MARGIN = 1.0
LEARNT = "learnt"
ALL, IN_WINDOW, IN_MARGIN = "all", "window", "margin"


def cross_validate(
    problem: Problem,
    *,
    scheme: Scheme,
    run: SearchRun,
    coverage: float = 0.9,
    seeds: Sequence[int] = SEEDS,
) -> pd.DataFrame:
    """Predict each compound from folds that do not hold it (nor its element, if grouped).

    Returns
    -------
    DataFrame
        One row for each compound and seed: `row`, `element`, `truth`, the three estimates `dummy`,
        `physics` and `learnt`, `low`, `high`, and `probability` of being no worse than the host.
    """
    splits = value_splits(problem.groups, scheme=scheme, seeds=seeds)
    parts = []
    for part in Parallel(n_jobs=run.jobs, return_as="generator")(
        delayed(_fold)(problem, split, run.seed, coverage) for split in splits
    ):
        parts.append(part)
        if run.progress is not None:
            run.progress(len(parts), len(splits))
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return found


def _fold(problem: Problem, split: Split, seed: int, coverage: float) -> pd.DataFrame:
    rows, test = problem.part(split.train), problem.part(split.test)
    calibration = calibrate(rows, seed)
    energy, deviation = ResidualModel(rows, seed).estimate(test)
    half = deviation * calibration.width(coverage)
    return pd.DataFrame(
        {
            "row": test.rows,
            "element": test.groups,
            "truth": test.y,
            DUMMY: rows.y.mean(),
            PHYSICS: physics(problem, split.train)[split.test],
            LEARNT: energy,
            "low": energy - half,
            "high": energy + half,
            "probability": calibration.above(problem.boundary, energy, deviation),
        }
    )


def score_table(
    found: pd.DataFrame, margins: NDArray[np.float64], *, boundary: float
) -> pd.DataFrame:
    """Score the estimates of `cross_validate`, for all compounds and in both windows.

    Parameters
    ----------
    margins
        Reduction margin of every compound of the training data, eV per dopant; NaN if unknown.
    boundary
        Reaction energy from which a compound is no worse than the host.

    Returns
    -------
    DataFrame
        One row for each window and estimate: `compounds`, `mae`, `r2`, `balanced_accuracy`; for
        what was learnt also `inside` (share within the interval) and `brier`, the mean squared
        error of the probability.
    """
    windows = {
        ALL: np.ones(len(found), dtype=bool),
        IN_WINDOW: (found["truth"] > WINDOW).to_numpy(),
        IN_MARGIN: np.abs(margins[found["row"]]) < MARGIN,
    }
    rows = [
        {"window": name, "estimate": estimate, **_scores(found[chosen], estimate, boundary)}
        for name, chosen in windows.items()
        if np.count_nonzero(chosen) > 1
        for estimate in (DUMMY, PHYSICS, LEARNT)
    ]
    return pd.DataFrame(rows)


def _scores(part: pd.DataFrame, estimate: str, boundary: float) -> dict[str, float]:
    truth, told = part["truth"], part[estimate]
    stable = truth >= boundary
    scores = {
        "compounds": float(part["row"].nunique()),
        "mae": float(mean_absolute_error(truth, told)),
        "r2": float(r2_score(truth, told)),
        "balanced_accuracy": float(balanced_accuracy_score(stable, told >= boundary))
        if len(set(stable)) > 1
        else float("nan"),
    }
    if estimate == LEARNT:
        scores["inside"] = float(truth.between(part["low"], part["high"]).mean())
        scores["brier"] = float(((part["probability"] - stable) ** 2).mean())
    return scores


def gain(found: pd.DataFrame) -> float:
    """Return the p value that learning is no better than the tables, on the elements' mean errors.

    One-sided signed-rank test (F. Wilcoxon, *Biometrics Bull.* 1, 80 (1945)): compounds of one
    element err together and count once.
    """
    errors = found.assign(
        gain=(found[PHYSICS] - found["truth"]).abs() - (found[LEARNT] - found["truth"]).abs()
    )
    by_element = errors.groupby("element")["gain"].mean()
    if not by_element.any():
        return 1.0
    return float(wilcoxon(by_element, alternative="greater").pvalue)


class PermutationTest(NamedTuple):
    """How often chance does as well.

    `null` holds the mean absolute error of each permutation; `p_value` is (b + 1) / (n + 1) with b
    of n permutations at most as wrong as the observed (B. Phipson and G. Smyth, *Stat. Appl.
    Genet. Mol. Biol.* 9, 39 (2010)).
    """

    scheme: Scheme
    observed: float
    null: NDArray[np.float64]

    @property
    def p_value(self) -> float:
        """Probability of so small an error if the features say nothing beyond the tables."""
        better = int(np.count_nonzero(self.null <= self.observed))
        return (better + 1) / (len(self.null) + 1)


def permutation_test(
    problem: Problem, *, scheme: Scheme, run: SearchRun, permutations: int = 100
) -> PermutationTest:
    """Compare the error with that after a shuffle of what the tables leave over (`relabel`)."""
    rng = np.random.default_rng(run.seed)
    base = physics(problem, np.arange(len(problem)))
    left = problem.y - base
    shuffled = (relabel(left, problem.groups, scheme=scheme, rng=rng) for _ in range(permutations))
    targets = [problem.y, *(base + each for each in shuffled)]
    splits = value_splits(problem.groups, scheme=scheme, seeds=SEEDS[:1])
    errors = []
    for error in Parallel(n_jobs=run.jobs, return_as="generator")(
        delayed(_error)(problem, y, splits, run.seed) for y in targets
    ):
        errors.append(error)
        if run.progress is not None:
            run.progress(len(errors), len(targets))
    return PermutationTest(scheme, errors[0], np.array(errors[1:]))


def relabel(
    left: NDArray[np.float64],
    groups: NDArray[np.str_],
    *,
    scheme: Scheme,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Shuffle values over compounds; under the grouped scheme blocks of one element stay together.

    What compounds of an element have in common is then no sign of a rule either.
    """
    if scheme is Scheme.PLAIN:
        return rng.permutation(left)
    return permute_blocks(left, groups, rng)


def _error(problem: Problem, y: NDArray[np.float64], splits: Sequence[Split], seed: int) -> float:
    asked = replace(problem, y=y)
    errors = [
        np.abs(ResidualModel(asked.part(train), seed).estimate(asked.part(test)).energy - y[test])
        for train, test in splits
    ]
    return float(np.concatenate(errors).mean())
