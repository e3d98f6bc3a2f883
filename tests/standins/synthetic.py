"""Compounds whose rule is known, to learn from."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum, auto

import numpy as np
import pandas as pd

from analysis.base.fields import Field
from analysis.descriptors.descriptor import Descriptor
from analysis.learning.data.problem import Problem
from analysis.learning.data.table_effect import chemistry_of
from analysis.learning.data.training_data import COLUMNS, TABLE_EFFECT, TrainingData
from analysis.structures.host import builtin_host

NAMES = tuple(str(each) for each in Descriptor)
#: The two descriptors of the rule.
RULE = (str(Descriptor.ATOMIC_RADIUS), str(Descriptor.OXIDE_ENTHALPY))
HOST = -0.5  # eV per f.u.
UNCERTAINTY = 0.05


LLZO = chemistry_of(builtin_host())


class Truth(StrEnum):
    """What decides the class, or what is left over by the tables."""

    RULE = auto()  # the sum of two descriptors
    NOISE = auto()  # nothing: a coin for each compound
    ELEMENT = auto()  # a coin for each element
    TABLES = auto()  # what the tables know already


def synthetic_problem(
    truth: Truth, *, elements: int, each: int, descriptors: int = 15, seed: int = 0
) -> Problem:
    """Several compounds of every element; descriptors are mostly those of the element."""
    rng = np.random.default_rng(seed)
    names = (*RULE, *(name for name in NAMES if name not in RULE))[:descriptors]
    count = elements * each
    x = np.repeat(rng.normal(size=(elements, descriptors)), each, axis=0)
    # The identity of an element is to be read off its descriptors; otherwise sites differ.
    x += (0.01 if truth is Truth.ELEMENT else 0.5) * rng.normal(size=x.shape)
    y = {
        Truth.RULE: (x[:, 0] + x[:, 1] > 0).astype(float),
        Truth.NOISE: rng.permutation(np.arange(count) % 2).astype(float),
        Truth.ELEMENT: np.repeat(rng.permutation(np.arange(elements) % 2), each).astype(float),
    }[truth]
    groups = np.repeat([f"E{i:03d}" for i in range(elements)], each)
    return Problem(names, x, y, groups, np.arange(count))


def synthetic_energies(
    truth: Truth, *, elements: int = 24, each: int = 3, seed: int = 0
) -> Problem:
    """Reaction energies of which the tables know most; `truth` decides what they leave over."""
    each = 3
    problem = synthetic_problem(Truth.RULE, elements=elements, each=each, descriptors=4, seed=seed)
    rng = np.random.default_rng(seed + 100)
    count = len(problem)
    known = -1 + rng.normal(size=count)
    left = {
        Truth.RULE: 0.3 * (problem.x[:, 0] + problem.x[:, 1]),
        Truth.NOISE: 0.3 * rng.normal(size=count),
        Truth.ELEMENT: 0.3 * np.repeat(rng.normal(size=elements), each),
        Truth.TABLES: 0.01 * rng.normal(size=count),
    }[truth]
    sites = np.array(["A", "B"])[np.arange(count) % 2]
    shift = np.where(sites == "A", 0.5, -0.5)
    return replace(problem, y=known + shift + left, known=known, sites=sites, boundary=-0.5)


def synthetic_data(elements: list[str], *, each: int = 3, seed: int = 0) -> TrainingData:
    """Return compounds of real elements with made-up descriptors.

    The effect of a dopant, eV per dopant, is a smooth function of two descriptors, a part of its
    element alone, and noise.
    """
    rng = np.random.default_rng(seed)
    count = len(elements) * each
    x = np.repeat(rng.normal(size=(len(elements), len(NAMES))), each, axis=0)
    x += 0.5 * rng.normal(size=x.shape)
    own = np.repeat(0.2 * rng.normal(size=len(elements)), each)
    first, second = (x[:, NAMES.index(name)] for name in RULE)
    effect = np.sin(first) + 0.5 * second + own + 0.1 * rng.normal(size=count)
    energy = HOST + 0.25 * effect
    difference = energy - HOST
    labels = np.select(
        [difference >= -UNCERTAINTY, difference < -2 * UNCERTAINTY],
        ["no_worse", "worse"],
        "undecided",
    )
    rows = {
        Field.DOPANT: np.repeat(elements, each),
        Field.VALENCE: np.tile(np.arange(each) + 1, len(elements)),
        Field.SITE: "Zr",
        Field.CONCENTRATION: 0.25,
        Field.COMPENSATION: "lithium",
        Field.REACTION_ENERGY: energy,
        Field.REACTION_ENERGY_HOST: HOST,
        Field.REACTION_ENERGY_UNCERTAINTY: UNCERTAINTY,
        Field.RELATION: labels,
        Field.REDUCTION_MARGIN: np.nan,
        Field.JOB_UUID: [f"job-{i}" for i in range(count)],
        TABLE_EFFECT: 0.5 * second,
    }
    table = pd.DataFrame({str(key): value for key, value in rows.items()})
    return TrainingData(
        rows=table[list(COLUMNS)],
        descriptors=pd.DataFrame(x, columns=list(NAMES)),
    )
