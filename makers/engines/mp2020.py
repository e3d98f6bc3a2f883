"""The Materials Project's 2020 energy corrections, for PBE and PBE+U energies of any origin.

A. Wang et al., Scientific Reports 11, 15496 (2021), as in pymatgen's
`MaterialsProject2020Compatibility`.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from pymatgen.analysis.compatibility import CompatibilityError, MaterialsProject2020Compatibility
from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

from analysis.energies.schemes import MATERIALS_PROJECT_U, EnergyScheme, SchemeMismatchError

_ANIONS_WITH_U: Final = frozenset(("O", "F"))
# emmet's names for the run types that the 2020 corrections were fitted to: those know only the
# older names, and by default quietly drop every entry of another one.
RUN_TYPES: Final = {"PBE": "GGA", "PBE+U": "GGA+U"}

_FIX: Final = "Choose another scheme for it."


def correct_entry(
    entry: ComputedStructureEntry, *, scheme: EnergyScheme, check_potcar: bool, fix: str = _FIX
) -> float:
    """Return the correction of an entry, eV per cell.

    Parameters
    ----------
    entry
        Uncorrected, with the parameters that the corrections read.
    scheme
        The scheme that the corrected energy is meant for; named where it is refused.
    check_potcar
        Refuse potentials other than the Materials Project's.
    fix
        What the user can do about a refusal.

    Raises
    ------
    SchemeMismatchError
        The functional, +U or potentials are not those the corrections were fitted to.
    """
    compatibility = MaterialsProject2020Compatibility(check_potcar=check_potcar)
    try:
        compatibility.process_entry(entry, on_error="raise")
    except CompatibilityError as error:
        # without the whole entry, which ends pymatgen's message
        reason = str(error).split(" for {")[0].rstrip(".")
        name = entry.parameters["run_type"]
        run_type = next((new for new, old in RUN_TYPES.items() if old == name), name)
        msg = (
            f"The energy of {entry.composition.reduced_formula} (run type "
            f"{run_type}, U {entry.parameters['hubbards']}) cannot be put on the scheme "
            f"[{scheme.name}]: {reason}. {fix}"
        )
        raise SchemeMismatchError(msg) from error
    return float(entry.correction)


def materials_project_correction(
    structure: Structure, energy: float, *, initial: Structure, scheme: EnergyScheme
) -> float:
    """Return the correction of an energy that a model of the Materials Project's runs predicts.

    The model has learned PBE+U energies where the Materials Project uses U, and PBE energies
    elsewhere: the composition says which.

    Parameters
    ----------
    structure
        The crystal; peroxides and superoxides are told from oxides by its bonds.
    energy
        Uncorrected, eV per cell.
    initial
        The crystal before it was relaxed. Its oxidation states, where known, say which elements
        are anions; otherwise pymatgen guesses them from the composition.
    scheme
        The scheme that the corrected energy is meant for.
    """
    hubbards = materials_project_hubbards(structure)
    entry = ComputedStructureEntry(
        structure=structure,
        energy=energy,
        parameters={
            "run_type": "GGA+U" if any(hubbards.values()) else "GGA",
            "hubbards": hubbards,
            "potcar_symbols": [],
        },
        data=oxidation_data(initial),
    )
    return correct_entry(entry, scheme=scheme, check_potcar=False)


def materials_project_hubbards(structure: Structure) -> dict[str, float]:
    """Return the U that the Materials Project gives each element of a crystal, eV."""
    elements = structure.composition.chemical_system_set
    if elements.isdisjoint(_ANIONS_WITH_U):
        return dict.fromkeys(sorted(elements), 0.0)
    return {element: MATERIALS_PROJECT_U.get(element, 0.0) for element in sorted(elements)}


def oxidation_data(structure: Structure) -> dict[str, Any]:
    """Return an entry's data with each element's mean oxidation state, if every site has one."""
    states = _oxidation_states(structure)
    return {} if states is None else {"oxidation_states": states}


def _oxidation_states(structure: Structure) -> Mapping[str, float] | None:
    charges: dict[str, list[float]] = {}
    for site in structure:
        charge = getattr(site.specie, "oxi_state", None)
        if charge is None:
            return None
        charges.setdefault(site.specie.symbol, []).append(charge)
    return {element: float(np.mean(values)) for element, values in charges.items()}
