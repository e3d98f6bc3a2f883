"""Figures of the models: parity, the 80/20 split, learning curve, permutations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from analysis.base.errors import InputError
from analysis.figures.style import BLUE, MINUS, MUTED, quieten
from analysis.learning.data.problem import WINDOW
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.honest_scores import LEARNT
from analysis.learning.regression.regressors import Regression

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.learning.prediction.honest_scores import PermutationTest

#: Plain and grouped, distinguished by colour and by marker.
SCHEMES = {
    Scheme.PLAIN: ("#8a8a8a", "o", "plain folds"),
    Scheme.GROUPED: (BLUE, "s", "no element in training and test"),
}


def parity_figure(predictions: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw predicted against computed reaction energies of test folds, plain and grouped.

    Parameters
    ----------
    predictions
        By scheme, as `analysis.learning.prediction.honest_scores.cross_validate` returns them.
    """
    figure = Figure(figsize=(9.2, 4.8), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (scheme, (colour, marker, text)) in zip(panels, SCHEMES.items(), strict=True):
        part = predictions[str(scheme)]
        quieten(axes)
        axes.vlines(part["truth"], part["low"], part["high"], color="#dddddd", linewidth=1)
        _diagonal(axes, part["truth"])
        axes.plot(part["truth"], part[LEARNT], marker, color=colour, markersize=5, alpha=0.7)
        inside = part["truth"].between(part["low"], part["high"]).mean()
        window = part[part["truth"] > WINDOW]
        axes.set_title(
            f"{text}\n{_fit_text(part['truth'], part[LEARNT])}; {inside:.0%} in the interval\n"
            f"above {WINDOW:g}: {_fit_text(window['truth'], window[LEARNT])}".replace("-", MINUS),
            fontsize="small",
        )
        axes.axvline(WINDOW, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_xlabel("computed (eV per f.u.)")
    panels[0].set_ylabel("predicted reaction energy (eV per f.u.)")
    return figure


def split_figure(
    table: pd.DataFrame, algorithm: str = Regression.LAPLACIAN_RIDGE, scheme: str = Scheme.PLAIN
) -> Figure:
    """Draw an 80/20 split: training and test in two colours, with R2, MSE and MAE of the test.

    Parameters
    ----------
    table
        `held_out` of `analysis.learning.regression.regression.RegressionScores`.

    Raises
    ------
    InputError
        There is no such algorithm.
    """
    chosen = table[(table["algorithm"] == str(algorithm)) & (table["scheme"] == str(scheme))]
    if chosen.empty:
        names = ", ".join(sorted(set(table["algorithm"])))
        message = f"no split of {algorithm}: there are {names}"
        raise InputError(message)
    figure = Figure(figsize=(5.2, 5.0), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    _diagonal(axes, chosen["truth"])
    for part, colour in (("training", "#8a8a8a"), ("test", BLUE)):
        rows = chosen[chosen["part"] == part]
        axes.plot(rows["truth"], rows["predicted"], "o", color=colour, alpha=0.7, label=part)
    test = chosen[chosen["part"] == "test"]
    squares = mean_squared_error(test["truth"], test["predicted"])
    axes.set_title(
        f"test: {_fit_text(test['truth'], test['predicted'])}, MSE {squares:.3f} (eV per f.u.)²",
        fontsize="medium",
    )
    axes.set_xlabel("computed (eV per f.u.)")
    axes.set_ylabel("predicted reaction energy (eV per f.u.)")
    axes.legend(frameon=False)
    return figure


def _diagonal(axes: Axes, values: pd.Series[float]) -> None:
    ends = [values.min(), values.max()]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))


def _fit_text(truth: pd.Series[float], predicted: pd.Series[float]) -> str:
    if len(truth) < 2:  # noqa: PLR2004, a spread
        return "too few compounds"
    error, fit = mean_absolute_error(truth, predicted), r2_score(truth, predicted)
    return f"MAE {error:.2f} eV per f.u., R² {fit:.2f}"


def learning_curve_figure(curve: pd.DataFrame) -> Figure:
    """Draw error and R2 of test folds against the number of training compounds, in the window too.

    Parameters
    ----------
    curve
        As `analysis.learning.regression.regression.learning_curve` returns it.
    """
    figure = Figure(figsize=(11.4, 3.8), layout="constrained")
    panels = figure.subplots(1, 3)
    everything, window, fit = panels
    for axes, name in zip(panels, ("mae", "mae_window", "r2_window"), strict=True):
        quieten(axes)
        for scheme, (colour, marker, text) in SCHEMES.items():
            part = curve[curve["scheme"] == str(scheme)].sort_values("rows")
            spread = part["mae_spread"] if name == "mae" else None
            axes.errorbar(
                part["rows"],
                part[name],
                yerr=spread,
                color=colour,
                marker=marker,
                capsize=3,
                label=text,
            )
        axes.set_xlabel("training compounds")
    everything.set_title("all compounds", fontsize="medium")
    for axes in (window, fit):
        text = f"reaction energy above {WINDOW:g} eV".replace("-", MINUS)
        axes.set_title(text, fontsize="medium")
    for axes in (everything, window):
        axes.set_ylim(bottom=0)
        axes.set_ylabel("mean absolute error (eV per f.u.)")
    fit.set_ylabel("R²")
    everything.legend(frameon=False)
    return figure


def permutation_figure(test: PermutationTest) -> Figure:
    """Draw the error among those after a shuffle of what the tables leave over."""
    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    axes.hist(test.null, bins=20, color="#bbbbbb")
    axes.axvline(test.observed, color=BLUE, linewidth=2)
    axes.set_xlabel("mean absolute error (eV per f.u.)")
    axes.set_ylabel(f"of {len(test.null)} permutations")
    axes.set_title(f"{SCHEMES[test.scheme][2]}: p = {test.p_value:.2g}", fontsize="medium")
    return figure
