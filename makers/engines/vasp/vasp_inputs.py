"""The Materials Project's VASP inputs, converged as the campaign asks, and their energy scheme."""

from typing import Final

from pymatgen.io.vasp.sets import MPRelaxSet, VaspInputSet

from analysis.energies.schemes import MATERIALS_PROJECT_2020, EnergyScheme
from makers.engines.vasp.vasp_settings import NEUTRAL_INCAR, VaspSettings

# Electronic convergence of the campaign, eV (the Materials Project's grows with the cell).
EDIFF: Final = 1e-5


def input_set(settings: VaspSettings) -> VaspInputSet:
    """Return the Materials Project's input set, converged as tightly as the campaign asks."""
    incar = {"EDIFF": EDIFF, **settings.incar, "EDIFFG": -settings.force_threshold}
    return MPRelaxSet(user_incar_settings=incar, user_potcar_functional=settings.potcar_functional)


def vasp_scheme(generator: VaspInputSet) -> EnergyScheme:
    """Name the energy scheme of an input set; changed settings make a different scheme."""
    changes = [
        f"{tag}={value}"
        for tag, value in sorted(generator.user_incar_settings.items())
        if tag not in NEUTRAL_INCAR
    ]
    if generator.user_potcar_functional != MPRelaxSet.CONFIG["POTCAR_FUNCTIONAL"]:
        changes.insert(0, f"release {generator.user_potcar_functional}")
    return MATERIALS_PROJECT_2020.model_copy(
        update={"potentials": ", ".join([MATERIALS_PROJECT_2020.potentials, *changes])}
    )
