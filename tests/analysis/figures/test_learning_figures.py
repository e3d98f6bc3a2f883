"""What the figures of learning show, read back from their artists."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from standins.synthetic import LLZO, RULE, synthetic_data

from analysis.base.errors import InputError
from analysis.descriptors.descriptor import Descriptor
from analysis.figures.decision_maps import decision_map_figure, never_computed
from analysis.figures.descriptor_figures import correlation_figure, importance_figure, window_figure
from analysis.figures.model_figures import (
    learning_curve_figure,
    parity_figure,
    permutation_figure,
    split_figure,
)
from analysis.figures.style import save_figure
from analysis.learning.data.problem import classification_problem
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.honest_scores import PermutationTest
from analysis.learning.search.importance import correlations, windows

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


def test_a_decision_map_shows_both_regions_computed_and_predicted_compounds() -> None:
    asked = never_computed(DATA, LLZO)
    assert len(asked) > 200
    figure = decision_map_figure(PROBLEM, [RULE], asked)
    axes = figure.axes[0]
    assert axes.get_title() == "support vector machine"
    assert axes.get_xlabel() == "Atomic radius (Å)"
    assert set(np.unique(axes.collections[0].get_array())) == {False, True}
    circles = [line for line in axes.lines if line.get_marker() == "o"]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert sum(len(line.get_xdata()) for line in circles) == len(PROBLEM)
    assert [len(line.get_xdata()) for line in crosses] == [len(asked)]
    with pytest.raises(InputError, match="needs a pair"):
        decision_map_figure(PROBLEM, [])


def test_parity_shows_plain_and_grouped_with_their_error_in_the_window_too() -> None:
    table = pd.DataFrame(
        {
            "truth": [-2.0, -0.8, -0.4],
            "learnt": [-2.3, -0.7, -0.4],
            "low": [-2.1, -0.9, -0.6],
            "high": [-1.9, -0.6, -0.2],
        }
    )
    plain, grouped = parity_figure({"plain": table, "grouped": table}).axes
    assert "MAE 0.13 eV per f.u., R² 0.93; 100% in the interval" in plain.get_title()
    assert "MAE 0.05 eV per f.u., R² 0.87" in grouped.get_title()


def test_a_split_has_two_colours_and_the_scores_of_the_test() -> None:
    table = pd.DataFrame(
        {
            "algorithm": "laplacian_ridge",
            "scheme": "plain",
            "part": ["training", "training", "test", "test"],
            "truth": [0.0, 1.0, 0.0, 1.0],
            "predicted": [0.0, 1.0, 0.1, 0.9],
        }
    )
    (axes,) = split_figure(table).axes
    assert "R² 0.96, MSE 0.010" in axes.get_title()
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert len({line.get_color() for line in points}) == 2
    with pytest.raises(InputError, match="no split of svr"):
        split_figure(table, "svr")


def test_a_learning_curve_has_a_line_for_each_scheme() -> None:
    curve = pd.DataFrame(
        {
            "scheme": ["plain", "plain", "grouped", "grouped"],
            "rows": [20.0, 40.0, 20.0, 40.0],
            "mae": [0.4, 0.3, 0.6, 0.5],
            "mae_spread": 0.05,
            "mae_window": [0.2, 0.1, 0.3, 0.2],
            "r2_window": [0.1, 0.5, -0.4, 0.2],
        }
    )
    drawn = [
        [list(line[0].get_ydata()) for line in axes.containers]
        for axes in learning_curve_figure(curve).axes
    ]
    assert drawn == [
        [[0.4, 0.3], [0.6, 0.5]],
        [[0.2, 0.1], [0.3, 0.2]],
        [[0.1, 0.5], [-0.4, 0.2]],
    ]


def test_permutations_are_a_histogram_with_the_observed_score() -> None:
    test = PermutationTest(Scheme.GROUPED, 0.2, np.linspace(0.3, 0.7, 99))
    (axes,) = permutation_figure(test).axes
    assert sum(bar.get_height() for bar in axes.patches) == 99
    assert axes.lines[0].get_xdata()[0] == 0.2
    assert "p = 0.01" in axes.get_title()
