"""Dopants to predict: what is known of them, and whether the model has seen them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.descriptor_values import describe
from analysis.learning.data.features import OF_THE_ION, RADIUS, features, features_of
from analysis.learning.data.problem import Problem
from analysis.learning.data.table_effect import table_effect
from analysis.learning.data.training_data import TABLE_EFFECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.energies.phases import ReferencePhases
    from analysis.learning.data.training_data import TrainingData
    from analysis.learning.settings import HostChemistry
    from analysis.structures.dopants import Dopant


def asked_problem(
    data: TrainingData,
    host: HostChemistry,
    dopants: Sequence[Dopant],
    *,
    phases: ReferencePhases | None = None,
) -> tuple[Problem, list[tuple[str, ...]]]:
    """Describe dopants as a training's compounds are, at the x of each.

    Returns
    -------
    tuple
        The rows, whose `y` is NaN and whose `known` is that of the tables at the x of the
        training; and for each dopant what is missing, substituted, or outside the range of the
        training rows. A missing value is imputed by the model, as in the training rows.

    Raises
    ------
    InputError
        There is no such element or site.
    """
    if unknown := [d.site for d in dopants if d.site not in host.sites]:
        message = f"unknown site {unknown[0]!r}: the host's sites are {', '.join(host.sites)}"
        raise InputError(message)
    found = [describe(d.element, d.valence, None, phases=phases) for d in dopants]
    ions = pd.DataFrame([{str(each): f.numbers[each] for each in OF_THE_ION} for f in found])
    names = (Field.DOPANT, Field.VALENCE, Field.SITE)
    for name, key in zip(names, ("element", "valence", "site"), strict=True):
        ions[str(name)] = [getattr(dopant, key) for dopant in dopants]
    table = features(ions, host)
    x = float(data.rows[str(Field.CONCENTRATION)].iloc[0])
    energy = float(data.rows[str(Field.REACTION_ENERGY_HOST)].median())
    balanced = bool(data.rows[str(Field.COMPENSATION)].mode()[0] != "none")
    median = float(data.rows[TABLE_EFFECT].median())
    effects = [_effect(d, host, balanced, phases, median) for d in dopants]
    problem = Problem(
        names=tuple(table.columns),
        x=table.to_numpy(dtype=float),
        y=np.full(len(dopants), np.nan),
        groups=np.array([dopant.element for dopant in dopants]),
        rows=np.arange(len(dopants)),
        known=energy + x * np.array([effect for effect, _ in effects]),
        sites=np.array([dopant.site for dopant in dopants]),
    )
    learnt = features_of(data, host)
    low, high = learnt.min(), learnt.max()
    notes = [
        (
            *note,
            *(f"{each.label}: {what}" for each, what in f.flags.items() if each in OF_THE_ION),
            *_doubts(row, low, high),
        )
        for f, (_, note), (_, row) in zip(found, effects, table.iterrows(), strict=True)
    ]
    return problem, notes


def _effect(
    dopant: Dopant,
    host: HostChemistry,
    balanced: bool,
    phases: ReferencePhases | None,
    median: float,
) -> tuple[float, tuple[str, ...]]:
    try:
        return table_effect(dopant, host, compensated=balanced, phases=phases), ()
    except InputError as error:
        return median, (f"no table estimate, the median of all compounds stands in: {error}",)


def _doubts(row: pd.Series[float], low: pd.Series[float], high: pd.Series[float]) -> list[str]:
    """Name what is missing or beyond all training rows: there a model cannot extrapolate."""
    doubts = []
    for each in (*OF_THE_ION, RADIUS):
        name, label = str(each), each.label if isinstance(each, Descriptor) else "Ionic radius"
        if math.isnan(row[name]):
            doubts.append(f"{label}: missing, the median of the compounds learnt from stands in")
        elif row[name] < low[name] or row[name] > high[name]:
            doubts.append(
                f"{label} {row[name]:.4g}: outside {low[name]:.4g} to {high[name]:.4g}, the range "
                "of the compounds learnt from"
            )
    return doubts


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
