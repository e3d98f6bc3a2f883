"""Oxides of the reference table as sums of binary oxides.

On the ternary ones an engine's error on exchanging oxides is measured
(`analysis.energies.calibration`).
"""

from collections.abc import Mapping
from typing import Final

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.balance import Balance, balance
from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_crystals, table_phases, whole_table
from analysis.structures.dopants import is_candidate, known_valences

PARTNERS: Final = {"Li": 1, "La": 3, "Zr": 4}
# The most that one dopant atom displaces in the garnet: a site ion, and up to seven Li where M7+
# sits on Li. In phases with more of them their errors, per atom of M, would hide that of M.
DISPLACED: Final = {"Li": 7, "La": 1, "Zr": 1}
TERNARY: Final = 3


def dopant_of(composition: Composition) -> str | None:
    """Name the M of an oxide of M with Li, La or Zr, or several of them; None for other phases."""
    elements = {element.symbol for element in composition}
    further = elements - {"O", *PARTNERS}
    if len(further) != 1 or "O" not in elements or elements.isdisjoint(PARTNERS):
        return None
    element = further.pop()
    return element if is_candidate(element) else None


def within_exchange(composition: Composition, element: str) -> bool:
    """Return True if a phase holds no more Li, La or Zr per atom of M than a dopant displaces."""
    return all(composition[e] <= DISPLACED[e] * composition[element] for e in PARTNERS)


def from_oxides(composition: Composition, element: str) -> Balance:
    """Write an oxide of M and host cations as binary oxides, that of M in the valence it has there.

    Raises
    ------
    InputError
        M would have no known valence, or no two binary oxides bracket it.
    """
    valences = valences_in(composition, element)
    phases = table_phases(e.symbol for e in composition)
    result = balance(composition, None, valences=valences, phases=phases, crystals=table_crystals())
    if any(Composition(formula).is_element for formula in result.formulas):
        message = "no two binary oxides bracket the valence of M"
        raise InputError(message)
    return result


def valences_in(composition: Composition, element: str) -> dict[str, float]:
    """Valences of oxygen and the host cations, and that of M which makes a phase neutral.

    Raises
    ------
    InputError
        M is not known in that valence.
    """
    charge = 2 * composition["O"] - sum(v * composition[e] for e, v in PARTNERS.items())
    valence = charge / composition[element]
    known = known_valences(element)
    if not known or not known[0] <= valence <= known[-1]:
        message = "valence of M unknown"
        raise InputError(message)
    return {"O": -2.0, element: valence} | {e: float(v) for e, v in PARTNERS.items()}


def error_of(
    formula: str,
    energy: float,
    oxides: Balance,
    *,
    element: str,
    phases: ReferencePhases,
    crystal_energies: Mapping[str, float],
) -> float:
    """Return the engine's energy of formation from binary oxides minus the table's.

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
    return {f: m for f, m in dopant_oxides().items() if _elements_in(f) == TERNARY}


def dopant_oxides() -> dict[str, str]:
    """Oxides of the table of one dopant element with Li, La or Zr or several of them, sorted.

    Returns
    -------
    dict
        Reduced formula to dopant element.
    """
    found = {phase.formula: dopant_of(phase.composition) for phase in whole_table().phases}
    return {formula: element for formula, element in sorted(found.items()) if element}


def _elements_in(formula: str) -> int:
    return len(Composition(formula))
