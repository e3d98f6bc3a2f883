"""Decision maps: where a classifier on two descriptors draws the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from analysis.base.errors import InputError
from analysis.base.fields import Field, Relation
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.descriptor_values import describe
from analysis.figures.panels import panel_grid
from analysis.figures.style import INK, MARKS
from analysis.learning.prediction.asked_dopants import asked_problem, unexplored
from analysis.learning.prediction.coordination_estimate import estimate_coordination
from analysis.learning.search.classifiers import Algorithm, classifier, decision
from analysis.structures.dopants import candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from analysis.learning.data.problem import Problem
    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry

GRID = 150
MARGIN = 0.08
PANELS_ACROSS = 2
#: Pale shades of the marks' colours.
REGIONS = ListedColormap(["#f9e2d3", "#d3eee6"])
#: The pairs of the published maps (B. Liu et al., J. Mater. Chem. A 7, 19961 (2019)).
PUBLISHED_PAIRS = tuple(
    (str(Descriptor.OXIDE_ENTHALPY), str(other))
    for other in (
        Descriptor.COORDINATED_ENTHALPY_PER_CATION,
        Descriptor.BOND_ENERGY,
        Descriptor.COORDINATED_ENTHALPY_PER_OXYGEN,
        Descriptor.ELECTRONEGATIVITY,
    )
)


def never_computed(data: TrainingData, host: HostChemistry) -> pd.DataFrame:
    """Describe every candidate of the periodic table that is not among the training rows.

    Its coordination number is an estimate.
    """
    x = float(data.rows[str(Field.CONCENTRATION)].iloc[0])
    listed = candidates(tuple(host.sites), concentrations=(x,), host_ions=host.species)
    left = unexplored(data, listed)
    if not left:
        return pd.DataFrame(columns=[str(each) for each in Descriptor], dtype=float)
    asked, _ = asked_problem(data, host, left)
    numbers = estimate_coordination(data, host, asked)
    found = [describe(d.element, d.valence, n) for d, n in zip(left, numbers, strict=True)]
    return pd.DataFrame([{str(k): v for k, v in each.numbers.items()} for each in found])


def decision_map_figure(
    problem: Problem,
    pairs: Sequence[tuple[str, str]],
    asked: pd.DataFrame | None = None,
    *,
    algorithm: Algorithm = Algorithm.SVM,
    seed: int = 0,
) -> Figure:
    """Draw the regions of a classifier fitted to all compounds, for pairs of descriptors.

    A map shows what a model predicts, not how well; the leaderboard has its score.

    Parameters
    ----------
    asked
        Descriptors of compounds that were never computed: crosses.

    Raises
    ------
    InputError
        There is no pair.
    """
    if not pairs:
        message = "a decision map needs a pair of descriptors"
        raise InputError(message)
    figure, panels = panel_grid(len(pairs), across=PANELS_ACROSS, size=(4.6, 4.0), head=0.6)
    for axes, pair in zip(panels, pairs, strict=True):
        _draw_map(axes, problem, pair, asked, algorithm, seed)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    return figure


def _draw_map(
    axes: Axes,
    problem: Problem,
    pair: tuple[str, str],
    asked: pd.DataFrame | None,
    algorithm: Algorithm,
    seed: int,
) -> None:
    x = problem.x[:, problem.columns(pair)]
    model = classifier(algorithm, seed=seed).fit(x, problem.y)
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
        axes.plot(
            *x[problem.y == value].T,
            "o",
            color=MARKS[label].colour,
            markersize=5,
            alpha=0.85,
            markeredgecolor="white",
            markeredgewidth=0.4,
            label=MARKS[label].text,
        )
    if asked is not None and len(asked):
        axes.plot(*asked[list(pair)].to_numpy().T, "x", color=INK, markersize=4, label="predicted")
        axes.set_xlim(ticks[0][0], ticks[0][-1])
        axes.set_ylim(ticks[1][0], ticks[1][-1])
    axes.set_xlabel(Descriptor[pair[0].upper()].heading)
    axes.set_ylabel(Descriptor[pair[1].upper()].heading)
    axes.set_title(algorithm.label, fontsize="medium")
