"""The Materials Project's energy corrections for a VASP run."""

from typing import TYPE_CHECKING, Final

from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

from analysis.energies.schemes import EnergyScheme
from makers.engines.mp2020 import RUN_TYPES, correct_entry, oxidation_data

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

FIX: Final = "Run VASP with the Materials Project's settings."


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
        Refuse potentials other than the Materials Project's.

    Raises
    ------
    SchemeMismatchError
        The run's functional, +U or potentials are not those the corrections were fitted to.
    """
    entry = _entry(document, initial)
    return correct_entry(entry, scheme=scheme, check_potcar=check_potcar, fix=FIX)


def _entry(document: "TaskDoc", initial: Structure) -> ComputedStructureEntry:
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
        data=oxidation_data(initial),
    )
