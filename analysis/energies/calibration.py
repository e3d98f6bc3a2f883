"""Measure an engine's error on reactions that the reference table knows.

Two kinds: "binary oxides -> ternary oxide" for every ternary oxide of the table that holds a dopant
element M with Li, La or Zr; and "host and binary oxides -> doped garnet". The crystals ship with
the project (`CRYSTALS_FILE`); an engine's energies of them are everything that is needed.
README.md of analysis/data describes the result, docs/uncertainty.md what the numbers mean.
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from pymatgen.core import Composition, Structure

from analysis.base.errors import InputError
from analysis.data import TABLES
from analysis.energies.balance import Balance
from analysis.energies.garnets import dopant_garnets, garnet_carriers, garnet_units
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.shipped_tables import structure_of
from analysis.energies.ternary_oxides import (
    dopant_ternaries,
    error_of,
    from_oxides,
    within_exchange,
)

CRYSTALS_FILE: Final = "calibration_crystals.jsonl.gz"
UNIT: Final = "eV per atom of the dopant element"
# Below this number of oxides an element has no spread of its own.
FEWEST: Final = 5
DECIMALS: Final = 5
# Scale of a normal distribution from its median absolute deviation.
NORMAL_MAD: Final = 1.4826

Energies = Mapping[str, float]
"""An engine's energies, eV/atom by reduced formula; without those that it cannot compute."""


class Sample(NamedTuple):
    """One phase: the engine's error on making it from binary oxides, or from the host and them."""

    formula: str
    element: str
    mpid: str
    error: float  # eV per atom of the dopant


class Left(NamedTuple):
    """A phase that was left out, and why."""

    formula: str
    reason: str


@dataclass(frozen=True)
class Exchange:
    """A phase with a dopant element, and the crystals that it is made from."""

    formula: str
    element: str
    balance: Balance


def oxide_exchanges() -> tuple[list[Exchange], list[Left]]:
    """List the ternary oxides of the table as sums of binary oxides, and those left out."""
    found: list[Exchange] = []
    left: list[Left] = []
    for formula, element in dopant_ternaries().items():
        try:
            oxides = from_oxides(Composition(formula), element)
        except InputError as error:
            left.append(Left(formula, str(error)))
            continue
        if formula in calibration_crystals():
            found.append(Exchange(formula, element, oxides))
        else:
            left.append(Left(formula, "no crystal of at most 120 atoms"))
    return found, left


def garnet_exchanges() -> list[Exchange]:
    """List the doped garnets of the table as the host and the oxides exchanged in it."""
    found = []
    for formula, element in dopant_garnets().items():
        composition = Composition(formula)
        units = garnet_units(composition)
        if units and formula in calibration_crystals():
            try:
                carriers = garnet_carriers(composition, element, units)
            except InputError:
                continue  # a valence of M that no binary oxides bracket
            found.append(Exchange(formula, element, carriers))
    return found


def crystals_of(exchanges: Sequence[Exchange]) -> dict[str, Structure]:
    """Return the crystals of phases and of what they are made from, by reduced formula."""
    carriers = sorted({f for each in exchanges for f in each.balance.formulas})
    found = {formula: table_crystals()[formula] for formula in carriers}
    return found | {each.formula: calibration_crystals()[each.formula][1] for each in exchanges}


@lru_cache(maxsize=1)
def calibration_crystals() -> dict[str, tuple[str, Structure]]:
    """Read the crystals: reduced formula to Materials Project identifier and structure."""
    with gzip.open(TABLES / CRYSTALS_FILE, "rt") as lines:
        records = [json.loads(line) for line in lines]
    return {record["formula"]: (record["mpid"], structure_of(record)) for record in records}


def samples_of(
    exchanges: Sequence[Exchange], energies: Energies
) -> tuple[list[Sample], list[Left]]:
    """Compare the engine with the table; what it cannot compute is left out.

    Parameters
    ----------
    exchanges
        Phases as sums of others.
    energies
        The engine's energies of all their crystals.
    """
    samples: list[Sample] = []
    left: list[Left] = []
    for each in exchanges:
        needed = {each.formula, *each.balance.formulas}
        if not energies.keys() >= needed:
            left.append(Left(each.formula, "the engine cannot take a crystal"))
            continue
        error = error_of(
            each.formula,
            energies[each.formula],
            each.balance,
            element=each.element,
            phases=table_phases({e.symbol for f in needed for e in Composition(f)}),
            crystal_energies=energies,
        )
        mpid = calibration_crystals()[each.formula][0]
        samples.append(Sample(each.formula, each.element, mpid, round(error, DECIMALS)))
    return samples, left


def summary(errors: Sequence[float]) -> dict[str, float | int]:
    """Describe a distribution of errors, eV per atom of M.

    Returns
    -------
    dict
        ``n``, ``mean``, ``rms`` (about zero), ``robust_sigma`` (scaled median absolute deviation);
        ``n`` alone where there are no errors.
    """
    if not errors:
        return {"n": 0}
    values = np.array(errors)
    deviations = np.abs(values - np.median(values))
    return {
        "n": len(values),
        "mean": _rounded(values.mean()),
        "rms": _rounded(np.sqrt(np.mean(values**2))),
        "robust_sigma": _rounded(NORMAL_MAD * np.median(deviations)),
    }


def _rounded(value: np.floating[Any]) -> float:
    return round(float(value), DECIMALS)


def error_document(
    samples: Sequence[Sample], left: Sequence[Left], garnets: Sequence[Sample]
) -> dict[str, Any]:
    """Collect what the table of an engine's errors holds besides the engine's name.

    Parameters
    ----------
    samples, left
        Ternary oxides.
    garnets
        Doped garnets, relaxed with the engine.
    """
    usual = [s for s in samples if within_exchange(Composition(s.formula), s.element)]
    beyond = [sample for sample in samples if sample not in usual]
    by_element: dict[str, list[float]] = defaultdict(list)
    for sample in usual:
        by_element[sample.element].append(sample.error)
    return {
        "unit": UNIT,
        "overall": summary([sample.error for sample in usual]),
        "beyond_exchange": summary([sample.error for sample in beyond]),
        "elements": {e: summary(v) for e, v in sorted(by_element.items()) if len(v) >= FEWEST},
        "left_out": dict(sorted(Counter(each.reason for each in left).items())),
        "samples": [list(sample) for sample in usual],
        "samples_beyond_exchange": [list(sample) for sample in beyond],
        "garnets": [list(sample) for sample in garnets],
    }


def table_text(table: Mapping[str, Any]) -> str:
    """Write a table with one sample or one element a line."""
    text = json.dumps(table, indent=1)
    return re.sub(r"\n {3,}|\n {2}(?=[\]}])", " ", text) + "\n"
