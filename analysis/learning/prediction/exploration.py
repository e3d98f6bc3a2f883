"""Which compound to compute next: the most informative, or the most promising."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.base import clone

from analysis.descriptors.descriptor import Descriptor
from analysis.learning.prediction.asked_dopants import describe_dopants, unexplored
from analysis.learning.prediction.prediction import FinalModel, Prediction
from analysis.learning.settings import Acquisition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.energies.phases import ReferencePhases
    from analysis.structures.dopants import Dopant

#: Standard uncertainties that count for an unexplored compound: 95 % of a normal distribution.
KAPPA = 1.96


class Proposal(NamedTuple):
    """A compound to compute: its prediction, and the score when it was chosen, eV per f.u."""

    dopant: Dopant
    prediction: Prediction
    score: float


def acquisition_score(
    energy: NDArray[np.float64],
    uncertainty: NDArray[np.float64],
    *,
    acquisition: Acquisition,
    boundary: float,
    kappa: float = KAPPA,
) -> NDArray[np.float64]:
    """Score compounds, the higher the sooner; all in eV per f.u."""
    if acquisition is Acquisition.PROMISING:
        return energy + kappa * uncertainty
    return kappa * uncertainty - np.abs(energy - boundary)


def propose(
    model: FinalModel,
    dopants: Sequence[Dopant],
    count: int,
    *,
    acquisition: Acquisition,
    kappa: float = KAPPA,
    phases: ReferencePhases | None = None,
) -> list[Proposal]:
    """Choose compounds to compute together, best first.

    After each choice the Gaussian process takes its own prediction as a measurement (D.
    Ginsbourger et al., 2010: kriging believer), so that the next choice differs. Compounds
    that were learnt from are skipped.
    """
    left = unexplored(model.data, dopants)
    predictions = model.predict(left, phases=phases)
    if not left:
        return []
    x, _ = describe_dopants(model.data, left, phases=phases)
    believer = _Believer(model, x)
    amounts = np.array([dopant.concentration for dopant in left])
    chosen: list[Proposal] = []
    open_ = np.ones(len(left), dtype=bool)
    while open_.any() and len(chosen) < count:
        effect, deviation = believer.effects()
        score = acquisition_score(
            model.host_energy + amounts * effect,
            amounts * deviation * model.calibration.one_sigma,
            acquisition=acquisition,
            boundary=model.boundary,
            kappa=kappa,
        )
        best = int(np.argmax(np.where(open_, score, -np.inf)))
        chosen.append(Proposal(left[best], predictions[best], float(score[best])))
        open_[best] = False
        believer.believe(best, float(effect[best]))
    return chosen


class _Believer:
    """A copy of the model's Gaussian process that takes its predictions for measurements."""

    def __init__(self, model: FinalModel, x: NDArray[np.float64]) -> None:
        names = [str(each) for each in Descriptor]
        steps = model.process.named_steps
        columns = [names.index(name) for name in model.problem.names]
        before = model.process[:-1]
        self._process = clone(steps["process"])
        self._candidates = before.transform(x[:, columns])
        self._x = before.transform(model.problem.x)
        self._mean, self._scale = model.problem.y.mean(), model.problem.y.std() or 1.0
        self._y = (model.problem.y - self._mean) / self._scale
        self._process.fit(self._x, self._y)

    def effects(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean, deviation = self._process.predict(self._candidates, return_std=True)
        return self._mean + self._scale * mean, self._scale * deviation

    def believe(self, index: int, effect: float) -> None:
        self._x = np.vstack([self._x, self._candidates[index]])
        self._y = np.append(self._y, (effect - self._mean) / self._scale)
        self._process.fit(self._x, self._y)
