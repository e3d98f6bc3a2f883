"""Learn everything from a campaign in one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.learning.data.problem import (
    Problem,
    classification_problem,
    energy_problem,
    regression_problem,
)
from analysis.learning.data.splits import Scheme
from analysis.learning.data.training_data import TrainingData, training_data
from analysis.learning.prediction.honest_scores import (
    PermutationTest,
    cross_validate,
    gain,
    permutation_test,
    score_table,
)
from analysis.learning.prediction.model_settings import ModelSettings
from analysis.learning.prediction.prediction import FinalModel, fit_model
from analysis.learning.regression.regression import (
    RegressionScores,
    learning_curve,
    regression_scores,
)
from analysis.learning.regression.regressors import Regression
from analysis.learning.search.classification import baselines, search
from analysis.learning.search.importance import correlations, importances, windows
from analysis.learning.search.kernel_comparison import compare_kernels
from analysis.learning.search.subset_search import SearchRun
from analysis.learning.training.scope import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.search.classification import Reporter
    from analysis.learning.settings import HostChemistry, LearningSettings


@dataclass(frozen=True, eq=False)
class Classification:
    """What the descriptors tell of the label: a description, no predictions."""

    problem: Problem
    leaderboard: pd.DataFrame
    baselines: pd.DataFrame  # in the columns of the leaderboard
    importances: pd.DataFrame
    windows: pd.DataFrame
    kernels: pd.DataFrame | None  # at full effort


@dataclass(frozen=True, eq=False)
class Honest:
    """How good the predictions are, under one scheme of splitting.

    `scores` is the table of `score_table`, `predictions` that of `cross_validate`; `p_value` is
    that learning is no better than the tables; `permutations` at full effort alone.
    """

    scheme: Scheme
    scores: pd.DataFrame
    predictions: pd.DataFrame
    p_value: float
    permutations: PermutationTest | None


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learnt.

    Attributes
    ----------
    honest
        Scores of the procedure that predicts, plain and grouped.
    classification
        None if the classes are too small; `notes` says so.
    regression
        Algorithms compared on what the tables leave over, beside the baselines.
    published
        Algorithms on the fifteen descriptors, without the tables, as in the literature.
    importances
        Of the fifteen descriptors for the reaction energy.
    learning_curve
        Of the algorithm that predicts; None at brief effort.
    model
        For predictions.
    """

    settings: LearningSettings
    data: TrainingData
    honest: tuple[Honest, ...]
    classification: Classification | None
    regression: RegressionScores
    published: RegressionScores
    importances: pd.DataFrame
    correlations: pd.DataFrame
    learning_curve: pd.DataFrame | None
    model: FinalModel
    notes: tuple[str, ...]


def learn(
    documents: Iterable[Mapping[str, Any]],
    settings: LearningSettings,
    host: HostChemistry,
    *,
    jobs: int = 1,
    report: Reporter | None = None,
    phases: ReferencePhases | None = None,
) -> Learned:
    """Learn from the compounds that have landed.

    Parameters
    ----------
    documents
        Result documents of one campaign.
    host
        The undoped host and the electrode.
    jobs
        Processes; they do not change results.
    report
        Called with the step, and how much of it is done of how much.
    phases
        Reference phases of oxides and reactions; the project's own table if not given.

    Raises
    ------
    InputError
        The compounds are too few to regress on.
    """
    data = training_data(
        documents,
        host,
        phases=phases,
        concentration=settings.concentration,
        population=settings.population,
    )
    energies, described = energy_problem(data, host), regression_problem(data)
    scope = SCOPES[settings.effort]
    run = SearchRun(seed=settings.seed, jobs=jobs)
    honest = tuple(_honest(data, energies, scheme, settings, run, report) for scheme in Scheme)
    classified, notes = _classify(data, energies, settings, run, report)
    found, published = (
        regression_scores(
            problem, run=_telling(run, report, step), algorithms=algorithms, seeds=scope.seeds
        )
        for problem, step, algorithms in (
            (energies, "regression", scope.regression),
            (described, "regression as published", scope.published),
        )
    )
    return Learned(
        settings=settings,
        data=data,
        honest=honest,
        classification=classified,
        regression=found,
        published=published,
        importances=importances(described, classify=False, run=run, seeds=scope.seeds),
        correlations=correlations(described),
        learning_curve=_curve(energies, run, scope.seeds) if scope.curve else None,
        model=fit_model(data, host, ModelSettings(settings.coverage, settings.seed)),
        notes=notes,
    )


def _honest(
    data: TrainingData,
    energies: Problem,
    scheme: Scheme,
    settings: LearningSettings,
    run: SearchRun,
    report: Reporter | None,
) -> Honest:
    scope = SCOPES[settings.effort]
    found = cross_validate(
        energies,
        scheme=scheme,
        run=_telling(run, report, f"honest scores, {scheme}"),
        coverage=settings.coverage,
        seeds=scope.seeds,
    )
    margins = data.rows[str(Field.REDUCTION_MARGIN)].to_numpy(dtype=float)
    shuffled = None
    if scope.everything:
        telling = _telling(run, report, f"permutations, {scheme}")
        shuffled = permutation_test(
            energies, scheme=scheme, run=telling, permutations=settings.permutations
        )
    scores = score_table(found, margins, boundary=energies.boundary)
    return Honest(scheme, scores, found, gain(found), shuffled)


def _classify(
    data: TrainingData,
    energies: Problem,
    settings: LearningSettings,
    run: SearchRun,
    report: Reporter | None,
) -> tuple[Classification | None, tuple[str, ...]]:
    scope = SCOPES[settings.effort]
    try:
        problem = classification_problem(data, undecided=settings.undecided)
        board = search(problem, scope.subsets, run=run, report=report, seeds=scope.seeds)
    except InputError as error:
        return None, (f"no classification: {error}",)
    top = board["descriptors"].tolist()[0]
    return Classification(
        problem=problem,
        leaderboard=board,
        baselines=baselines(problem, energies, seeds=scope.seeds),
        importances=importances(problem, classify=True, run=run, seeds=scope.seeds),
        windows=windows(problem, seed=settings.seed),
        kernels=compare_kernels(problem, top, run=run) if scope.everything else None,
    ), problem.notes


def _curve(problem: Problem, run: SearchRun, seeds: tuple[int, ...]) -> pd.DataFrame:
    return learning_curve(problem, Regression.EXTRA_TREES, run=run, seeds=seeds)


def _telling(run: SearchRun, report: Reporter | None, step: str) -> SearchRun:
    if report is None:
        return run
    return replace(run, progress=lambda done, total: report(step, done, total))
