"""Dopants that a model is asked about: their descriptors, and whether it has seen them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.coordination_estimate import estimate_coordination
from analysis.descriptor_keys import Descriptor
from analysis.descriptors import describe
from analysis.keys import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from analysis.dopants import Dopant
    from analysis.phases import ReferencePhases
    from analysis.training_data import TrainingData


def describe_dopants(
    data: TrainingData, dopants: Sequence[Dopant], *, phases: ReferencePhases | None = None
) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Descriptors of dopants that need not have been computed.

    Returns
    -------
    tuple
        [N, 15] the descriptors, NaN where missing, and for each dopant what is missing or stands
        in. A missing value is imputed by the models, like those of the training rows.
    """
    rows, notes = [], []
    for dopant in dopants:
        ion = dopant.element, dopant.valence
        number, rule = estimate_coordination(data, *ion, dopant.site)
        found = describe(*ion, number, phases=phases, coordination_flag=rule)
        rows.append([found.numbers[each] for each in Descriptor])
        missing = [f"{each.label}: missing, {why}" for each, why in found.missing.items()]
        flags = [f"{each.label}: {what}" for each, what in found.flags.items()]
        notes.append((*missing, *flags))
    return np.array(rows, dtype=float), notes


def is_learnt_from(data: TrainingData, dopant: Dopant) -> bool:
    """Whether the dopant's compound is among the training rows, whatever its x."""
    rows = data.rows
    same = (
        (rows[str(Field.DOPANT)] == dopant.element)
        & (rows[str(Field.VALENCE)] == dopant.valence)
        & (rows[str(Field.SITE)] == dopant.site)
    )
    return bool(same.any())


def unexplored(data: TrainingData, dopants: Iterable[Dopant]) -> list[Dopant]:
    """Keep the dopants whose compounds were not learnt from; their order stays."""
    return [dopant for dopant in dopants if not is_learnt_from(data, dopant)]
