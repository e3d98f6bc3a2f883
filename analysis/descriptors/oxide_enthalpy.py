"""The formation enthalpy of a dopant's oxide: measured, else tabulated, else the hull's.

The three are not on one scale. Of the 116 oxides known both ways the measured enthalpy lies 0.13
eV/atom above the project's table on average (0.18 in absolute value), so each value says where it
comes from.
"""

from __future__ import annotations

from enum import StrEnum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.oxides import MeasuredOxide, OxideStatus, measured_oxides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.energies.phases import ReferencePhases

#: A value quoted from memory of a handbook is not better than a tabulated calculation.
TRUSTED = (OxideStatus.VERIFIED, OxideStatus.MAJORITY, OxideStatus.SINGLE)


class EnthalpyOrigin(StrEnum):
    """Where an oxide's enthalpy comes from, best first."""

    MEASURED = auto()
    REFERENCE_PHASE = auto()
    HULL = auto()


class OxideEnthalpy(NamedTuple):
    """Formation enthalpy of an oxide in eV/atom."""

    formula: str
    per_atom: float
    origin: EnthalpyOrigin
    source: str

    @property
    def per_cation(self) -> float:
        """Formation enthalpy for each M: dHf/x of MxOy, eV."""
        return self._per_element(oxygen=False)

    @property
    def per_oxygen(self) -> float:
        """Formation enthalpy for each O: dHf/y of MxOy, eV."""
        return self._per_element(oxygen=True)

    def _per_element(self, *, oxygen: bool) -> float:
        composition = Composition(self.formula)
        amount = sum(n for e, n in composition.items() if (e.symbol == "O") == oxygen)
        return float(self.per_atom * composition.num_atoms / amount)


def oxide_enthalpy(
    element: str, valence: int, phases: ReferencePhases | None = None
) -> OxideEnthalpy:
    """Look up the formation enthalpy of the oxide of an element in one valence.

    Parameters
    ----------
    phases
        Reference phases, which hold the element and oxygen: for oxides that were not measured. The
        project's own table if not given.

    Raises
    ------
    InputError
        No phase of `phases` contains the element.
    """
    if measured := _measured().get((element, valence)):
        return OxideEnthalpy(
            measured.formula, measured.enthalpy_per_atom, EnthalpyOrigin.MEASURED, measured.source
        )
    # Importing what reads the phases would take half of the time of a single prediction.
    from analysis.energies.balance import oxide_of
    from analysis.energies.reference_phases import table_phases

    formula = oxide_of(element, valence)
    phases = phases or table_phases((element, "O"))
    if phase := phases.by_formula.get(formula):
        energy = phase.formation_energy_per_atom
        return OxideEnthalpy(formula, energy, EnthalpyOrigin.REFERENCE_PHASE, phases.source)
    energy = _hull_energy(phases.within((element, "O")), formula)
    return OxideEnthalpy(formula, energy, EnthalpyOrigin.HULL, phases.source)


@lru_cache(maxsize=1)
def _measured() -> Mapping[tuple[str, float | None], MeasuredOxide]:
    """Solid oxides with a trusted enthalpy, by ion; a gas has no lattice energy."""
    solid = [each for each in measured_oxides(TRUSTED) if each.phase == "s"]
    return {(each.element, each.valence): each for each in solid if each.valence is not None}


def _hull_energy(phases: ReferencePhases, formula: str) -> float:
    from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram

    entries = [
        PDEntry(phase.composition, phase.formation_energy_per_atom * phase.composition.num_atoms)
        for phase in phases.phases
    ]
    try:
        energy = PhaseDiagram(entries).get_hull_energy_per_atom(Composition(formula))
    except ValueError as error:
        message = f"The reference phases ({phases.source}) do not bracket {formula}: {error}"
        raise InputError(message) from error
    return float(energy)
