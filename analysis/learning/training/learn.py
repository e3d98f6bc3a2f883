"""Learn everything from a campaign in one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.learning.data.problem import Problem, classification_problem, regression_problem
from analysis.learning.data.splits import Scheme
from analysis.learning.data.training_data import TrainingData, training_data
from analysis.learning.prediction.model_settings import ModelSettings, best_settings
from analysis.learning.prediction.prediction import FinalModel, fit_model
from analysis.learning.regression.regression import (
    RegressionScores,
    learning_curve,
    regression_scores,
)
from analysis.learning.regression.regressors import Regression
from analysis.learning.search.classification import Search, search
from analysis.learning.search.importance import correlations, importances, windows
from analysis.learning.search.kernel_comparison import compare_kernels
from analysis.learning.search.nested import (
    NestedScores,
    PermutationTest,
    nested_scores,
    permutation_test,
)
from analysis.learning.search.subset_search import SearchRun
from analysis.learning.training.scope import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.search.classification import Reporter
    from analysis.learning.settings import LearningSettings


@dataclass(frozen=True, eq=False)
class Classification:
    """Everything about the label."""

    problem: Problem
    search: Search
    nested: tuple[NestedScores, ...]  # plain, grouped
    permutations: tuple[PermutationTest, ...]  # the same, at full effort; else empty
    importances: pd.DataFrame
    windows: pd.DataFrame
    kernels: pd.DataFrame | None  # at full effort


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learnt.

    Attributes
    ----------
    classification
        None if the classes are too small; `notes` says so.
    importances
        Of the reaction energy.
    learning_curve
        Of the best algorithm, at full effort; None otherwise.
    model
        For predictions.
    """

    settings: LearningSettings
    data: TrainingData
    classification: Classification | None
    regression: RegressionScores
    importances: pd.DataFrame
    correlations: pd.DataFrame
    learning_curve: pd.DataFrame | None
    model: FinalModel
    notes: tuple[str, ...]


def learn(
    documents: Iterable[Mapping[str, Any]],
    settings: LearningSettings,
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
    jobs
        Processes; they do not change results.
    report
        Called with the step, and how much of it is done of how much.
    phases
        Reference phases for oxides without a measured enthalpy; the project's own table if not
        given.

    Raises
    ------
    InputError
        The compounds are too few to regress on.
    """
    data = training_data(
        documents,
        phases=phases,
        concentration=settings.concentration,
        population=settings.population,
    )
    energies = regression_problem(data)
    scope = SCOPES[settings.effort]
    run = SearchRun(seed=settings.seed, jobs=jobs)
    classified, notes = _classify(data, settings, run, report)
    found = regression_scores(
        energies,
        run=_telling(run, report, "regression"),
        algorithms=scope.regression,
        seeds=scope.seeds,
    )
    return Learned(
        settings=settings,
        data=data,
        classification=classified,
        regression=found,
        importances=importances(energies, classify=False, run=run, seeds=scope.seeds),
        correlations=correlations(energies),
        learning_curve=_curve(energies, found, run, scope.seeds) if scope.everything else None,
        model=fit_model(data, _model_settings(classified, settings)),
        notes=notes,
    )


def _classify(
    data: TrainingData, settings: LearningSettings, run: SearchRun, report: Reporter | None
) -> tuple[Classification | None, tuple[str, ...]]:
    scope = SCOPES[settings.effort]
    try:
        problem = classification_problem(data, undecided=settings.undecided)
        found = search(problem, scope.subsets, run=run, report=report)
        nested = tuple(
            nested_scores(
                problem,
                scheme=scheme,
                run=_telling(run, report, f"nested, {scheme}"),
                choice=scope.choice,
                seeds=scope.seeds,
            )
            for scheme in Scheme
        )
    except InputError as error:
        return None, (f"no classification: {error}",)
    permuted = _permute(problem, settings, run, report) if scope.everything else ()
    top = found.leaderboard["descriptors"].tolist()[0]
    return Classification(
        problem=problem,
        search=found,
        nested=nested,
        permutations=permuted,
        importances=importances(problem, classify=True, run=run, seeds=scope.seeds),
        windows=windows(problem, seed=settings.seed),
        kernels=compare_kernels(problem, top, run=run) if scope.everything else None,
    ), problem.notes


def _permute(
    problem: Problem, settings: LearningSettings, run: SearchRun, report: Reporter | None
) -> tuple[PermutationTest, ...]:
    return tuple(
        permutation_test(
            problem,
            scheme=scheme,
            run=_telling(run, report, f"permutations, {scheme}"),
            permutations=settings.permutations,
        )
        for scheme in Scheme
    )


def _curve(
    problem: Problem, found: RegressionScores, run: SearchRun, seeds: tuple[int, ...]
) -> pd.DataFrame:
    known = [str(each) for each in Regression]
    best = next(name for name in found.scores["algorithm"] if name in known)
    return learning_curve(problem, Regression[best.upper()], run=run, seeds=seeds)


def _model_settings(found: Classification | None, settings: LearningSettings) -> ModelSettings:
    # Without a classification the model has no classifier to use these with.
    board = pd.DataFrame({"algorithm": ["logistic"], "descriptors": [("valence",)]})
    return best_settings(
        board if found is None else found.search.leaderboard,
        undecided=settings.undecided,
        coverage=settings.coverage,
        seed=settings.seed,
    )


def _telling(run: SearchRun, report: Reporter | None, step: str) -> SearchRun:
    if report is None:
        return run
    return replace(run, progress=lambda done, total: report(step, done, total))
