"""What the campaign wants to know of one compound, from its energy to the verdict.

The pieces are elsewhere (`formation`, `interface`, `passivation`, `uncertainty`, `verdict`);
here they meet, so that every number can be had without a workflow engine.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field
from pymatgen.core import Composition, Structure

from analysis.base.reasons import Reason
from analysis.energies.balance import Balance
from analysis.energies.defects import defect_energy
from analysis.energies.engine_errors import EngineError
from analysis.energies.formation import (
    FormationEnergy,
    aligned_formation_energy,
    formation_energy,
)
from analysis.energies.phases import ReferencePhases
from analysis.energies.schemes import require_same_scheme
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.motion.migration import Migration
from analysis.reactions.interface import Reaction, energy_above_hull, react
from analysis.reactions.passivation import passivation
from analysis.reactions.verdict import Criteria, label
from analysis.results.result import CompoundResult, EngineUsed, PhasesUsed
from analysis.structures.compensation import compound_composition, formula_per_unit
from analysis.structures.dopants import Compound, unjudged
from analysis.structures.host import Host


class Calculated(BaseModel, frozen=True, extra="forbid"):
    """What an engine says of one relaxed cell."""

    structure: Structure
    energy: float = Field(description="Total energy on the engine's scheme, eV per cell")
    energies: tuple[float, ...] = Field(
        description="Energies of all arrangements that were relaxed, eV per cell"
    )
    engine: EngineUsed
    notes: tuple[str, ...] = ()


class References(BaseModel, frozen=True, extra="forbid"):
    """What a compound is measured against."""

    phases: ReferencePhases
    aligned: Balance | None = Field(description="Sum of crystals; None where the schemes agree")
    exchanged: Balance | None = Field(description="Oxides of the defect energy; None for the host")
    crystal_energies: dict[str, float] = Field(description="The engine's, eV/atom, by formula")
    host: Calculated
    host_reaction_energy: float | None = Field(
        description="Reaction energy of the undoped host, eV per f.u.; None for the host itself"
    )
    electrode: str
    criteria: Criteria
    engine_error: EngineError | None = Field(
        None, description="The engine's error where a user has measured it; None for the tables'"
    )


def screen(
    host: Host,
    compound: Compound,
    calculated: Calculated,
    references: References,
    *,
    motion: Migration | None = None,
) -> CompoundResult:
    """Compute the result document of a compound.

    Parameters
    ----------
    host
        The undoped electrolyte.
    compound
        Dopants and compensation.
    calculated
        The relaxed compound.
    references
        Reference phases and crystals, the relaxed host and its reaction, thresholds.
    motion
        How the mobile ion moves; None where that was not computed.

    Raises
    ------
    SchemeMismatchError
        Host and compound were computed in two schemes.
    """
    require_same_scheme(calculated.engine.scheme, references.host.engine.scheme)
    units = host.formula_units
    composition = calculated.structure.composition.element_composition / units
    formation = _formation(calculated.energy / units, composition, calculated, references)
    reaction = react(
        compound_composition(host, compound),  # the equation keeps its order of elements
        formation.per_formula_unit,
        references.phases,
        electrode=references.electrode,
        max_elements=references.criteria.max_elements,
        exclude=[host.formula_unit.reduced_formula],
    )
    defect, why_defect = _defect(compound, calculated.energy / units, units, references)
    verdict, why_verdict = _verdict(compound, calculated, reaction, units, references)
    judged, why_passivation = _passivation(compound, reaction, references)
    notes = (*unjudged(compound.dopants), *calculated.notes)
    notes += (*formation.notes, *references.phases.notes)
    notes += (*why_defect, *why_verdict, *why_passivation)
    notes += motion.notes if motion else (_NO_MOTION,)
    return CompoundResult(
        **_identity(host, compound, calculated),
        formation_energy_per_atom=formation.per_atom,
        energy_above_hull=energy_above_hull(composition, formation.per_atom, references.phases),
        **defect,
        **_reaction_fields(reaction),
        **verdict,
        **judged,
        migration_barrier=motion and motion.barrier_3d,
        diffusivity=motion and motion.diffusivity,
        reference_phases=PhasesUsed(
            source=references.phases.source,
            scheme=references.phases.scheme,
            digest=references.phases.digest,
        ),
        notes=tuple(dict.fromkeys(notes)),
    )


_NO_MOTION = f"migration_barrier and diffusivity are null: {Reason.NO_MOTION}, or its step failed"


def _identity(host: Host, compound: Compound, calculated: Calculated) -> dict[str, Any]:
    single: Mapping[str, Any] = dict.fromkeys(("element", "valence", "site", "concentration"))
    if len(compound.dopants) == 1:
        single = compound.dopants[0].model_dump()
    return {
        "dopants": compound.dopants,
        "dopant": single["element"],
        "valence": single["valence"],
        "site": single["site"],
        "concentration": single["concentration"],
        "compensation": compound.compensation,
        "formula": formula_per_unit(compound_composition(host, compound)),
        "n_atoms": len(calculated.structure),
        "structure": calculated.structure,
        "engine": calculated.engine,
    }


def _formation(
    energy: float, composition: Composition, calculated: Calculated, references: References
) -> FormationEnergy:
    if references.aligned is None:
        scheme = calculated.engine.scheme
        return formation_energy(energy, composition, scheme=scheme, phases=references.phases)
    return aligned_formation_energy(
        energy,
        composition,
        aligned=references.aligned,
        crystal_energies=references.crystal_energies,
        phases=references.phases,
    )


def _defect(
    compound: Compound, energy: float, units: int, references: References
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if references.exchanged is None:
        reason = f"defect_energy and passes_filter are null: {Reason.NO_DOPANT}"
        return {"defect_energy": None, "passes_filter": None}, (reason,)
    value, reasons = defect_energy(
        energy,
        references.host.energy / units,
        exchanged=references.exchanged,
        crystal_energies=references.crystal_energies,
        concentration=sum(dopant.concentration for dopant in compound.dopants),
    )
    passes = None if value is None else value <= references.criteria.defect_energy
    return {"defect_energy": value, "passes_filter": passes}, reasons


def _reaction_fields(reaction: Reaction) -> dict[str, Any]:
    fields: dict[str, Any] = dict(reaction)
    fields["reaction_path"] = fields.pop("path")
    return {**fields, "strictly_stable": reaction.reaction_energy > 0}


def _verdict(
    compound: Compound,
    calculated: Calculated,
    reaction: Reaction,
    units: int,
    references: References,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    of_host = references.host_reaction_energy
    if of_host is None:
        of_host = reaction.reaction_energy
    uncertainty, reasons = reaction_energy_uncertainty(
        compound,
        energies=[energy / units for energy in calculated.energies],
        engine=calculated.engine.name,
        version=calculated.engine.version,
        error=references.engine_error,
        charge_balanced=references.aligned is None or references.aligned.charge_balanced,
    )
    difference = reaction.reaction_energy - of_host
    fields = {
        "reaction_energy_host": of_host,
        "reaction_energy_uncertainty": uncertainty,
        "label": None
        if uncertainty is None
        else label(difference, uncertainty, references.criteria),
    }
    return fields, reasons


def _passivation(
    compound: Compound, reaction: Reaction, references: References
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if reaction.reaction_energy >= 0:
        fields = ("passivating", "strictly_passivating", "deciding_phases", "product_band_gaps")
        reason = f"{', '.join(fields)} are null: {Reason.NO_REACTION}"
        return dict.fromkeys(fields), (reason,)
    judged = passivation(
        reaction.products,
        references.phases,
        dopant_elements=[dopant.element for dopant in compound.dopants],
        threshold=references.criteria.band_gap,
    )
    return judged.model_dump(exclude={"notes"}), judged.notes
