"""Figures of the descriptors: importance, correlation, reaction energy with its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.figures.panels import panel_grid
from analysis.figures.style import BAND, BLUE, INK, MARKS, MINUS, MUTED, quieten
from analysis.learning.search.importance import Window

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.learning.data.training_data import TrainingData

PANELS_ACROSS = 3
#: Correlations written as a number; weaker ones are shown by colour alone.
WRITTEN_FROM = 0.5


def importance_figure(table: pd.DataFrame) -> Figure:
    """Draw permutation and impurity importance of each descriptor with their spread over folds.

    Parameters
    ----------
    table
        As `analysis.learning.search.importance.importances` returns it.
    """
    figure = Figure(figsize=(9.5, 0.8 + 0.33 * len(table)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    position = np.arange(len(table))[::-1]
    for axes, name, title in (
        (left, "permutation", "lost on test folds if shuffled"),
        (right, "impurity", "share of impurity, training folds"),
    ):
        quieten(axes)
        axes.grid(axis="x", color="#eeeeee", linewidth=0.8)
        axes.barh(position, table[name], color=BLUE, alpha=0.75, height=0.65)
        spread = table[f"{name}_spread"]
        axes.errorbar(table[name], position, xerr=spread, fmt="none", ecolor=INK, elinewidth=1)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_title(title, fontsize="medium")
    left.set_yticks(position, [Descriptor[name.upper()].label for name in table["descriptor"]])
    return figure


def correlation_figure(table: pd.DataFrame) -> Figure:
    """Draw the Pearson correlation matrix of the descriptors.

    Parameters
    ----------
    table
        As `analysis.learning.search.importance.correlations` returns it.
    """
    labels = [Descriptor[name.upper()].label for name in table.columns]
    size = 2.6 + 0.46 * len(labels)
    figure = Figure(figsize=(size + 1.6, size), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(table.to_numpy(), cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.spines[:].set_visible(False)
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        if row != column and abs(value) >= WRITTEN_FROM:
            text = f"{value:.1f}".replace("-", MINUS)
            dark = abs(value) > 0.7  # noqa: PLR2004, where the colour is dark
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize="x-small",
                color="white" if dark else INK,
            )
    figure.colorbar(image, ax=axes, shrink=0.6, label="Pearson correlation")
    return figure


def window_figure(data: TrainingData, windows: pd.DataFrame, *, count: int = 6) -> Figure:
    """Draw the reaction energy against the leading descriptors, each with its window.

    Parameters
    ----------
    data
        The compounds.
    windows
        As `analysis.learning.search.importance.windows` returns them.
    count
        Number of descriptors, from the first on.

    Raises
    ------
    InputError
        There is no window.
    """
    shown = windows.head(count)
    chosen = [Window(*row) for row in shown[list(Window._fields)].to_numpy()]
    if not chosen:
        message = "there is no window to draw"
        raise InputError(message)
    figure, panels = panel_grid(
        len(chosen), across=PANELS_ACROSS, size=(3.7, 3.1), head=0.7, sharey=True
    )
    for axes, window, p in zip(panels, chosen, shown["p_adjusted"], strict=True):
        _draw_window(axes, data, window, p)
    figure.supylabel(Field.REACTION_ENERGY.heading, fontsize="medium")
    labels = data.rows[str(Field.RELATION)].unique()
    handles = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", label=mark.text)
        for label, mark in MARKS.items()
        if label in labels
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    return figure


def _draw_window(axes: Axes, data: TrainingData, window: Window, p_adjusted: float) -> None:
    quieten(axes)
    axes.axvspan(window.low, window.high, color=BAND, linewidth=0)
    values = data.descriptors[window.descriptor]
    for label, mark in MARKS.items():
        column = data.rows[str(Field.RELATION)]
        of_label = column.isna() if label is None else column == str(label)
        axes.plot(
            values[of_label],
            data.rows[str(Field.REACTION_ENERGY)][of_label],
            mark.marker,
            color=mark.colour,
            markersize=5,
            alpha=0.8,
            markeredgecolor="white",
            markeredgewidth=0.4,
        )
    axes.set_xlabel(Descriptor[window.descriptor.upper()].heading)
    inside = (
        f"inside {window.stable_inside} of {window.stable} no worse, "
        f"{window.others_inside} of {window.others} others\n"
        f"p = {p_adjusted:.2g}, adjusted for all descriptors"
    )
    axes.set_title(inside, fontsize="small", color=MUTED)
