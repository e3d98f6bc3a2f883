"""Figures of the models: decision maps, parity, learning curve, honest scores, permutations."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_absolute_error, r2_score

from analysis.base.errors import InputError
from analysis.base.fields import Relation
from analysis.descriptors.descriptor import Descriptor
from analysis.figures.style import BLUE, INK, MARKS, MINUS, MUTED, quieten
from analysis.learning.data.scores import Metric
from analysis.learning.data.splits import Scheme
from analysis.learning.search.classifiers import classifier, decision
from analysis.learning.search.leaderboard import column
from analysis.learning.search.subset_search import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.learning.data.problem import Problem
    from analysis.learning.search.nested import NestedScores, PermutationTest

GRID = 150
MARGIN = 0.08
PANELS_ACROSS = 3
#: Pale shades of the marks' colours.
REGIONS = ListedColormap(["#f9e2d3", "#d3eee6"])
#: Plain and grouped, distinguished by colour and by marker.
SCHEMES = {
    Scheme.PLAIN: ("#8a8a8a", "o", "plain folds"),
    Scheme.GROUPED: (BLUE, "s", "no element in training and test"),
}


def decision_map_figure(problem: Problem, pairs: Sequence[Trial], *, seed: int = 0) -> Figure:
    """Draw where algorithms on two descriptors draw the line, fitted to all compounds.

    A map shows what a model predicts, not how well; the leaderboard has its score.

    Raises
    ------
    InputError
        A trial does not have two descriptors, or there is none.
    """
    if not pairs or any(len(trial.subset) != 2 for trial in pairs):  # noqa: PLR2004, a plane
        message = "a decision map needs trials of two descriptors each"
        raise InputError(message)
    across = min(PANELS_ACROSS, len(pairs))
    rows = math.ceil(len(pairs) / across)
    figure = Figure(figsize=(4.0 * across, 0.6 + 3.6 * rows), layout="constrained")
    panels = figure.subplots(rows, across, squeeze=False)
    for axes, trial in zip(panels.flat, pairs, strict=False):
        _draw_map(axes, problem, trial, seed)
    for axes in panels.flat[len(pairs) :]:
        axes.axis("off")
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    return figure


def _draw_map(axes: Axes, problem: Problem, trial: Trial, seed: int) -> None:
    x = problem.x[:, problem.columns(trial.subset)]
    model = classifier(trial.algorithm, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a small network, as in the search
        model.fit(x, problem.y)
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    room = MARGIN * np.where(high > low, high - low, 1.0)
    ticks = [np.linspace(*ends, GRID) for ends in zip(low - room, high + room, strict=True)]
    first, second = np.meshgrid(*ticks)
    decided_by, threshold = decision(model, np.column_stack([first.ravel(), second.ravel()]))
    stable = (decided_by > threshold).reshape(first.shape)
    axes.pcolormesh(
        first, second, stable, cmap=REGIONS, vmin=0, vmax=1, shading="nearest", rasterized=True
    )
    for value, label in ((1, Relation.NO_WORSE), (0, Relation.WORSE)):
        mark, of_class = MARKS[label], problem.y == value
        axes.plot(
            *x[of_class].T,
            mark.marker,
            color=mark.colour,
            markersize=5,
            alpha=0.85,
            markeredgecolor="white",
            markeredgewidth=0.4,
            label=mark.text,
        )
    axes.set_xlabel(Descriptor[trial.subset[0].upper()].heading)
    axes.set_ylabel(Descriptor[trial.subset[1].upper()].heading)
    axes.set_title(trial.algorithm.label, fontsize="medium")


def parity_figure(predictions: pd.DataFrame, algorithm: str) -> Figure:
    """Draw predicted against computed reaction energies of test folds, plain and grouped.

    Parameters
    ----------
    predictions
        As `analysis.learning.regression.regression.RegressionScores` holds them.

    Raises
    ------
    InputError
        There are no predictions of this algorithm.
    """
    chosen = predictions[predictions["algorithm"] == algorithm]
    if chosen.empty:
        message = (
            f"no predictions of {algorithm}: there are {sorted(set(predictions['algorithm']))}"
        )
        raise InputError(message)
    figure = Figure(figsize=(9.2, 4.8), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (scheme, (colour, marker, text)) in zip(panels, SCHEMES.items(), strict=True):
        part = chosen[chosen["scheme"] == str(scheme)]
        quieten(axes)
        ends = [part[["truth", "predicted"]].min().min(), part[["truth", "predicted"]].max().max()]
        axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.plot(part["truth"], part["predicted"], marker, color=colour, markersize=5, alpha=0.7)
        error = mean_absolute_error(part["truth"], part["predicted"])
        fit = r2_score(part["truth"], part["predicted"])
        score = f"MAE {error:.2f} eV per f.u., R² {fit:.2f}".replace("-", MINUS)
        axes.set_title(f"{text}\n{score}", fontsize="medium")
        axes.set_xlabel("computed (eV per f.u.)")
    panels[0].set_ylabel("predicted reaction energy (eV per f.u.)")
    return figure


def learning_curve_figure(curve: pd.DataFrame) -> Figure:
    """Draw the error on test folds against the number of training compounds.

    Parameters
    ----------
    curve
        As `analysis.learning.regression.regression.learning_curve` returns it.
    """
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    for scheme, (colour, marker, text) in SCHEMES.items():
        part = curve[curve["scheme"] == str(scheme)].sort_values("rows")
        axes.errorbar(
            part["rows"],
            part["mae"],
            yerr=part["mae_spread"],
            color=colour,
            marker=marker,
            capsize=3,
            label=text,
        )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("training compounds")
    axes.set_ylabel("mean absolute error (eV per f.u.)")
    axes.legend(frameon=False)
    return figure


def honest_scores_figure(
    nested: Sequence[NestedScores],
    board: pd.DataFrame,
    *,
    metric: Metric = Metric.BALANCED_ACCURACY,
) -> Figure:
    """Draw the best score of the leaderboard and the nested ones, plain and grouped.

    Parameters
    ----------
    nested
        The nested scores of both schemes.
    board
        The leaderboard, of which the naive score is the best of all trials.
    """
    figure = Figure(figsize=(6.8, 4.2), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    for position, found in enumerate(nested):
        colour, marker, _ = SCHEMES[found.scheme]
        naive = float(board[column(metric, found.scheme)].max())
        axes.plot(position - 0.15, naive, "x", color=MUTED, markersize=9, markeredgewidth=2)
        axes.errorbar(
            position + 0.15,
            found.mean(metric),
            yerr=found.spread(metric),
            color=colour,
            marker=marker,
            markersize=8,
            capsize=4,
        )
        dummy = float(found.folds[f"dummy_{metric}"].mean())
        axes.plot([position - 0.35, position + 0.35], [dummy] * 2, color=INK, linewidth=1.2)
        axes.annotate(
            "baseline", (position + 0.36, dummy), va="center", fontsize="small", color=INK
        )
    axes.set_xticks(range(len(nested)), [SCHEMES[found.scheme][2] for found in nested])
    axes.set_xlim(-0.6, len(nested) - 0.2)
    axes.set_ylim(top=1.02)
    axes.set_ylabel(metric.label)
    axes.set_title(
        "cross: best of the leaderboard, naive; with bar: nested, honest", fontsize="medium"
    )
    return figure


def permutation_figure(test: PermutationTest) -> Figure:
    """Draw the nested score among those of permuted labels."""
    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    axes.hist(test.null, bins=20, color="#bbbbbb")
    axes.axvline(test.observed, color=BLUE, linewidth=2)
    axes.set_xlabel("nested balanced accuracy")
    axes.set_ylabel(f"of {len(test.null)} permutations")
    axes.set_title(f"{SCHEMES[test.scheme][2]}: p = {test.p_value:.2g}", fontsize="medium")
    return figure
