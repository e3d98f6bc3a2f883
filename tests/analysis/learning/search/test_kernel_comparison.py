"""Kernels of a support vector machine on rules of which they know different things."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from standins.synthetic import RULE, Truth, synthetic_problem

from analysis.learning.data.splits import Scheme
from analysis.learning.search.kernel_comparison import KERNELS, compare_kernels
from analysis.learning.search.subset_search import SearchRun

LINE = synthetic_problem(Truth.RULE, elements=20, each=3, descriptors=2, seed=2)
# Inside a ring is stable, outside is not: no line parts them.
RING = dataclasses.replace(
    LINE,
    y=(np.linalg.norm(LINE.x, axis=1) < np.median(np.linalg.norm(LINE.x, axis=1))).astype(float),
)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    problems = {"line": LINE, "ring": RING}
    return {
        name: compare_kernels(problem, RULE, run=SearchRun(), seeds=(0,))
        for name, problem in problems.items()
    }


@pytest.mark.parametrize("scheme", Scheme)
def test_a_line_is_found_by_the_linear_kernel_and_a_ring_is_not(
    tables: dict[str, pd.DataFrame], scheme: Scheme
) -> None:
    scores = {}
    for name, table in tables.items():
        assert len(table) == len(KERNELS) * len(Scheme)
        of_scheme = table[table["scheme"] == str(scheme)].set_index("kernel")
        scores[name] = of_scheme["balanced_accuracy"]
    assert scores["line"]["linear"] > 0.85
    assert scores["ring"]["linear"] < scores["ring"]["rbf"] - 0.1
    assert scores["ring"]["rbf"] > 0.8
