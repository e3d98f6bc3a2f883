"""Predictions for compounds that were never computed, with an interval.

The tables give the reaction of the dopant's oxide exactly (`analysis.learning.data.table_effect`);
the defect energy alone is guessed: the median of its site, and what a forest of extra trees has
learnt beyond that. The interval and the probability of `no_worse` come from the errors on folds
where the element was never seen (`Calibration`). For a site or valence of a known element they are
rather too wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from analysis.base.fields import Field
from analysis.learning.data.problem import boundary, energy_problem
from analysis.learning.prediction.asked_dopants import asked_problem, is_learnt_from
from analysis.learning.prediction.model_settings import ONE_SIGMA, Calibration, ModelSettings
from analysis.learning.prediction.residual_model import ResidualModel, calibrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.data.problem import Problem
    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry
    from analysis.structures.dopants import Dopant


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
    """The model fitted to all compounds; made by `fit_model`."""

    data: TrainingData
    host: HostChemistry
    settings: ModelSettings
    calibration: Calibration

    @cached_property
    def problem(self) -> Problem:
        """The reaction energy of each compound, and what is known of it without computing."""
        return energy_problem(self.data, self.host)

    @cached_property
    def model(self) -> ResidualModel:
        """The fitted model."""
        return ResidualModel(self.problem, self.settings.seed)

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
        return boundary(self.data)

    def predict(
        self, dopants: Iterable[Dopant], *, phases: ReferencePhases | None = None
    ) -> list[Prediction]:
        """Predict compounds with one dopant each, computed or not.

        Parameters
        ----------
        phases
            Reference phases of oxides and reactions, the same as in training; the project's own
            table if not given.

        Raises
        ------
        InputError
            There is no such element or site.
        """
        listed = list(dopants)
        if not listed:
            return []
        asked, notes = asked_problem(self.data, self.host, listed, phases=phases)
        energy, deviation = self.model.estimate(asked)
        chances = self.calibration.above(self.boundary, energy, deviation)
        return [
            self._prediction(*each)
            for each in zip(listed, energy, deviation, chances, notes, strict=True)
        ]

    def _prediction(
        self,
        dopant: Dopant,
        energy: float,
        deviation: float,
        chance: float,
        notes: Sequence[str],
    ) -> Prediction:
        share = dopant.concentration / self.concentration
        other_x = not math.isclose(share, 1, abs_tol=4e-3)
        scaled = (
            f"learnt at x={self.concentration:g}: the reaction energy is scaled with x, the "
            "probability is not"
        )
        shown = self.host_energy + share * (float(energy) - self.host_energy)
        half = share * float(deviation) * self.calibration.width(self.settings.coverage)
        return Prediction(
            element=dopant.element,
            valence=dopant.valence,
            site=dopant.site,
            concentration=dopant.concentration,
            probability=float(chance),
            reaction_energy=shown,
            uncertainty=share * float(deviation) * self.calibration.width(ONE_SIGMA),
            low=shown - half,
            high=shown + half,
            learnt_from=is_learnt_from(self.data, dopant) and not other_x,
            notes=(*notes, *((scaled,) if other_x else ())),
        )


def fit_model(data: TrainingData, host: HostChemistry, settings: ModelSettings) -> FinalModel:
    """Fit the model to all compounds and calibrate its errors on folds by element.

    Raises
    ------
    InputError
        The compounds are too few to regress on.
    """
    calibration = calibrate(energy_problem(data, host), settings.seed)
    return FinalModel(data, host, settings, calibration)
