"""Everything that is learnt from a campaign, in one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, Field, PositiveInt

from analysis.classification import FULL, QUICK, Search, search
from analysis.errors import InputError
from analysis.importance import correlations, importances, windows
from analysis.kernel_comparison import compare_kernels
from analysis.model_settings import ModelSettings, best_settings
from analysis.nested import Choice, NestedScores, PermutationTest, nested_scores, permutation_test
from analysis.prediction import FinalModel, fit_model
from analysis.problem import Problem, Undecided, classification_problem, regression_problem
from analysis.regression import RegressionScores, learning_curve, regression_scores
from analysis.regressors import Regression
from analysis.splits import SEEDS, Scheme
from analysis.subset_search import Run
from analysis.training_data import Population, TrainingData, training_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.classification import Reporter
    from analysis.phases import ReferencePhases

#: Regression of the quick profile: one of each kind.
QUICK_REGRESSION = (
    Regression.RIDGE,
    Regression.LAPLACIAN_RIDGE,
    Regression.GAUSSIAN_PROCESS,
    Regression.SVR,
    Regression.EXTRA_TREES,
)


#: Inside the nested scores, by the profile.
QUICK_CHOICE, FULL_CHOICE = Choice(inner_folds=3), Choice()


class Effort(StrEnum):
    """How much is tried."""

    QUICK = auto()
    FULL = auto()


class LearningSettings(BaseModel, frozen=True, extra="forbid"):
    """What is learnt, and how; with the snapshot of the data this determines every number."""

    effort: Effort = Field(Effort.QUICK, description="quick, or full: minutes")
    undecided: Undecided = Field(
        Undecided.LEFT_OUT, description="Undecided compounds: left_out, or not_stable"
    )
    population: Population = Field(
        Population.PASSING, description="Compounds passing the defect energy's filter, or all"
    )
    concentration: float | None = Field(
        None, gt=0, description="Learn from compounds of this x; the commonest if null"
    )
    coverage: float = Field(
        0.9, gt=0, lt=1, description="Share of compounds that the intervals should hold"
    )
    permutations: PositiveInt = Field(100, description="Against chance, in the full profile")
    seed: int = Field(0, ge=0, description="Of everything random but the folds' three seeds")

    @property
    def is_full(self) -> bool:
        """Whether everything is tried."""
        return self.effort is Effort.FULL

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the folds of nested scores and regression."""
        return SEEDS if self.is_full else SEEDS[:1]


@dataclass(frozen=True, eq=False)
class Classification:
    """Everything about the label."""

    problem: Problem
    search: Search
    nested: tuple[NestedScores, ...]  # plain, grouped
    permutations: tuple[PermutationTest, ...]  # the same; empty in the quick profile
    importances: pd.DataFrame
    windows: pd.DataFrame
    kernels: pd.DataFrame | None  # of the full profile


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learnt.

    Attributes
    ----------
    classification
        None where the classes are too small; `notes` says so.
    importances
        Of the reaction energy.
    learning_curve
        Of the best algorithm; None in the quick profile.
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
        Processes; they change no number.
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
    run = Run(seed=settings.seed, jobs=jobs)
    classified, notes = _classify(data, settings, run, report)
    found = regression_scores(
        energies,
        run=_telling(run, report, "regression"),
        algorithms=tuple(Regression) if settings.is_full else QUICK_REGRESSION,
        seeds=settings.seeds,
    )
    return Learned(
        settings=settings,
        data=data,
        classification=classified,
        regression=found,
        importances=importances(energies, classify=False, run=run, seeds=settings.seeds),
        correlations=correlations(energies),
        learning_curve=_curve(energies, found, settings, run),
        model=fit_model(data, _model_settings(classified, settings)),
        notes=notes,
    )


def _classify(
    data: TrainingData, settings: LearningSettings, run: Run, report: Reporter | None
) -> tuple[Classification | None, tuple[str, ...]]:
    try:
        problem = classification_problem(data, undecided=settings.undecided)
        found = search(problem, FULL if settings.is_full else QUICK, run=run, report=report)
        nested = tuple(
            nested_scores(
                problem,
                scheme=scheme,
                run=_telling(run, report, f"nested, {scheme}"),
                choice=FULL_CHOICE if settings.is_full else QUICK_CHOICE,
                seeds=settings.seeds,
            )
            for scheme in Scheme
        )
    except InputError as error:
        return None, (f"no classification: {error}",)
    permuted = _permute(problem, settings, run, report) if settings.is_full else ()
    top = found.leaderboard["descriptors"].tolist()[0]
    return Classification(
        problem=problem,
        search=found,
        nested=nested,
        permutations=permuted,
        importances=importances(problem, classify=True, run=run, seeds=settings.seeds),
        windows=windows(problem, seed=settings.seed),
        kernels=compare_kernels(problem, top, run=run) if settings.is_full else None,
    ), problem.notes


def _permute(
    problem: Problem, settings: LearningSettings, run: Run, report: Reporter | None
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
    problem: Problem, found: RegressionScores, settings: LearningSettings, run: Run
) -> pd.DataFrame | None:
    if not settings.is_full:
        return None
    known = [str(each) for each in Regression]
    best = next(name for name in found.scores["algorithm"] if name in known)
    return learning_curve(problem, Regression[best.upper()], run=run, seeds=settings.seeds)


def _model_settings(found: Classification | None, settings: LearningSettings) -> ModelSettings:
    # Without a classification the model has no classifier to use these with.
    board = pd.DataFrame({"algorithm": ["logistic"], "descriptors": [("valence",)]})
    return best_settings(
        board if found is None else found.search.leaderboard,
        undecided=settings.undecided,
        coverage=settings.coverage,
        seed=settings.seed,
    )


def _telling(run: Run, report: Reporter | None, step: str) -> Run:
    if report is None:
        return run
    return replace(run, progress=lambda done, total: report(step, done, total))
