"""Measure the force field's error on the reaction "binary oxides -> ternary oxide".

``python -m analysis.data.errors --source DIR`` writes ``engine_errors.json`` beside this module:
CHGNet's error for every ternary oxide of the reference table that holds a dopant element M with Li,
La or Zr. It needs the force field extra and a few minutes on one core. README.md in this folder
describes the file, docs/uncertainty.md what the numbers mean.
"""

import gzip
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pymatgen.core import Composition

from analysis.balance import Balance, balance
from analysis.data.build import (
    NEWEST_OF_2019,
    STRUCTURE_FILE,
    Record,
    number,
)
from analysis.dopants import is_candidate, known_valences
from analysis.errors import InputError
from analysis.phases import ReferencePhases
from analysis.reference_phases import table_crystals, table_phases

logger = logging.getLogger(__name__)

ERRORS_FILE: Final = "engine_errors.json"
PARTNERS: Final = {"Li": 1, "La": 3, "Zr": 4}
# A single point costs about 2 ms per atom, and larger polymorphs are rarely the lowest.
LARGEST_CELL: Final = 40
# Below this number of oxides an element has no spread of its own.
FEWEST: Final = 5
BATCH: Final = 16
DECIMALS: Final = 5
# Scale of a normal distribution from its median absolute deviation.
NORMAL_MAD: Final = 1.4826

Energies = Callable[[Sequence[Record]], list[float | None]]


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


def dopant_of(composition: Composition) -> str | None:
    """Name the M of a Li-M-O, La-M-O or Zr-M-O phase; None for any other phase."""
    elements = {element.symbol for element in composition}
    further = elements - {"O", *PARTNERS}
    if len(elements) != 3 or len(further) != 1 or "O" not in elements:  # noqa: PLR2004, ternary
        return None
    element = further.pop()
    return element if is_candidate(element) else None


def ternaries(path: Path, formulas: Iterable[str]) -> dict[str, list[Record]]:
    """Crystals of each of `formulas` with at most `LARGEST_CELL` atoms, by formula.

    Those of the 2019 release where there are any: the structures are newer than the energies.
    """
    known = frozenset(formulas)
    groups: dict[str, list[Record]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for record in map(json.loads, lines):
            formula = Composition(record["formula"]).reduced_formula
            if formula in known and len(record["sites"]) <= LARGEST_CELL:
                groups[formula].append(record)
    return {formula: _of_2019(records) for formula, records in sorted(groups.items())}


def _of_2019(records: list[Record]) -> list[Record]:
    return [record for record in records if number(record) <= NEWEST_OF_2019] or records


def from_oxides(composition: Composition, element: str) -> Balance:
    """Write a ternary oxide as a sum of binary oxides, that of M in the valence it has there.

    Raises
    ------
    InputError
        M would have no known valence, or no two binary oxides bracket it.
    """
    partner = next(e.symbol for e in composition if e.symbol in PARTNERS)
    charge = 2 * composition["O"] - PARTNERS[partner] * composition[partner]
    valence = charge / composition[element]
    known = known_valences(element)
    if not known or not known[0] <= valence <= known[-1]:
        message = "valence of M unknown"
        raise InputError(message)
    valences = {"O": -2.0, partner: float(PARTNERS[partner]), element: valence}
    phases = table_phases([partner, element, "O"])
    result = balance(composition, None, valences=valences, phases=phases, crystals=table_crystals())
    if any(Composition(formula).is_element for formula in result.formulas):
        message = "no two binary oxides bracket the valence of M"
        raise InputError(message)
    return result


def error_of(
    formula: str,
    energy: float,
    oxides: Balance,
    *,
    element: str,
    phases: ReferencePhases,
    crystal_energies: Mapping[str, float],
) -> float:
    """Give the engine's energy of formation from binary oxides minus the table's.

    Parameters
    ----------
    formula
        Reduced formula of the ternary oxide.
    energy
        The engine's energy of its lowest polymorph, eV/atom.
    oxides
        The ternary oxide as a sum of binary oxides.
    element
        The dopant element M.
    phases
        The table.
    crystal_energies
        The engine's energies of the binary oxides' crystals, eV/atom.

    Returns
    -------
    float
        eV per atom of M.
    """
    composition = Composition(formula)
    known = {f: phases.phase(f).formation_energy_per_atom for f in oxides.formulas}
    reference = phases.phase(formula).formation_energy_per_atom
    engine = energy * composition.num_atoms - oxides.sum(crystal_energies)
    table = reference * composition.num_atoms - oxides.sum(known)
    return float((engine - table) / composition[element])


def measure(source: Path, energies: Energies) -> tuple[list[Sample], list[Left]]:
    """Measure the error for every ternary oxide of the table that holds a dopant element."""
    formulas = _table_ternaries()
    polymorphs = ternaries(source / STRUCTURE_FILE, formulas)
    left = [Left(f, "no crystal of at most 40 atoms") for f in formulas if f not in polymorphs]
    oxides: dict[str, Balance] = {}
    for formula in polymorphs:
        try:
            oxides[formula] = from_oxides(Composition(formula), formulas[formula])
        except InputError as error:
            left.append(Left(formula, _short(error)))
    crystal_energies = _crystal_energies(oxides.values(), energies)
    samples = []
    for formula, sum_of_oxides in oxides.items():
        lowest = _lowest(polymorphs[formula], energies)
        if lowest is None or not crystal_energies.keys() >= set(sum_of_oxides.formulas):
            left.append(Left(formula, "CHGNet cannot take the crystal: isolated atoms"))
            continue
        element = formulas[formula]
        error = error_of(
            formula,
            lowest[0],
            sum_of_oxides,
            element=element,
            phases=table_phases({e.symbol for e in Composition(formula)}),
            crystal_energies=crystal_energies,
        )
        samples.append(Sample(formula, element, lowest[1], round(error, DECIMALS)))
    return samples, left


def _table_ternaries() -> dict[str, str]:
    """Ternary oxides of the table, sorted: reduced formula to dopant element."""
    everything = table_phases(_table_elements())
    found = {phase.formula: dopant_of(phase.composition) for phase in everything.phases}
    return {formula: element for formula, element in sorted(found.items()) if element}


def _table_elements() -> list[str]:
    crystals = map(Composition, table_crystals())
    return [crystal.elements[0].symbol for crystal in crystals if crystal.is_element]


def _short(error: InputError) -> str:
    text = str(error)
    return text if "known as a crystal" not in text else "a binary oxide has no crystal"


def _crystal_energies(oxides: Iterable[Balance], energies: Energies) -> dict[str, float]:
    wanted = sorted({formula for each in oxides for formula in each.formulas})
    records = [{"structure": table_crystals()[formula]} for formula in wanted]
    return {f: e for f, e in zip(wanted, energies(records), strict=True) if e is not None}


def _lowest(records: Sequence[Record], energies: Energies) -> tuple[float, str] | None:
    found = zip(energies(records), (record["mpid"] for record in records), strict=True)
    return min(((e, mpid) for e, mpid in found if e is not None), default=None)


def summary(errors: Sequence[float]) -> dict[str, float | int]:
    """Describe a distribution of errors, eV per atom of M.

    Returns
    -------
    dict
        ``n``, ``mean``, ``rms`` (about zero), ``robust_sigma`` (scaled median absolute deviation).
    """
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
    by_element: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        by_element[sample.element].append(sample.error)
    return {
        "unit": "eV per atom of the dopant element",
        "overall": summary([sample.error for sample in samples]),
        "elements": {e: summary(v) for e, v in sorted(by_element.items()) if len(v) >= FEWEST},
        "left_out": dict(sorted(Counter(each.reason for each in left).items())),
        "samples": [list(sample) for sample in samples],
    }


def chgnet_energies() -> Energies:
    """CHGNet's single-point energies, eV/atom, at the geometry given (relaxed with DFT).

    None for a crystal that CHGNet cannot take (an isolated atom).
    """
    from chgnet.model import CHGNet  # noqa: PLC0415, an optional extra, only this step needs it

    model = CHGNet.load(use_device="cpu", verbose=False)

    def graph(record: Record) -> Any:
        structure = record.get("structure") or structure_of(record)
        try:
            return model.graph_converter(structure)
        except ValueError as error:
            logger.warning("%s: %s", structure.composition.reduced_formula, error)
            return None

    def energies(records: Sequence[Record]) -> list[float | None]:
        graphs = [graph(record) for record in records]
        known = [each for each in graphs if each is not None]
        found = iter(model.predict_graph(known, task="e", batch_size=BATCH) if known else [])
        return [None if each is None else float(next(found)["e"]) for each in graphs]

    return energies


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the file from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=HERE, help="where the file goes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    samples, left = measure(options.source, chgnet_energies())
    text = json.dumps({"chgnet": document(samples, left)}, indent=1)
    (options.target / ERRORS_FILE).write_text(text + "\n")
    logger.info("%d ternary oxides, %d left out", len(samples), len(left))


if __name__ == "__main__":
    main()
