"""Regression of the reaction energy: every score plain and grouped, and the dummy's."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from analysis.learning.data.problem import DUMMY, PHYSICS, WINDOW, physics
from analysis.learning.data.splits import SEEDS, Scheme, Split, hold_out, value_splits
from analysis.learning.regression.hyperparameters import choose
from analysis.learning.regression.regressors import Regression, regressor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.subset_search import SearchRun

SCORES = ("r2", "mse", "mae")
FOLDED, HELD = "folds", "held_out"
#: Shares of the training rows in a learning curve.
SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)


class Fit(NamedTuple):
    """What one algorithm said of the test rows of one split, and of its training rows."""

    algorithm: str
    scheme: Scheme
    kind: str  # FOLDED or HELD
    split: int
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    predicted: NDArray[np.float64]
    refound: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegressionScores:
    """Scores and predictions of several algorithms.

    Attributes
    ----------
    scores
        One row for each algorithm and scheme: `r2`, `mse` ((eV per f.u.)^2) and `mae` (eV per
        f.u.) over five folds and all seeds with their `_spread`, of the one 80/20 split
        (`_held_out`), and of all folds' compounds in the window (`_window`). Best grouped error
        first; the baselines are among them.
    held_out
        Of the 80/20 splits: one row for each compound, algorithm and scheme with `truth`,
        `predicted` and `part` (training or test).
    """

    scores: pd.DataFrame
    held_out: pd.DataFrame


def regression_scores(
    problem: Problem,
    *,
    run: SearchRun,
    algorithms: Iterable[Regression] = Regression,
    seeds: Sequence[int] = SEEDS,
) -> RegressionScores:
    """Cross-validate algorithms with an inner loop for their hyperparameters, and split once 80/20.

    Outer and inner splits are of one scheme: where no element is in training and test, none is in
    both parts of an inner fold either.
    """
    work = [
        (str(algorithm), scheme, kind, number, split)
        for algorithm in (*_baselines(problem), *algorithms)
        for scheme in Scheme
        for kind, splits in _splits(problem, scheme, seeds, run.seed).items()
        for number, split in enumerate(splits)
    ]
    fits = []
    for fit in Parallel(n_jobs=run.jobs, return_as="generator")(
        delayed(_fit)(problem, *each, seed=run.seed) for each in work
    ):
        fits.append(fit)
        if run.progress is not None:
            run.progress(len(fits), len(work))
    return RegressionScores(_score_table(problem, fits), _held_out_table(problem, fits))


def _baselines(problem: Problem) -> tuple[str, ...]:
    return (DUMMY,) if problem.known is None else (DUMMY, PHYSICS)


def _splits(
    problem: Problem, scheme: Scheme, seeds: Sequence[int], seed: int
) -> dict[str, list[Split]]:
    return {
        FOLDED: value_splits(problem.groups, scheme=scheme, seeds=seeds),
        HELD: [hold_out(problem.groups, scheme=scheme, seed=seed)],
    }


def _fit(
    problem: Problem,
    algorithm: str,
    scheme: Scheme,
    kind: str,
    number: int,
    split: Split,
    *,
    seed: int,
) -> Fit:
    told = fit_predict(problem, algorithm, split, scheme=scheme, seed=seed)
    predicted, refound = told[split.test], told[split.train]
    return Fit(algorithm, scheme, kind, number, *split, predicted, refound)


def fit_predict(
    problem: Problem, algorithm: str, split: Split, *, scheme: Scheme, seed: int
) -> NDArray[np.float64]:
    """Fit to the training rows, hyperparameters included, and predict all rows.

    Where the tables know a part of the target, an algorithm learns what they leave over.
    """
    train = split.train
    if algorithm == DUMMY:
        return np.full(len(problem), float(problem.y[train].mean()))
    base = physics(problem, train)
    if algorithm == PHYSICS:
        return base
    problem = replace(problem, y=problem.y - base)
    chosen, rows = Regression[algorithm.upper()], problem.part(train)
    inner = value_splits(rows.groups, scheme=scheme, seeds=(seed,))
    best = choose(rows, chosen, inner=inner, seed=seed)
    model = regressor(chosen, seed=seed, hyperparameters=best)
    with warnings.catch_warnings():
        # A kernel parameter of the Gaussian process at its bound is a fit like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(problem.x[train], problem.y[train])
    return np.asarray(base + model.predict(problem.x))


def _score_table(problem: Problem, fits: Sequence[Fit]) -> pd.DataFrame:
    rows = []
    for fit in fits:
        truth = problem.y[fit.test]
        values = (
            r2_score(truth, fit.predicted),
            mean_squared_error(truth, fit.predicted),
            mean_absolute_error(truth, fit.predicted),
        )
        rows.append([fit.algorithm, str(fit.scheme), fit.kind, *values])
    table = pd.DataFrame(rows, columns=["algorithm", "scheme", "kind", *SCORES])
    found = {}
    for name in SCORES:
        for suffix, kind, how in (
            ("", FOLDED, "mean"),
            ("_spread", FOLDED, _spread),
            ("_held_out", HELD, "mean"),
        ):
            part = table[table["kind"] == kind].groupby(["algorithm", "scheme"])[name]
            found[f"{name}{suffix}"] = part.agg(how)
    scores = pd.DataFrame(found).reset_index().merge(_window_scores(problem, fits))
    best = scores[scores["scheme"] == str(Scheme.GROUPED)].set_index("algorithm")["mae"]
    order = scores["algorithm"].map(best)
    return (
        scores.assign(order=order)
        .sort_values(["order", "scheme"])
        .drop(columns="order")
        .reset_index(drop=True)
    )


def _window_scores(problem: Problem, fits: Sequence[Fit]) -> pd.DataFrame:
    """Score the compounds whose computed reaction energy lies in the window, all folds together."""
    parts: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    for fit in fits:
        if fit.kind == FOLDED:
            pair = np.stack([problem.y[fit.test], fit.predicted])
            parts.setdefault((fit.algorithm, str(fit.scheme)), []).append(pair)
    rows = [[*key, *window_score(*np.hstack(part))] for key, part in parts.items()]
    return pd.DataFrame(rows, columns=["algorithm", "scheme", "mae_window", "r2_window"])


def window_score(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> tuple[float, float]:
    """Mean absolute error and R2 of the compounds in the window; NaN for fewer than two."""
    inside = truth > WINDOW
    if np.count_nonzero(inside) < 2:  # noqa: PLR2004, a spread
        return float("nan"), float("nan")
    both = truth[inside], predicted[inside]
    return float(mean_absolute_error(*both)), float(r2_score(*both))


def _spread(values: pd.Series[float]) -> float:
    return float(values.std(ddof=0))


def _held_out_table(problem: Problem, fits: Sequence[Fit]) -> pd.DataFrame:
    """Gather what the models of the 80/20 splits say of their training and their test rows."""
    parts = [
        pd.DataFrame(
            {
                "algorithm": fit.algorithm,
                "scheme": str(fit.scheme),
                "part": part,
                "row": problem.rows[rows],
                "truth": problem.y[rows],
                "predicted": predicted,
            }
        )
        for fit in fits
        if fit.kind == HELD
        for part, rows, predicted in (
            ("training", fit.train, fit.refound),
            ("test", fit.test, fit.predicted),
        )
    ]
    return pd.concat(parts, ignore_index=True)


def learning_curve(
    problem: Problem,
    algorithm: Regression,
    *,
    run: SearchRun,
    seeds: Sequence[int] = SEEDS,
    shares: Sequence[float] = SHARES,
) -> pd.DataFrame:
    """Error on test rows against the number of training rows, in the window too.

    Under the grouped scheme a part of the training elements is taken, all compounds of each.

    Returns
    -------
    DataFrame
        `scheme`, `share`, `rows` (mean number of training rows), `mae` and `mae_spread` over folds
        and seeds; `mae_window` and `r2_window` of all folds' compounds in the window together.
    """
    work = [
        (scheme, share, split)
        for scheme in Scheme
        for share in shares
        for split in value_splits(problem.groups, scheme=scheme, seeds=seeds)
    ]
    points = Parallel(n_jobs=run.jobs)(
        delayed(_point)(problem, algorithm, *each, seed=run.seed) for each in work
    )
    table = pd.DataFrame(points, columns=["scheme", "share", "rows", "truth", "predicted"])
    found = [
        {"scheme": scheme, "share": share, **_curve_scores(part)}
        for (scheme, share), part in table.groupby(["scheme", "share"])
    ]
    return pd.DataFrame(found)


def _point(
    problem: Problem,
    algorithm: Regression,
    scheme: Scheme,
    share: float,
    split: Split,
    *,
    seed: int,
) -> tuple[str, float, int, NDArray[np.float64], NDArray[np.float64]]:
    train = _part(problem, split.train, scheme, share, seed)
    part = Split(train, split.test)
    predicted = fit_predict(problem, algorithm, part, scheme=scheme, seed=seed)
    return str(scheme), share, len(train), problem.y[split.test], predicted[split.test]


def _curve_scores(folds: pd.DataFrame) -> dict[str, float]:
    errors = [mean_absolute_error(*each) for each in zip(folds.truth, folds.predicted, strict=True)]
    mae, fit = window_score(
        np.concatenate(list(folds.truth)), np.concatenate(list(folds.predicted))
    )
    return {
        "rows": float(folds["rows"].mean()),
        "mae": float(np.mean(errors)),
        "mae_spread": float(np.std(errors)),
        "mae_window": mae,
        "r2_window": fit,
    }


def _part(
    problem: Problem, train: NDArray[np.intp], scheme: Scheme, share: float, seed: int
) -> NDArray[np.intp]:
    rng = np.random.default_rng(seed)
    if scheme is Scheme.PLAIN:
        return np.sort(rng.permutation(train)[: max(10, round(share * len(train)))])
    elements = np.unique(problem.groups[train])
    chosen = rng.permutation(elements)[: max(5, round(share * len(elements)))]
    return train[np.isin(problem.groups[train], chosen)]
