"""The result document of one compound, as the job store and the results hold it.

`analysis.base.fields` defines names, units and meanings of its fields; `campaign` and `job_uuid`
are added when the document enters the results of a campaign.
"""

from typing import Any, Literal

from pydantic import BaseModel
from pydantic import Field as _Field
from pymatgen.core import Structure

from analysis.base.fields import Dissolution, Field, Label, Relation
from analysis.energies.schemes import EnergyScheme
from analysis.reactions.interface import ReactionStep
from analysis.structures.dopants import Dopant


def _is(field: Field) -> Any:
    unit = f" [{field.unit}]" if field.unit else ""
    return _Field(description=field.description + unit)


class EngineUsed(BaseModel, frozen=True, extra="forbid"):
    """The engine behind an energy, and the one behind the geometry where that is another."""

    name: str
    version: str
    scheme: EnergyScheme
    relaxed_by: str | None = None


class PhasesUsed(BaseModel, frozen=True, extra="forbid"):
    """The reference phases behind a reaction."""

    source: str
    scheme: EnergyScheme
    digest: str = _Field(description="SHA-256 of the phases' content")


class CompoundResult(BaseModel, extra="forbid"):
    """Everything the campaign computes for one compound; `notes` says why a field is null."""

    dopants: tuple[Dopant, ...] = _is(Field.DOPANTS)
    dopant: str | None = _is(Field.DOPANT)
    valence: int | None = _is(Field.VALENCE)
    site: str | None = _is(Field.SITE)
    concentration: float | None = _is(Field.CONCENTRATION)
    compensation: Literal["lithium", "none"] = _is(Field.COMPENSATION)
    formula: str = _is(Field.FORMULA)
    n_atoms: int = _is(Field.N_ATOMS)
    formation_energy_per_atom: float = _is(Field.FORMATION_ENERGY_PER_ATOM)
    energy_above_hull: float = _is(Field.ENERGY_ABOVE_HULL)
    hull_distance: float = _is(Field.HULL_DISTANCE)
    defect_energy: float | None = _is(Field.DEFECT_ENERGY)
    passes_filter: bool | None = _is(Field.PASSES_FILTER)
    reaction_energy: float = _is(Field.REACTION_ENERGY)
    reaction_energy_uncertainty: float | None = _is(Field.REACTION_ENERGY_UNCERTAINTY)
    reaction_energy_host: float = _is(Field.REACTION_ENERGY_HOST)
    decomposition_energy: float = _is(Field.DECOMPOSITION_ENERGY)
    lithium_driving_force: float = _is(Field.LITHIUM_DRIVING_FORCE)
    lithium_uptake: float = _is(Field.LITHIUM_UPTAKE)
    products: dict[str, float] = _is(Field.PRODUCTS)
    equation: str = _is(Field.EQUATION)
    reaction_path: tuple[ReactionStep, ...] = _is(Field.REACTION_PATH)
    label: Label | None = _is(Field.LABEL)
    resists_probability: float | None = _is(Field.RESISTS_PROBABILITY)
    reduction_margin: float | None = _is(Field.REDUCTION_MARGIN)
    reduction_potential: float | None = _is(Field.REDUCTION_POTENTIAL)
    reductions: tuple[dict[str, Any], ...] = _is(Field.REDUCTIONS)
    hinges_on: tuple[str, ...] | None = _is(Field.HINGES_ON)
    dissolution: Dissolution | None = _is(Field.DISSOLUTION)
    dissolves_probability: float | None = _is(Field.DISSOLVES_PROBABILITY)
    solubility: float | None = _is(Field.SOLUBILITY)
    solubility_uncertainty: float | None = _is(Field.SOLUBILITY_UNCERTAINTY)
    relation: Relation | None = _is(Field.RELATION)
    nearly_inert: bool = _is(Field.NEARLY_INERT)
    strictly_stable: bool = _is(Field.STRICTLY_STABLE)
    passivating: bool | None = _is(Field.PASSIVATING)
    strictly_passivating: bool | None = _is(Field.STRICTLY_PASSIVATING)
    insulating_fraction: float | None = _is(Field.INSULATING_FRACTION)
    deciding_phases: tuple[str, ...] | None = _is(Field.DECIDING_PHASES)
    product_band_gaps: dict[str, float | None] | None = _is(Field.PRODUCT_BAND_GAPS)
    migration_barrier: float | None = _is(Field.MIGRATION_BARRIER)
    diffusivity: float | None = _is(Field.DIFFUSIVITY)
    engine: EngineUsed = _is(Field.ENGINE)
    reference_phases: PhasesUsed = _is(Field.REFERENCE_PHASES)
    structure: Structure = _is(Field.STRUCTURE)
    notes: tuple[str, ...] = _is(Field.NOTES)
