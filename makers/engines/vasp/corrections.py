"""The Materials Project's energy corrections for a VASP run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from pymatgen.analysis.compatibility import CompatibilityError, MaterialsProject2020Compatibility
from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

from analysis.energies.schemes import EnergyScheme, SchemeMismatchError

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

# emmet's names for the run types that the 2020 corrections were fitted to: those know only the
# older names, and by default quietly drop every entry of another one.
RUN_TYPES: Final = {"PBE": "GGA", "PBE+U": "GGA+U"}


def mp2020_correction(
    document: "TaskDoc", *, initial: Structure, scheme: EnergyScheme, check_potcar: bool
) -> float:
    """Return the Materials Project's 2020 correction of a VASP run, in eV per cell.

    A. Wang et al., Scientific Reports 11, 15496 (2021).

    Parameters
    ----------
    document
        emmet's `TaskDoc` of the run.
    initial
        The crystal before the run. Its oxidation states, where known, say which elements are
        anions; otherwise pymatgen guesses them from the composition.
    scheme
        The scheme that the corrected energy is meant for; named in a refusal.
    check_potcar
        Whether potentials other than the Materials Project's are refused.

    Raises
    ------
    SchemeMismatchError
        The run's functional, +U or potentials are not those the corrections were fitted to.
    """
    entry = _entry(document, _oxidation_states(initial))
    correct(entry, scheme=scheme, check_potcar=check_potcar)
    return float(entry.correction)


def correct(entry: ComputedStructureEntry, *, scheme: EnergyScheme, check_potcar: bool) -> None:
    """Put the 2020 correction of the Materials Project on an entry of a VASP run.

    Raises
    ------
    SchemeMismatchError
        Its functional, +U or potentials are not those the corrections were fitted to.
    """
    compatibility = MaterialsProject2020Compatibility(check_potcar=check_potcar)
    try:
        compatibility.process_entry(entry, on_error="raise")
    except CompatibilityError as error:
        # without the whole entry, which ends pymatgen's message
        reason = str(error).split(" for {")[0].rstrip(".")
        name, hubbards = entry.parameters["run_type"], entry.parameters["hubbards"]
        run_type = next((new for new, old in RUN_TYPES.items() if old == name), name)
        msg = (
            f"The VASP run of {entry.composition.reduced_formula} (run type {run_type}, "
            f"U {hubbards}) cannot be put on the scheme [{scheme.name}]: {reason}. "
            "Run it with the Materials Project's settings."
        )
        raise SchemeMismatchError(msg) from error


def _entry(
    document: "TaskDoc", oxidation_states: Mapping[str, float] | None
) -> ComputedStructureEntry:
    """Make the uncorrected entry of a task document, in the vocabulary of the corrections."""
    settings = document.calcs_reversed[0].input
    run_type = str(document.run_type)
    return ComputedStructureEntry(
        structure=document.structure,
        energy=document.output.energy,
        parameters={
            "run_type": RUN_TYPES.get(run_type, run_type),
            "hubbards": settings.hubbards or {},
            "potcar_spec": [{"titel": spec.titel} for spec in settings.potcar_spec or []],
            # read if potcar_spec is empty: unknown potentials are refused
            "potcar_symbols": [],
        },
        data={} if oxidation_states is None else {"oxidation_states": oxidation_states},
    )


def _oxidation_states(structure: Structure) -> dict[str, float] | None:
    """Average the oxidation states of each element; None unless every site has one."""
    charges: dict[str, list[float]] = {}
    for site in structure:
        charge = getattr(site.specie, "oxi_state", None)
        if charge is None:
            return None
        charges.setdefault(site.specie.symbol, []).append(charge)
    return {element: float(np.mean(values)) for element, values in charges.items()}
