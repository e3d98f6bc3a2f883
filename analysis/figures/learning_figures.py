"""The figures of a training, drawn from its document alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.descriptors.descriptor import Descriptor
from analysis.figures.decision_maps import PUBLISHED_PAIRS, decision_map_figure, never_computed
from analysis.figures.descriptor_figures import correlation_figure, importance_figure, window_figure
from analysis.figures.forecasts import forecast_figure, landed_forecasts
from analysis.figures.model_figures import (
    learning_curve_figure,
    parity_figure,
    permutation_figure,
    split_figure,
)
from analysis.learning.data.problem import classification_problem
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.honest_scores import PermutationTest
from analysis.learning.prediction.model_document import data_of
from analysis.learning.regression.regressors import Regression
from analysis.learning.settings import HostChemistry, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from matplotlib.figure import Figure

    Record = Mapping[str, Any]


@dataclass(frozen=True)
class LearningFigure:
    """A figure with its title and caption; `draw` draws it on request."""

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


def learning_figures(learnt: Record, forecasts: Iterable[Record] = ()) -> Iterator[LearningFigure]:
    """Yield the figures that a training allows.

    Parameters
    ----------
    learnt
        As `analysis.learning.training.training_document.learning_document` returns it.
    forecasts
        As `analysis.learning.training.training.Training` holds them.
    """
    told = landed_forecasts(forecasts)
    if len(told):
        yield LearningFigure(
            "forecasts",
            "Predicted, then computed",
            "The model was not trained on any of these compounds; bars are the intervals.",
            partial(forecast_figure, told),
        )
    found = learnt["classification"]
    if found:
        yield from _of_classes(learnt, found)
    else:
        yield LearningFigure(
            "importance",
            "Importance of each descriptor",
            "For the reaction energy, in a random forest; believe the left side.",
            partial(importance_figure, pd.DataFrame(learnt["importances"])),
        )
    # A descriptor that is the same for all compounds has no correlation: null.
    table = pd.DataFrame(learnt["correlations"]).set_index("descriptor").astype(float)
    yield LearningFigure(
        "correlation",
        "Correlation of the descriptors",
        "Of two that carry the same information, either may get the credit.",
        partial(correlation_figure, table),
    )
    yield from _of_predictions(learnt)
    curve = pd.DataFrame(learnt["learning_curve"])
    if "mae_window" in curve:  # trainings of before have no window
        yield LearningFigure(
            "learning_curve",
            "Error against the number of compounds",
            "Whether more compounds would help.",
            partial(learning_curve_figure, curve),
        )


def _of_classes(learnt: Record, found: Record) -> Iterator[LearningFigure]:
    yield LearningFigure(
        "importance",
        "Importance of each descriptor",
        "For no worse than the host or not, in a random forest; believe the left side.",
        partial(importance_figure, pd.DataFrame(found["importances"])),
    )
    if found["windows"]:
        yield LearningFigure(
            "windows",
            "Reaction energy against the leading descriptors",
            "The band holds most compounds that are no worse than the host, and few others.",
            partial(window_figure, data_of(learnt["model"]), pd.DataFrame(found["windows"])),
        )
        yield LearningFigure(
            "published_windows",
            "Reaction energy against the descriptors of the published analysis",
            "The band holds most compounds that are no worse than the host, and few others.",
            partial(
                window_figure, data_of(learnt["model"]), _published(pd.DataFrame(found["windows"]))
            ),
        )
    yield LearningFigure(
        "decision_maps",
        "Decision maps of a support vector machine with Gaussian kernel",
        "Fitted to all compounds; circles were computed, crosses are predicted ones. "
        "Not a measure of quality.",
        partial(_maps, learnt),
    )


def _of_predictions(learnt: Record) -> Iterator[LearningFigure]:
    tables = {s: pd.DataFrame(each["predictions"]) for s, each in learnt["honest"].items()}
    yield LearningFigure(
        "parity",
        "Predicted against computed reaction energy",
        "Predictions of folds; right: no compound of the element was trained on.",
        partial(parity_figure, tables),
    )
    split = pd.DataFrame(learnt["published_split"])
    if str(Regression.LAPLACIAN_RIDGE) in set(split["algorithm"]):
        yield LearningFigure(
            "kernel_ridge",
            "Regression on the fifteen descriptors, 80/20",
            "Kernel ridge regression with a Laplacian kernel, as published; the split is plain.",
            partial(split_figure, split),
        )
    for scheme, each in learnt["honest"].items():
        if test := each["permutations"]:
            made = PermutationTest(Scheme(scheme), test["observed"], np.array(test["null"]))
            yield LearningFigure(
                f"permutations_{scheme}",
                f"Against chance, {scheme} folds",
                "The error among those after a shuffle of what the tables leave over.",
                partial(permutation_figure, made),
            )


def _published(windows: pd.DataFrame) -> pd.DataFrame:
    names = {str(name) for pair in PUBLISHED_PAIRS for name in pair}
    names -= {str(Descriptor.COORDINATED_ENTHALPY_PER_CATION)}
    return windows[windows["descriptor"].isin(names)]


def _maps(learnt: Record) -> Figure:
    data = data_of(learnt["model"])
    undecided = Undecided(learnt["settings"]["undecided"])
    problem = classification_problem(data, undecided=undecided)
    host = HostChemistry(**learnt["model"]["host"])
    pairs = [pair for pair in PUBLISHED_PAIRS if set(pair) <= set(problem.names)]
    asked = never_computed(data, host)
    return decision_map_figure(problem, pairs, asked, seed=learnt["settings"]["seed"])
