"""Ternary oxides of the reference table as sums of binary oxides, with their crystals.

They are the exchange reactions on which a force field's error is measured (`analysis.data.errors`).
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pymatgen.core import Composition

from analysis.balance import Balance, balance
from analysis.data.build import NEWEST_OF_2019, Record, number
from analysis.dopants import is_candidate, known_valences
from analysis.errors import InputError
from analysis.phases import ReferencePhases
from analysis.reference_phases import table_crystals, table_phases

PARTNERS: Final = {"Li": 1, "La": 3, "Zr": 4}
# The most that one dopant atom displaces in the garnet: a site ion, and up to seven Li where M7+
# sits on Li. In phases with more of them their errors, per atom of M, would hide that of M.
DISPLACED: Final = {"Li": 7, "La": 1, "Zr": 1}
# 1,367 of the 1,381 formulas have a crystal this small. With 40 atoms the lowest polymorph is often
# missed (La4Al2O9 and Li5GaO4 by 1.0 and 0.7 eV per atom of M).
LARGEST_CELL: Final = 120


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

    Only those of the 2019 release: a crystal found later may lie below the energy of the table.
    """
    known = frozenset(formulas)
    groups: dict[str, list[Record]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for record in map(json.loads, lines):
            formula = Composition(record["formula"]).reduced_formula
            small = len(record["sites"]) <= LARGEST_CELL
            if formula in known and small and number(record) <= NEWEST_OF_2019:
                groups[formula].append(record)
    return dict(sorted(groups.items()))


def within_exchange(composition: Composition, element: str) -> bool:
    """Whether a phase holds no more Li, La or Zr per atom of M than a dopant displaces."""
    return all(composition[e] <= DISPLACED[e] * composition[element] for e in PARTNERS)


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


def dopant_ternaries() -> dict[str, str]:
    """Ternary oxides of the table, sorted: reduced formula to dopant element."""
    crystals = map(Composition, table_crystals())
    elements = [crystal.elements[0].symbol for crystal in crystals if crystal.is_element]
    found = {phase.formula: dopant_of(phase.composition) for phase in table_phases(elements).phases}
    return {formula: element for formula, element in sorted(found.items()) if element}
