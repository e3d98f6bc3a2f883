"""Oxygen at the temperature of synthesis: it stabilises phases that have released it.

Energies of reference phases are those of a cold O2. At 1500 K in air an oxygen atom is 1.7 eV
lower, so that high valences such as Mn7+ do not survive synthesis. After H. J. T. Ellingham
(J. Soc. Chem. Ind. 63, 125 (1944)) the entropy of a reaction that releases O2 is nearly that of
the gas, the heat capacities and the entropies of the solids on both sides cancel, and

    E[O2] -> E[O2] - T S(298 K) + kT ln p
"""

import math
from functools import lru_cache
from typing import Final

from scipy.constants import N_A, e, k

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases

#: J/(mol K) of O2 at 298.15 K and 1 bar, CODATA key values (J. D. Cox et al., 1989).
OXYGEN_ENTROPY: Final = 205.152

#: bar, in air.
AIR: Final = 0.21

#: Relative uncertainty of the entropy of a reaction that releases O2: it is 205 J/(mol K) within
#: some 20, for example 217 (MgO) and 189 (NiO), from entropies of the NIST-JANAF tables.
ENTROPY_ERROR: Final = 0.1

_OXYGEN: Final = "O2"


def oxygen_potential(temperature: float, pressure: float = AIR) -> float:
    """Return the chemical potential of oxygen against a cold O2, eV per atom.

    Parameters
    ----------
    temperature
        K.
    pressure
        Partial pressure of O2 in bar.

    Raises
    ------
    InputError
        The pressure is not positive.
    """
    if pressure <= 0:
        msg = f"The oxygen pressure is {pressure} bar: choose one above zero, {AIR} for air"
        raise InputError(msg)
    entropy = OXYGEN_ENTROPY / float(N_A * e) - float(k / e) * math.log(pressure)
    return -temperature * entropy / 2


@lru_cache(maxsize=256)
def with_oxygen_at(phases: ReferencePhases, potential: float) -> ReferencePhases:
    """Return the phases with O2 at a chemical potential, eV per atom against a cold O2."""
    changed = tuple(
        phase.model_copy(
            update={"formation_energy_per_atom": phase.formation_energy_per_atom + potential}
        )
        if phase.formula == _OXYGEN
        else phase
        for phase in phases.phases
    )
    return ReferencePhases(
        source=phases.source,
        scheme=phases.scheme,
        phases=changed,
        element_energies=phases.element_energies,
        notes=phases.notes,
    )
