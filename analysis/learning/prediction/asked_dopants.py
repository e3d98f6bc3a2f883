"""Dopants to predict: their descriptors, and whether the model has seen them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.descriptor_values import describe
from analysis.learning.prediction.coordination_estimate import estimate_coordination

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.data.training_data import TrainingData
    from analysis.structures.dopants import Dopant


def describe_dopants(
    data: TrainingData, dopants: Sequence[Dopant], *, phases: ReferencePhases | None = None
) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Return the descriptors of dopants, computed or not.

    Returns
    -------
    tuple
        [N, 15] the descriptors, NaN if missing, and for each dopant what is missing, substituted,
        or outside the range of the training rows. A missing value is imputed by the models,
        like those of the training rows.
    """
    rows, notes = [], []
    for dopant in dopants:
        ion = dopant.element, dopant.valence
        number, rule = estimate_coordination(data, *ion, dopant.site)
        found = describe(*ion, number, phases=phases, coordination_flag=rule)
        rows.append([found.numbers[each] for each in Descriptor])
        missing = [f"{each.label}: missing, {why}" for each, why in found.missing.items()]
        flags = [f"{each.label}: {what}" for each, what in found.flags.items()]
        notes.append((*missing, *flags, *_outside(data, found.numbers)))
    return np.array(rows, dtype=float), notes


def _outside(data: TrainingData, numbers: Mapping[Descriptor, float]) -> list[str]:
    """Name the descriptors beyond those of all training rows: there a model extrapolates."""
    low, high = data.descriptors.min(), data.descriptors.max()
    return [
        f"{each.label} {numbers[each]:.4g}: outside {low[name]:.4g} to {high[name]:.4g}, the range "
        "of the compounds learnt from"
        for each in Descriptor
        if (name := str(each)) and not low[name] <= numbers[each] <= high[name]
        if not math.isnan(numbers[each]) and not math.isnan(low[name])
    ]


def is_learnt_from(data: TrainingData, dopant: Dopant) -> bool:
    """Return True if the dopant's compound is among the training rows, at any x."""
    rows = data.rows
    same = (
        (rows[str(Field.DOPANT)] == dopant.element)
        & (rows[str(Field.VALENCE)] == dopant.valence)
        & (rows[str(Field.SITE)] == dopant.site)
    )
    return bool(same.any())


def unexplored(data: TrainingData, dopants: Iterable[Dopant]) -> list[Dopant]:
    """Keep the dopants whose compounds are not in the training, in their order."""
    return [dopant for dopant in dopants if not is_learnt_from(data, dopant)]
