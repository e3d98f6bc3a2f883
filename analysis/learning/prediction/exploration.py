"""Which compound to compute next: the most informative, the most promising, or by the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.learning.prediction.asked_dopants import asked_problem, unexplored
from analysis.learning.settings import Acquisition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.prediction.prediction import FinalModel, Prediction
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
    if acquisition is Acquisition.INFORMATIVE:
        return kappa * uncertainty - np.abs(energy - boundary)
    return energy + kappa * uncertainty


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

    Of one element only the best is chosen as long as others are left, since compounds of one
    element tell much the same. Compounds that were learnt from are skipped.
    """
    left = unexplored(model.data, dopants)
    predictions = model.predict(left, phases=phases)
    if not left:
        return []
    energy = np.array([each.reaction_energy for each in predictions])
    uncertainty = np.array([each.uncertainty for each in predictions])
    score = acquisition_score(
        energy, uncertainty, acquisition=acquisition, boundary=model.boundary, kappa=kappa
    )
    if acquisition is Acquisition.PHYSICS:
        asked, _ = asked_problem(model.data, model.host, left, phases=phases)
        score = model.model.base.energies(asked)
    order = np.argsort(-score, kind="stable")
    first: dict[str, int] = {}
    for index in order:
        first.setdefault(left[index].element, int(index))
    best = list(first.values())
    ranked = [*best, *(int(index) for index in order if int(index) not in set(best))]
    return [Proposal(left[i], predictions[i], float(score[i])) for i in ranked[:count]]
