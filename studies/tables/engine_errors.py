"""Measure the force field's error on the reaction "binary oxides -> ternary oxide".

``python -m studies.tables.engine_errors --source DIR`` writes ``engine_errors.json``:
CHGNet's error for every ternary oxide of the reference table that holds a dopant element M with Li,
La or Zr. It needs the force field extra and a few minutes on one core. README.md in this folder
describes the file, docs/uncertainty.md what the numbers mean.
"""

import argparse
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from pymatgen.core import Composition, Structure

from analysis.base.errors import InputError
from analysis.data import TABLES
from analysis.energies.balance import Balance
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.shipped_tables import structure_of
from studies.tables.reference_tables import STRUCTURE_FILE
from studies.tables.ternary_oxides import (
    LARGEST_CELL,
    dopant_ternaries,
    error_of,
    from_oxides,
    ternaries,
    within_exchange,
)

logger = logging.getLogger(__name__)

ERRORS_FILE: Final = "engine_errors.json"
# With fewer oxides an element has no spread of its own.
FEWEST: Final = 5
BATCH: Final = 16
DECIMALS: Final = 5
# Scale of a normal distribution from its median absolute deviation.
NORMAL_MAD: Final = 1.4826

Energies = Callable[[Sequence[Structure]], list[float | None]]


class Sample(NamedTuple):
    """One ternary oxide: the engine's error on making it from its binary oxides."""

    formula: str
    element: str
    mpid: str
    error: float  # eV per atom of the dopant


class Left(NamedTuple):
    """A ternary oxide that was left out, and why."""

    formula: str
    reason: str


def measure(
    source: Path, energies: Energies, formulas: Mapping[str, str]
) -> tuple[list[Sample], list[Left]]:
    """Measure the error for ternary oxides.

    Parameters
    ----------
    source
        Folder of the raw files.
    energies
        The engine: crystals to energies in eV/atom, None if it cannot compute one.
    formulas
        Reduced formulas to their dopant elements.
    """
    polymorphs = ternaries(source / STRUCTURE_FILE, formulas)
    reason = f"no crystal of at most {LARGEST_CELL} atoms"
    left = [Left(formula, reason) for formula in formulas if formula not in polymorphs]
    oxides, unbalanced = _balances(polymorphs, formulas)
    left += unbalanced
    binaries = _binary_energies(oxides, energies)
    lowest = _lowest({f: polymorphs[f] for f in oxides}, energies)
    samples = []
    for formula, sum_of_oxides in oxides.items():
        element = formulas[formula]
        if formula not in lowest or not binaries.keys() >= set(sum_of_oxides.formulas):
            left.append(Left(formula, "the engine cannot take a crystal: isolated atoms"))
            continue
        energy, mpid = lowest[formula]
        error = error_of(
            formula,
            energy,
            sum_of_oxides,
            element=element,
            phases=table_phases({e.symbol for e in Composition(formula)}),
            crystal_energies=binaries,
        )
        samples.append(Sample(formula, element, mpid, round(error, DECIMALS)))
    return samples, left


def _balances(
    polymorphs: Mapping[str, Any], elements: Mapping[str, str]
) -> tuple[dict[str, Balance], list[Left]]:
    oxides: dict[str, Balance] = {}
    left: list[Left] = []
    for formula in polymorphs:
        try:
            oxides[formula] = from_oxides(Composition(formula), elements[formula])
        except InputError as error:
            left.append(Left(formula, str(error)))
    return oxides, left


def _binary_energies(oxides: Mapping[str, Balance], energies: Energies) -> dict[str, float]:
    wanted = sorted({formula for each in oxides.values() for formula in each.formulas})
    found = energies([table_crystals()[formula] for formula in wanted])
    return {f: energy for f, energy in zip(wanted, found, strict=True) if energy is not None}


def _lowest(
    polymorphs: Mapping[str, Sequence[dict[str, Any]]], energies: Energies
) -> dict[str, tuple[float, str]]:
    """Return the energy and identifier of the lowest polymorph of each formula."""
    flat = [(formula, record) for formula, records in polymorphs.items() for record in records]
    found = energies([structure_of(record) for _, record in flat])
    best: dict[str, tuple[float, str]] = {}
    for (formula, record), energy in zip(flat, found, strict=True):
        if energy is not None:
            candidate = (energy, str(record["mpid"]))
            best[formula] = min(best.get(formula, candidate), candidate)
    return best


def summary(errors: Sequence[float]) -> dict[str, float | int]:
    """Describe a distribution of errors, eV per atom of M.

    Returns
    -------
    dict
        ``n``, ``mean``, ``rms`` (about zero), ``robust_sigma`` (scaled median absolute deviation);
        only ``n`` if there are no errors.
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


def document(samples: Sequence[Sample], left: Sequence[Left]) -> dict[str, Any]:
    """Collect what `ERRORS_FILE` holds of a force field."""
    everything = samples
    samples = [s for s in everything if within_exchange(Composition(s.formula), s.element)]
    beyond = [sample for sample in everything if sample not in samples]
    by_element: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        by_element[sample.element].append(sample.error)
    return {
        "unit": "eV per atom of the dopant element",
        "overall": summary([sample.error for sample in samples]),
        "beyond_exchange": summary([sample.error for sample in beyond]),
        "elements": {e: summary(v) for e, v in sorted(by_element.items()) if len(v) >= FEWEST},
        "left_out": dict(sorted(Counter(each.reason for each in left).items())),
        "samples": [list(sample) for sample in samples],
        "samples_beyond_exchange": [list(sample) for sample in beyond],
    }


def text_of(engines: Mapping[str, Any]) -> str:
    """Write the file with one sample or one element a line."""
    text = json.dumps(engines, indent=1)
    return re.sub(r"\n {4,}|\n {3}(?=[\]}])", " ", text) + "\n"


def chgnet_energies() -> Energies:
    """CHGNet's single-point energies, eV/atom, at the geometry given (relaxed with DFT)."""
    from chgnet.model import CHGNet

    model = CHGNet.load(use_device="cpu", verbose=False)

    def graph(structure: Structure) -> Any:
        try:
            return model.graph_converter(structure)
        except ValueError as error:  # an isolated atom
            logger.warning("%s: %s", structure.composition.reduced_formula, error)
            return None

    def energies(structures: Sequence[Structure]) -> list[float | None]:
        found: list[float | None] = []
        for start in range(0, len(structures), BATCH):
            graphs = [graph(structure) for structure in structures[start : start + BATCH]]
            known = [each for each in graphs if each is not None]
            # a single graph returns a dictionary, several return a list
            predicted = model.predict_graph(known, task="e") if known else []
            values = iter([predicted] if isinstance(predicted, dict) else predicted)
            found += [None if each is None else float(next(values)["e"]) for each in graphs]
        return found

    return energies


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=TABLES, help="where the file goes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    samples, left = measure(options.source, chgnet_energies(), dopant_ternaries())
    (options.target / ERRORS_FILE).write_text(text_of({"chgnet": document(samples, left)}))
    logger.info("%d ternary oxides, %d left out", len(samples), len(left))


if __name__ == "__main__":
    main()
