"""Predictions for compounds that were never computed, with an interval.

Two models share the descriptors. The first gives the probability of `no_worse`: the best trial of
a search, its decision turned into a probability by Platt's sigmoid on grouped folds
(J. Platt, 1999; `CalibratedClassifierCV`). The second gives the reaction energy: a Gaussian process
of the effect of each dopant, (E - E_host) / x, so that another x is answered in proportion.

The Gaussian process' own deviation s is not trusted as it is. On grouped folds, where the
element was never seen, |error| / s is measured, and the interval at another compound is s times the
quantile of these ratios (normalised conformal prediction, H. Papadopoulos et al., *Neural
Netw.* 24, 842 (2011)): for any data, about that share of the true values lies inside, for
elements never seen. For a site or valence of a known element it is rather too wide.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.learning.data.problem import classification_problem, regression_problem
from analysis.learning.data.splits import SEEDS, Scheme, class_splits, value_splits
from analysis.learning.prediction.asked_dopants import describe_dopants, is_learnt_from
from analysis.learning.prediction.model_settings import Calibration, ModelSettings
from analysis.learning.regression.regressors import gaussian_process
from analysis.learning.search.classifiers import classifier, preprocessing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.data.problem import Problem
    from analysis.learning.data.training_data import TrainingData
    from analysis.structures.dopants import Dopant

#: Share of a normal distribution within one standard deviation.
ONE_SIGMA = math.erf(1 / math.sqrt(2))


class Prediction(NamedTuple):
    """The answer for one dopant; energies in eV per f.u."""

    element: str
    valence: int
    site: str
    concentration: float
    probability: float | None  # of the relation `no_worse`
    reaction_energy: float
    uncertainty: float  # standard uncertainty, calibrated
    low: float
    high: float
    learnt_from: bool  # the compound itself is among the training rows: no test of the model
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class FinalModel:
    """Both models, fitted to all compounds; made by `fit_model`.

    Attributes
    ----------
    calibration
        Taken from a stored model; measured if None.
    """

    data: TrainingData
    settings: ModelSettings
    calibration: Calibration
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def classifier(self) -> Any | None:
        """The calibrated classifier; None if the classes are too small, see `notes`."""
        return _fit_classifier(self.data, self.settings)

    @cached_property
    def problem(self) -> Problem:
        """The effect of each dopant, eV per dopant, and its descriptors."""
        return _effects(self.data)

    @cached_property
    def process(self) -> Pipeline:
        """The Gaussian process of the dopants' effects, in units of their deviation."""
        return _fit_process(self.problem, self.settings.seed, self.calibration.kernel)

    @property
    def host_energy(self) -> float:
        """Reaction energy of the undoped host, eV per f.u."""
        return float(self.data.rows[str(Field.REACTION_ENERGY_HOST)].median())

    @property
    def concentration(self) -> float:
        """The x of the compounds that were learnt from."""
        return float(self.data.rows[str(Field.CONCENTRATION)].iloc[0])

    @property
    def boundary(self) -> float:
        """Reaction energy at which the label turns: the host's less a standard uncertainty."""
        uncertainty = self.data.rows[str(Field.REACTION_ENERGY_UNCERTAINTY)].astype(float).median()
        return self.host_energy - (0.0 if math.isnan(uncertainty) else float(uncertainty))

    def predict(
        self, dopants: Iterable[Dopant], *, phases: ReferencePhases | None = None
    ) -> list[Prediction]:
        """Predict compounds with one dopant each, computed or not.

        Parameters
        ----------
        phases
            Reference phases for oxides without a measured enthalpy, the same as in training; the
            project's own table if not given.

        Raises
        ------
        InputError
            An element does not exist.
        """
        listed = list(dopants)
        if not listed:
            return []
        x, notes = describe_dopants(self.data, listed, phases=phases)
        effect, deviation = self.effects(x)
        probabilities = self.probabilities(x)
        return [
            self._prediction(*each)
            for each in zip(listed, effect, deviation, probabilities, notes, strict=True)
        ]

    def effects(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Effect of each dopant and the process' own deviation of it, both eV per dopant.

        Parameters
        ----------
        x
            [N, 15] all descriptors.
        """
        columns = _positions(self.problem.names)
        mean, deviation = _process_predict(self.process, self.problem.y, x[:, columns])
        return mean, deviation

    def probabilities(self, x: NDArray[np.float64]) -> Sequence[float | None]:
        """Probability of the relation `no_worse` from [N, 15] descriptors; None: no classifier."""
        if self.classifier is None:
            return [None] * len(x)
        columns = _positions(self.settings.subset)
        return [float(each) for each in self.classifier.predict_proba(x[:, columns])[:, 1]]

    def _prediction(
        self,
        dopant: Dopant,
        effect: float,
        deviation: float,
        probability: float | None,
        notes: Sequence[str],
    ) -> Prediction:
        x = dopant.concentration
        energy = self.host_energy + x * effect
        half = x * deviation * self.calibration.interval
        other_x = not math.isclose(x, self.concentration, abs_tol=1e-3)
        scaled = (
            f"learnt at x={self.concentration:g}: the reaction energy is scaled with x, the "
            "probability is not"
        )
        return Prediction(
            element=dopant.element,
            valence=dopant.valence,
            site=dopant.site,
            concentration=x,
            probability=probability,
            reaction_energy=float(energy),
            uncertainty=float(x * deviation * self.calibration.one_sigma),
            low=float(energy - half),
            high=float(energy + half),
            learnt_from=is_learnt_from(self.data, dopant) and not other_x,
            notes=(*notes, *((scaled,) if other_x else ()), *self.notes),
        )


def fit_model(data: TrainingData, settings: ModelSettings) -> FinalModel:
    """Fit both models to all compounds and calibrate the interval on grouped folds.

    Raises
    ------
    InputError
        The compounds are too few to regress on, or a descriptor of the classifier is unknown.
    """
    problem = _effects(data)
    problem.columns(settings.subset)
    kernel = _fit_process(problem, settings.seed).named_steps["process"].kernel_
    ratios = _ratios(problem, settings.seed)
    calibration = Calibration(
        interval=_quantile(ratios, settings.coverage),
        one_sigma=_quantile(ratios, ONE_SIGMA),
        kernel=tuple(float(each) for each in kernel.theta),
    )
    return FinalModel(data, settings, calibration, notes=_classifier_notes(data, settings))


def _positions(names: Sequence[str]) -> list[int]:
    """Columns of descriptors among all fifteen."""
    everything = [str(each) for each in Descriptor]
    return [everything.index(name) for name in names]


def _effects(data: TrainingData) -> Problem:
    problem = regression_problem(data)
    host = data.rows[str(Field.REACTION_ENERGY_HOST)].to_numpy(dtype=float)
    if np.isnan(host).any():
        message = "a compound has no reaction_energy_host: wait until the undoped host has landed"
        raise InputError(message)
    x = data.rows[str(Field.CONCENTRATION)].to_numpy(dtype=float)
    return replace(problem, y=(problem.y - host) / x)


def _fit_classifier(data: TrainingData, settings: ModelSettings) -> Any | None:
    try:
        problem = classification_problem(data, undecided=settings.undecided)
        folds = class_splits(
            problem.y, problem.groups, scheme=Scheme.GROUPED, seeds=(settings.seed,)
        )
    except InputError:
        return None
    model = CalibratedClassifierCV(
        classifier(settings.algorithm, seed=settings.seed),
        method="sigmoid",
        cv=[tuple(split) for split in folds],
        ensemble=False,
    )
    return model.fit(problem.x[:, problem.columns(settings.subset)], problem.y)


def _classifier_notes(data: TrainingData, settings: ModelSettings) -> tuple[str, ...]:
    try:
        problem = classification_problem(data, undecided=settings.undecided)
        class_splits(problem.y, problem.groups, scheme=Scheme.GROUPED, seeds=(settings.seed,))
    except InputError as error:
        return (f"no probability: {error}",)
    return ()


def _fit_process(problem: Problem, seed: int, kernel: Sequence[float] | None = None) -> Pipeline:
    """Fit the process to targets of mean 0 and deviation 1, its kernel too unless it is known."""
    known = None
    if kernel is not None:
        known = gaussian_process(seed=seed).kernel.clone_with_theta(np.array(kernel))
    process = gaussian_process(seed=seed, kernel=known)
    pipeline = Pipeline([*preprocessing().steps, ("process", process)])
    with warnings.catch_warnings():
        # A kernel parameter at its bound is a fit like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return pipeline.fit(problem.x, (problem.y - problem.y.mean()) / _deviation(problem.y))


def _deviation(y: NDArray[np.float64]) -> float:
    return float(y.std()) or 1.0


def _process_predict(
    process: Pipeline, y: NDArray[np.float64], x: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean, deviation = process.predict(x, return_std=True)
    return y.mean() + _deviation(y) * mean, _deviation(y) * deviation


def _ratios(problem: Problem, seed: int) -> NDArray[np.float64]:
    """[N * seeds] |error| / s of compounds whose element was not trained on."""
    ratios = []
    for train, test in value_splits(problem.groups, scheme=Scheme.GROUPED, seeds=SEEDS[:1]):
        part = replace(
            problem,
            x=problem.x[train],
            y=problem.y[train],
            groups=problem.groups[train],
            rows=problem.rows[train],
        )
        process = _fit_process(part, seed)
        mean, deviation = _process_predict(process, part.y, problem.x[test])
        ratios.append(np.abs(problem.y[test] - mean) / deviation)
    return np.concatenate(ratios)


def _quantile(ratios: NDArray[np.float64], coverage: float) -> float:
    """Conformal quantile: the ceil((n + 1) coverage)-th smallest of n; the largest at most."""
    rank = min(len(ratios), math.ceil((len(ratios) + 1) * coverage))
    return float(np.sort(ratios)[rank - 1])
