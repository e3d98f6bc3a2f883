"""The figures of a training, drawn from its document alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.descriptor_figures import correlation_figure, importance_figure, window_figure
from analysis.figures.forecasts import forecast_figure, landed_forecasts
from analysis.figures.model_figures import (
    decision_map_figure,
    honest_scores_figure,
    learning_curve_figure,
    parity_figure,
    permutation_figure,
)
from analysis.learning.data.problem import classification_problem
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.model_document import data_of
from analysis.learning.regression.regression import DUMMY
from analysis.learning.search.classifiers import Algorithm
from analysis.learning.search.nested import NestedScores, PermutationTest
from analysis.learning.search.subset_search import Trial
from analysis.learning.settings import Undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from matplotlib.figure import Figure

    Record = Mapping[str, Any]

#: Decision maps that are drawn: the best pairs of descriptors.
MAPS = 6
_PAIR = 2


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
    best = next(r["algorithm"] for r in learnt["regression"] if r["algorithm"] != DUMMY)
    yield LearningFigure(
        "parity",
        "Predicted against computed reaction energy",
        f"Test folds of {best}; right: no compound of the element was trained on.",
        partial(parity_figure, pd.DataFrame(learnt["predictions"]), best),
    )
    if learnt["learning_curve"]:
        yield LearningFigure(
            "learning_curve",
            "Error against the number of compounds",
            "Whether more compounds would help.",
            partial(learning_curve_figure, pd.DataFrame(learnt["learning_curve"])),
        )


def _of_classes(learnt: Record, found: Record) -> Iterator[LearningFigure]:
    board = pd.DataFrame(found["leaderboard"])
    nested = [
        NestedScores(Scheme(scheme), pd.DataFrame(each["folds"]))
        for scheme, each in found["nested"].items()
    ]
    yield LearningFigure(
        "honest_scores",
        "Naive and honest scores",
        "The best of many trials is good partly by luck; the nested score is not.",
        partial(honest_scores_figure, nested, board),
    )
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
    pairs = [row for row in found["leaderboard"] if len(row["descriptors"]) == _PAIR][:MAPS]
    if pairs:
        yield LearningFigure(
            "decision_maps",
            "Decision maps of the best pairs of descriptors",
            "Boundary of each algorithm, fitted to all compounds; not a measure of quality.",
            partial(_maps, learnt, pairs),
        )
    for scheme, test in found["permutations"].items():
        made = PermutationTest(Scheme(scheme), test["observed"], np.array(test["null"]))
        yield LearningFigure(
            f"permutations_{scheme}",
            f"Against chance, {scheme} folds",
            "The nested score among those of shuffled labels.",
            partial(permutation_figure, made),
        )


def _maps(learnt: Record, pairs: list[Record]) -> Figure:
    undecided = Undecided(learnt["settings"]["undecided"])
    problem = classification_problem(data_of(learnt["model"]), undecided=undecided)
    trials = [Trial(Algorithm[p["algorithm"].upper()], tuple(p["descriptors"])) for p in pairs]
    return decision_map_figure(problem, trials, seed=learnt["settings"]["seed"])
