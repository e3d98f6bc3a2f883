"""The search among subsets of descriptors, against scikit-learn's plain loop.

The data are those of the reference result, the search is that of `interphase learn --full`.
"""

import gzip
import json
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from pymatgen.core import Structure
from sklearn.model_selection import cross_validate

from analysis.base.fields import Field
from analysis.learning.data.problem import Problem, classification_problem
from analysis.learning.data.scores import METRICS
from analysis.learning.data.splits import SEEDS, Split
from analysis.learning.data.table_effect import chemistry_of
from analysis.learning.data.training_data import training_data
from analysis.learning.search.classification import FULL, QUICK, Profile, search
from analysis.learning.search.classifiers import FAST, SLOW, classifier
from analysis.learning.search.leaderboard import make_folds
from analysis.learning.search.subset_search import SearchRun, Trial, evaluate, subsets, trials
from analysis.structures.host import builtin_host
from benchmarks.measure import Figure, alone, compared, in_fresh_process, side_by_side
from workflows.results.files import read_results

TITLE = "Search among subsets of descriptors"
RESULT = Path(__file__).parents[1] / "results" / "llzo-chgnet"
MOST_SECONDS = 600.0
JOBS = 2
SEED = 0
# One trial in this many is run by scikit-learn too. Primes: the sample holds subsets of all sizes.
EVERY, QUICK_EVERY = 101, 1201
SAME = 1e-9


def measure(*, quick: bool) -> list[Figure]:
    """Time a sample of the trials both ways, and the whole search."""
    problem = reference_problem()
    folds = make_folds(problem)
    splits = [*folds.plain, *folds.grouped]
    tried = all_trials(problem)[:: QUICK_EVERY if quick else EVERY]
    runs = side_by_side(
        lambda: in_fresh_process(scores, problem, tried, splits, threads=1),
        lambda: in_fresh_process(stock_scores, problem, tried, splits, threads=1),
        1 if quick else 3,
    )
    difference = _difference(runs[0][0].result, runs[1][0].result)
    counts = Counter(str(trial.algorithm) for trial in tried)
    sampled = ", ".join(f"{number} {name}" for name, number in counts.items())
    return [
        compared(
            *runs,
            what=f"{len(tried)} trials ({sampled}) on {len(splits)} folds of {len(problem)} "
            "compounds, one process",
            against="cross_validate of the same Pipelines on the same folds, in a loop",
            agreement=f"four scores of each trial and fold: {difference:.0e}",
        ),
        _whole(problem, quick=quick),
    ]


def _whole(problem: Problem, *, quick: bool) -> Figure:
    profile, seeds = (QUICK, SEEDS[:1]) if quick else (FULL, SEEDS)
    run = in_fresh_process(number_searched, problem, profile, seeds, threads=1)
    return alone(
        [run],
        what=f"the whole search, {run.result} trials on its leaderboard, {JOBS} processes",
        most=None if quick else MOST_SECONDS,
    )


def reference_problem() -> Problem:
    """Pose the question of the reference result: which compounds are stable, as in `learn`."""
    rows = read_results(RESULT / "compounds.csv")
    with gzip.open(RESULT / "structures.jsonl.gz", "rt", encoding="utf-8") as lines:
        cells = [json.loads(line) for line in lines]
    documents = [_with_structure(*pair) for pair in zip(rows, cells, strict=True)]
    return classification_problem(training_data(documents, chemistry_of(builtin_host())))


def _with_structure(row: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """Join a compound and its cell; both files have the same order.

    Raises
    ------
    ValueError
        They are of different compounds.
    """
    if (row[Field.FORMULA], row[Field.DOPANTS]) != (cell["formula"], cell["dopants"]):
        msg = f"the cell of {cell['formula']} stands where that of {row[Field.FORMULA]} should"
        raise ValueError(msg)
    return row | {Field.STRUCTURE.value: Structure(**cell["structure"])}


def all_trials(problem: Problem) -> list[Trial]:
    """Return the first trials of the full search: all subsets of the sizes of its profile."""
    return [
        *trials(FAST, subsets(problem.names, FULL.fast_sizes)),
        *trials(SLOW, subsets(problem.names, FULL.slow_sizes)),
    ]


def number_searched(problem: Problem, profile: Profile, seeds: tuple[int, ...]) -> int:
    """Search, and return the length of the leaderboard."""
    try:
        found = search(problem, profile, run=SearchRun(seed=SEED, jobs=JOBS), seeds=seeds)
    finally:
        # A spawned process waits for its children before it ends, and these are idle for 5 minutes.
        get_reusable_executor().shutdown(kill_workers=True)
    return len(found.leaderboard)


def scores(
    problem: Problem, tried: Sequence[Trial], splits: Sequence[Split]
) -> NDArray[np.float64]:
    """Score trials by this project: [T, S, 4]."""
    return evaluate(problem, tried, splits, run=SearchRun(seed=SEED))


def stock_scores(
    problem: Problem, tried: Sequence[Trial], splits: Sequence[Split]
) -> NDArray[np.float64]:
    """Score them by scikit-learn, one after the other: [T, S, 4]."""
    warnings.simplefilter("ignore")
    found = []
    for trial in tried:
        plain = cross_validate(
            classifier(trial.algorithm, seed=SEED),
            problem.x[:, problem.columns(trial.subset)],
            problem.y,
            cv=[tuple(split) for split in splits],
            scoring=[str(metric) for metric in METRICS],
        )
        found.append(np.array([plain[f"test_{metric}"] for metric in METRICS]).T)
    return np.array(found)


def _difference(ours: NDArray[np.float64], stock: NDArray[np.float64]) -> float:
    """Return the largest difference of any score.

    Raises
    ------
    ValueError
        If it is more than rounding, or a score is defined on one side only.
    """
    if not np.array_equal(np.isnan(ours), np.isnan(stock)):
        msg = "a score is defined by one side alone"
        raise ValueError(msg)
    largest = float(np.nanmax(np.abs(ours - stock)))
    if largest > SAME:
        msg = f"scikit-learn's scores differ from ours by {largest:.2g}"
        raise ValueError(msg)
    return largest
