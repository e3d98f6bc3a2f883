"""Quality of the reference phases: the table's oxides against measured enthalpies.

Nothing is converted between 298 K and 0 K. Heat up to 298 K makes oxides of light elements 0.013 to
0.025 eV/atom more stable than at 0 K, zero-point motion less by as much or more, and the table's
correction per oxygen was itself fitted to enthalpies at 298 K (docs/uncertainty.md).
"""

from collections.abc import Iterable

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.energies.oxide_groups import OxideGroup, group_of
from analysis.energies.oxides import MeasuredOxide, OxideStatus, measured_oxides
from analysis.energies.phases import ReferencePhases


class OxideError(BaseModel, frozen=True, extra="forbid"):
    """One oxide on both sides. Energies in eV/atom."""

    formula: str
    element: str
    group: OxideGroup
    status: OxideStatus
    measured: float = Field(description="Enthalpy of formation at 298 K.")
    table: float = Field(description="Formation energy of the table.")
    per_cation: float = Field(description="Table minus measured, eV per atom of M.")

    @property
    def error(self) -> float:
        """Table minus measured, eV/atom."""
        return self.table - self.measured


def oxide_errors(
    phases: ReferencePhases, oxides: Iterable[MeasuredOxide] | None = None
) -> list[OxideError]:
    """Compare the measured oxides that are among the phases.

    Parameters
    ----------
    phases
        Reference phases.
    oxides
        Measured oxides; by default all of the project's table that are usable.
    """
    found = []
    for oxide in measured_oxides() if oxides is None else oxides:
        if oxide.formula not in phases.by_formula:
            continue
        table = phases.phase(oxide.formula).formation_energy_per_atom
        composition = Composition(oxide.formula)
        error = (table - oxide.enthalpy_per_atom) * composition.num_atoms
        found.append(
            OxideError(
                formula=oxide.formula,
                element=oxide.element,
                group=group_of(oxide),
                status=oxide.status,
                measured=oxide.enthalpy_per_atom,
                table=table,
                per_cation=error / composition[oxide.element],
            )
        )
    return found
