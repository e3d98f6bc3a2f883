"""What the figures of learning show, read back from their artists."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from standins.synthetic import RULE, synthetic_data

from analysis.base.errors import InputError
from analysis.descriptors.descriptor import Descriptor
from analysis.figures.descriptor_figures import correlation_figure, importance_figure, window_figure
from analysis.figures.model_figures import (
    decision_map_figure,
    honest_scores_figure,
    learning_curve_figure,
    parity_figure,
    permutation_figure,
)
from analysis.figures.style import save_figure
from analysis.learning.data.problem import classification_problem
from analysis.learning.data.scores import Metric
from analysis.learning.data.splits import Scheme
from analysis.learning.search.classifiers import FAST, Algorithm
from analysis.learning.search.importance import correlations, windows
from analysis.learning.search.nested import NestedScores, PermutationTest
from analysis.learning.search.subset_search import Trial

ELEMENTS = ["Al", "Ga", "Sc", "Y", "Ti", "Zr", "Hf", "V", "Nb", "Ta", "Cr", "Mo", "W", "Mg", "Ca"]
DATA = synthetic_data(ELEMENTS)
PROBLEM = classification_problem(DATA)


def test_importances_are_drawn_largest_on_top(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "descriptor": ["valence", "ionic_radius"],
            "permutation": [0.3, 0.1],
            "permutation_spread": [0.05, 0.02],
            "impurity": [0.7, 0.3],
            "impurity_spread": [0.1, 0.1],
        }
    )
    figure = importance_figure(table)
    left, _ = figure.axes
    named = {
        tick.get_text(): y
        for tick, y in zip(left.get_yticklabels(), left.get_yticks(), strict=True)
    }
    assert named["Valence"] > named["Ionic radius"]
    assert sorted(bar.get_width() for bar in left.patches) == [0.1, 0.3]
    assert save_figure(figure, tmp_path / "importance.svg").stat().st_size > 0


def test_strong_correlations_are_written() -> None:
    figure = correlation_figure(correlations(PROBLEM))
    axes = figure.axes[0]
    matrix = correlations(PROBLEM).to_numpy()
    strong = int((np.abs(matrix[~np.eye(15, dtype=bool)]) >= 0.5).sum())
    assert len(axes.texts) == strong
    assert axes.get_xticklabels()[0].get_text() == Descriptor.VALENCE.label


def test_windows_are_shaded_and_counted() -> None:
    table = windows(PROBLEM, RULE)
    figure = window_figure(DATA, table, count=2)
    for axes, row in zip(figure.axes, table.itertuples(), strict=False):
        (shade,) = axes.patches
        assert shade.get_x() == pytest.approx(row.low)
        assert f"inside {row.stable_inside} of {row.stable} no worse" in axes.get_title()
        assert sum(len(line.get_xdata()) for line in axes.lines) == len(DATA)
    with pytest.raises(InputError, match="no window"):
        window_figure(DATA, table, count=0)


def test_a_decision_map_shows_both_regions_and_all_compounds() -> None:
    figure = decision_map_figure(PROBLEM, [Trial(each, RULE) for each in FAST])
    for axes, algorithm in zip(figure.axes, FAST, strict=True):
        assert axes.get_title() == algorithm.label
        assert axes.get_xlabel() == "Atomic radius (Å)"
        regions = axes.collections[0].get_array()
        assert set(np.unique(regions)) == {False, True}
        assert sum(len(line.get_xdata()) for line in axes.lines) == len(PROBLEM)
    with pytest.raises(InputError, match="two descriptors"):
        decision_map_figure(PROBLEM, [Trial(Algorithm.TREE, RULE[:1])])


def test_parity_shows_plain_and_grouped_with_their_error() -> None:
    table = pd.DataFrame(
        {
            "algorithm": "ridge",
            "scheme": ["plain", "plain", "grouped", "grouped"],
            "truth": [0.0, 1.0, 0.0, 1.0],
            "predicted": [0.1, 0.9, 0.5, 0.5],
        }
    )
    plain, grouped = parity_figure(table, "ridge").axes
    assert "MAE 0.10 eV per f.u., R² 0.96" in plain.get_title()
    assert "MAE 0.50 eV per f.u., R² 0.00" in grouped.get_title()
    with pytest.raises(InputError, match="no predictions of svr"):
        parity_figure(table, "svr")


def test_a_learning_curve_has_a_line_for_each_scheme() -> None:
    curve = pd.DataFrame(
        {
            "scheme": ["plain", "plain", "grouped", "grouped"],
            "rows": [20.0, 40.0, 20.0, 40.0],
            "mae": [0.4, 0.3, 0.6, 0.5],
            "mae_spread": 0.05,
        }
    )
    (axes,) = learning_curve_figure(curve).axes
    assert [list(line[0].get_ydata()) for line in axes.containers] == [[0.4, 0.3], [0.6, 0.5]]


def test_the_naive_score_stands_beside_the_honest_one() -> None:
    folds = pd.DataFrame({"balanced_accuracy": [0.6, 0.7], "dummy_balanced_accuracy": 0.5})
    board = pd.DataFrame(
        {"balanced_accuracy": [0.9, 0.8], "balanced_accuracy_grouped": [0.75, 0.85]}
    )
    found = [NestedScores(scheme, folds) for scheme in Scheme]
    (axes,) = honest_scores_figure(found, board, metric=Metric.BALANCED_ACCURACY).axes
    heights = {
        round(float(line.get_ydata()[0]), 6) for line in axes.lines if len(line.get_ydata()) == 1
    }
    assert {0.9, 0.85, 0.65} <= heights


def test_permutations_are_a_histogram_with_the_observed_score() -> None:
    test = PermutationTest(Scheme.GROUPED, 0.8, np.linspace(0.3, 0.7, 99))
    (axes,) = permutation_figure(test).axes
    assert sum(bar.get_height() for bar in axes.patches) == 99
    assert axes.lines[0].get_xdata()[0] == 0.8
    assert "p = 0.01" in axes.get_title()
