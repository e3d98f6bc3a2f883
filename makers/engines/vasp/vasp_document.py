"""From emmet's task document of a VASP run to the campaign's document."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING

from analysis.energies.schemes import MATERIALS_PROJECT_2020, EnergyScheme
from makers.engines.vasp.corrections import mp2020_correction
from makers.engines.vasp.vasp_settings import VASP_NAME
from makers.schemas import RelaxationDocument, crystal_fields, finished, largest_force

if TYPE_CHECKING:  # seconds to import, and only named here
    from collections.abc import Sequence

    from emmet.core.tasks import TaskDoc
    from emmet.core.vasp.calculation import IonicStep
    from pymatgen.core import Structure


def vasp_document(
    document: TaskDoc,
    *,
    initial: Structure,
    force_threshold: float,
    scheme: EnergyScheme = MATERIALS_PROJECT_2020,
    check_potcar: bool = True,
    earlier: Sequence[float] = (),
) -> RelaxationDocument:
    """Read emmet's `TaskDoc` of a VASP run and correct its energy.

    Parameters
    ----------
    document
        The task document.
    initial
        The crystal before the run, with oxidation states where they are known: they decide
        which elements are anions and are corrected as such. (`document.input` describes the
        last restart only.)
    force_threshold
        Largest force that counts as relaxed, eV/Å.
    scheme
        The scheme of the corrected energy.
    check_potcar
        Whether potentials other than the Materials Project's are refused.
    earlier
        Energies, in eV, of the ionic steps of earlier starts of VASP in the same folder, which
        the task document does not know; NaN where VASP wrote no number.

    Raises
    ------
    SchemeMismatchError
        Functional, +U or potentials are not those the corrections were fitted to.
    """
    correction = mp2020_correction(
        document, initial=initial, scheme=scheme, check_potcar=check_potcar
    )
    runs = document.calcs_reversed
    force = largest_force(runs[0].output.ionic_steps[-1].forces)
    first = first_energy(earlier, runs[-1].output.ionic_steps)
    return RelaxationDocument(
        **crystal_fields(document.structure, initial, document.output.energy + correction),
        initial_energy=first + correction,
        max_force=force,
        force_threshold=force_threshold,
        converged=finished(document)
        and force <= force_threshold
        and math.isfinite(document.output.energy),
        n_steps=len(earlier) + sum(len(run.output.ionic_steps) for run in runs),
        engine=VASP_NAME,
        engine_version=runs[0].vasp_version,
        scheme=scheme,
        directory=document.dir_name,
    )


def first_energy(earlier: Sequence[float], steps: Sequence[IonicStep]) -> float:
    """Return the first energy of a relaxation that is a number, eV, for sigma -> 0."""
    energies = chain(earlier, (energy_of_step(step) for step in steps))
    return next((energy for energy in energies if math.isfinite(energy)), math.nan)


def energy_of_step(step: IonicStep) -> float:
    """Return the energy of an ionic step, eV, for sigma -> 0.

    VASP 5 writes the entropy term in its place (www.vasp.at/forum, t=16942); its last electronic
    step tells the difference from the free energy. pymatgen's `Vasprun.final_energy` does the same.
    """
    if not step.electronic_steps:
        return float(step.e_0_energy)
    last = step.electronic_steps[-1]
    return float(step.e_fr_energy + last.e_0_energy - last.e_fr_energy)
