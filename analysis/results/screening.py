"""Everything the campaign computes for one compound, from its energy to the verdict.

It combines `formation`, `interface`, `passivation`, `uncertainty` and `verdict`, so that every
number can be computed without a workflow engine.
"""

from collections.abc import Mapping
from typing import Any

from pymatgen.core import Composition

from analysis.base.reasons import Reason
from analysis.energies.defects import defect_energy
from analysis.energies.formation import (
    FormationEnergy,
    aligned_formation_energy,
    formation_energy,
)
from analysis.energies.phases import ReferencePhases
from analysis.energies.schemes import require_same_scheme
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.motion.migration import Migration
from analysis.reactions.insulation import GAP_ERROR
from analysis.reactions.interface import Reaction, hull_distance, react
from analysis.reactions.passivation import passivation
from analysis.reactions.verdict import Criteria, relation
from analysis.results.judgements import (
    Energies,
    Evidence,
    insulating_fraction,
    reduction_fields,
)
from analysis.results.result import CompoundResult, PhasesUsed
from analysis.results.screening_input import Calculated, References
from analysis.results.second_opinion import Opinion, shared_solubility
from analysis.structures.compensation import compound_composition, formula_per_unit, with_anions
from analysis.structures.dopants import Compound, unjudged
from analysis.structures.host import Host


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
        How the mobile ion moves; None if that was not computed.

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
    reduction, why_reduction = reduction_fields(
        host,
        compound,
        compound_composition(host, compound),
        references.phases,
        electrode=references.electrode,
        criteria=references.criteria,
    )
    dissolved, why_dissolved = _solubility(
        host, compound, calculated, references, formation, reaction
    )
    verdict, why_verdict = _verdict(host, compound, calculated, reaction, references)
    judged, why_passivation = _passivation(compound, reaction, references)
    notes = (*unjudged(compound.dopants), *calculated.notes)
    notes += (*formation.notes, *references.phases.notes)
    notes += (*why_defect, *why_reduction, *why_dissolved, *why_verdict, *why_passivation)
    notes += motion.notes if motion else (_NO_MOTION,)
    return CompoundResult(
        **_identity(host, compound, calculated),
        formation_energy_per_atom=formation.per_atom,
        **_hull_fields(composition, formation.per_atom, references.phases),
        **defect,
        **_reaction_fields(reaction, composition.num_atoms, references.criteria),
        **reduction,
        **dissolved,
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


def _hull_fields(
    composition: Composition, per_atom: float, phases: ReferencePhases
) -> dict[str, float]:
    distance = hull_distance(composition, per_atom, phases)
    return {"energy_above_hull": max(0.0, distance), "hull_distance": distance}


def _reaction_fields(reaction: Reaction, atoms: float, criteria: Criteria) -> dict[str, Any]:
    fields: dict[str, Any] = dict(reaction)
    fields["reaction_path"] = fields.pop("path")
    return {
        **fields,
        "strictly_stable": reaction.reaction_energy > 0,
        "nearly_inert": reaction.reaction_energy > -criteria.inert * atoms,
    }


def _solubility(
    host: Host,
    compound: Compound,
    calculated: Calculated,
    references: References,
    formation: FormationEnergy,
    reaction: Reaction,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    units, undoped = host.formula_units, references.undoped
    evidence = Evidence(
        energies=Energies(
            calculated.structure.composition.element_composition / units,
            formation.per_atom,
            reaction.decomposition_energy,
        ),
        host_energies=None
        if undoped is None
        else Energies(
            host.formula_unit.element_composition,
            undoped.formation_energy_per_atom,
            undoped.decomposition_energy,
        ),
        arrangements=tuple(energy / units for energy in calculated.energies),
        engine=calculated.engine.name,
        version=calculated.engine.version,
        measured_error=references.engine_error,
        measured_bias=references.engine_bias,
        charge_balanced=references.aligned is None or references.aligned.charge_balanced,
    )
    return shared_solubility(
        host,
        compound,
        evidence,
        references.phases,
        references.criteria,
        opinion=_opinion(calculated, references, units),
    )


def _opinion(calculated: Calculated, references: References, units: int) -> Opinion | None:
    """Return the first engine's view; None if it has not computed everything."""
    first, of_host, exchanged = calculated.first, references.host.first, references.exchanged
    if first is None or of_host is None or exchanged is None:
        return None
    if not references.first_above.keys() >= set(exchanged.formulas):
        return None
    above = (first.above - of_host.above) / units - exchanged.sum(references.first_above)
    return Opinion(first.name, first.version, above)


def _verdict(
    host: Host,
    compound: Compound,
    calculated: Calculated,
    reaction: Reaction,
    references: References,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    undoped = references.undoped
    of_host = undoped.reaction_energy if undoped else reaction.reaction_energy
    uncertainty, reasons = reaction_energy_uncertainty(
        compound,
        energies=[energy / host.formula_units for energy in calculated.energies],
        engine=calculated.engine.name,
        version=calculated.engine.version,
        error=references.engine_error,
        charge_balanced=references.aligned is None or references.aligned.charge_balanced,
        host=with_anions(host, compound),
    )
    difference = reaction.reaction_energy - of_host
    fields = {
        "reaction_energy_host": of_host,
        "reaction_energy_uncertainty": uncertainty,
        "relation": None
        if uncertainty is None
        else relation(difference, uncertainty, references.criteria),
    }
    return fields, reasons


def _passivation(
    compound: Compound, reaction: Reaction, references: References
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if reaction.reaction_energy >= 0:
        fields = (
            *("passivating", "strictly_passivating", "deciding_phases", "product_band_gaps"),
            "insulating_fraction",
        )
        reason = f"{', '.join(fields)} are null: {Reason.NO_REACTION}"
        return dict.fromkeys(fields), (reason,)
    judged = passivation(
        reaction.products,
        references.phases,
        dopant_elements=[dopant.element for dopant in compound.dopants],
        threshold=references.criteria.band_gap,
        gap_error=GAP_ERROR,
    )
    share, why = insulating_fraction(
        reaction.products, references.phases, references.criteria.band_gap
    )
    fields_of_products = {**judged.model_dump(exclude={"notes"}), "insulating_fraction": share}
    return fields_of_products, (*judged.notes, *why)
