"""The two questions about a compound: is the dopant reduced, and does it dissolve.

The pieces are in `analysis.reactions`; each function here returns fields of a result document, and
notes that say why a field is null.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pymatgen.core import Composition

from analysis.base.reasons import Reason
from analysis.energies.engine_bias import EngineBias, find_bias
from analysis.energies.engine_disagreement import engine_disagreements
from analysis.energies.engine_errors import EngineError, find_error
from analysis.energies.phase_volumes import table_volumes
from analysis.energies.phases import ReferencePhases, parsed
from analysis.energies.uncertainty import scatter
from analysis.reactions.electrode_reaction import Contact
from analysis.reactions.hinges import ReductionVerdict, of_compound, reduction_verdicts
from analysis.reactions.insulation import insulation
from analysis.reactions.solubility import (
    LLZO_SYNTHESIS,
    ExcessEnergies,
    SolubilityCriteria,
    dissolve,
    excess_energies,
)
from analysis.reactions.valences import ion_charges
from analysis.reactions.verdict import Criteria
from analysis.structures.compensation import with_anions
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from analysis.structures.mixing_entropy import mixing_entropy

Fields = dict[str, Any]
Notes = tuple[str, ...]

_REDUCTION = ("label", "resists_probability", "reduction_margin", "reduction_potential")
_SOLUBILITY = ("dissolution", "dissolves_probability", "solubility", "solubility_uncertainty")
#: The synthesis temperature is known for this host.
_KNOWN_HOST = "Li7La3Zr2O12"


class Energies(NamedTuple):
    """The energies that decide the solubility of a compound.

    Attributes
    ----------
    composition
        Per formula unit of the host.
    formation_energy_per_atom
        On the scale of the reference phases, eV/atom.
    decomposition_energy
        Of the reaction without any electrode, eV per formula unit.
    """

    composition: Composition
    formation_energy_per_atom: float
    decomposition_energy: float


class Evidence(NamedTuple):
    """The computed data on which the solubility of a compound depends.

    Attributes
    ----------
    energies
        The compound's.
    host_energies
        The undoped host's; None for the undoped host itself.
    arrangements
        Energies of all arrangements that were relaxed, eV per formula unit of the host.
    engine, version
        Name of the engine, and version of it or its model.
    charge_balanced
        Whether oxides alone carry the energies to the scale of the phases.
    measured_error, measured_bias
        The engine's errors where a user has measured them; None for those of the tables.
    guess
        Standard uncertainty of an energy that was predicted, eV per formula unit of the host.
    """

    energies: Energies
    host_energies: Energies | None
    arrangements: tuple[float, ...]
    engine: str
    version: str
    charge_balanced: bool
    measured_error: EngineError | None = None
    measured_bias: EngineBias | None = None
    guess: float = 0.0


def reduction_fields(
    host: Host,
    compound: Compound,
    composition: Composition,
    phases: ReferencePhases,
    *,
    electrode: str,
    criteria: Criteria,
) -> tuple[Fields, Notes]:
    """Judge what the electrode does to the dopants of a compound; the weakest of them decides.

    Parameters
    ----------
    host, compound
        The undoped electrolyte, and what was put into it.
    composition
        Of the compound, per formula unit of the host.
    phases, electrode, criteria
        Reference phases, reactant, and limits of the words.
    """
    if not compound.dopants:
        null = (*_REDUCTION, "hinges_on")
        reason = f"{', '.join(null)} are null: {Reason.NO_DOPANT}"
        return {**dict.fromkeys(null), "reductions": ()}, (reason,)
    contact = Contact.between(
        composition,
        phases,
        electrode=electrode,
        max_elements=criteria.max_elements,
        exclude=[host.formula_unit.reduced_formula],
    )
    verdicts = reduction_verdicts(
        contact,
        compound.dopants,
        phases,
        charges=ion_charges(host, [e.symbol for e in parsed(electrode)]),
        limits=criteria.limits,
        disagreements=engine_disagreements(),
    )
    weakest = min(verdicts, key=_resistance)
    fields = {
        "label": of_compound(each.word for each in verdicts),
        "resists_probability": weakest.trust.probability,
        "reduction_margin": weakest.margin.margin,
        "reduction_potential": weakest.margin.potential,
        "reductions": tuple(_record(each) for each in verdicts),
        "hinges_on": tuple(dict.fromkeys(p for each in verdicts for p in each.hinges_on)),
    }
    return fields, tuple(dict.fromkeys(note for each in verdicts for note in each.notes))


def solubility_fields(
    host: Host,
    compound: Compound,
    evidence: Evidence,
    phases: ReferencePhases,
    criteria: Criteria,
) -> tuple[Fields, Notes]:
    """Judge if the host takes up the dopants of a compound.

    Parameters
    ----------
    host, compound
        The undoped electrolyte, and what was put into it.
    evidence
        What was computed.
    phases, criteria
        Reference phases; temperature of the synthesis and limits of the words.
    """
    nothing: Fields = dict.fromkeys(_SOLUBILITY)
    named = f"{', '.join(_SOLUBILITY)} are null"
    engine, host_energies = evidence.engine, evidence.host_energies
    if host_energies is None or not compound.dopants:
        return nothing, (f"{named}: {Reason.NO_DOPANT}",)
    temperature = synthesis_temperature(host, criteria)
    if temperature is None:
        return nothing, (f"{named}: {Reason.NO_SYNTHESIS}",)
    error = evidence.measured_error or find_error(engine, evidence.version)
    bias = evidence.measured_bias or find_bias(engine, evidence.version)
    if error is None or bias is None:
        return nothing, (f"{named}: the error of the engine {engine} {Reason.NO_ENGINE_ERROR}",)
    if abroad := error.abroad(with_anions(host, compound), functional=True):
        return nothing, (f"{named}: {abroad}",)
    if not evidence.charge_balanced:
        return nothing, (f"{named}: the {Reason.UNBALANCED}",)
    synthesis = SolubilityCriteria(temperature=temperature, limits=criteria.limits)
    found = dissolve(
        compound,
        _excess(evidence.energies, phases, synthesis),
        _excess(host_energies, phases, synthesis),
        mixing=mixing_entropy(host, compound),
        bias=bias,
        scatter=math.hypot(scatter(evidence.arrangements, error), evidence.guess),
        criteria=synthesis,
    )
    return {
        "dissolution": found.word,
        "dissolves_probability": found.probability,
        "solubility": found.free_energy,
        "solubility_uncertainty": found.uncertainty,
    }, ()


def insulating_fraction(
    products: Mapping[str, float], phases: ReferencePhases, threshold: float
) -> tuple[float | None, Notes]:
    """Return the share of the products' volume that surely insulates, and why it is null."""
    found = insulation(products, phases, volumes=table_volumes(), threshold=threshold)
    return found.insulating_fraction, found.notes


def synthesis_temperature(host: Host, criteria: Criteria) -> float | None:
    """Return the temperature at which the host is made, K; None if it is unknown."""
    if criteria.synthesis_temperature is not None:
        return criteria.synthesis_temperature
    known = host.formula_unit.element_composition.reduced_formula == _KNOWN_HOST
    return LLZO_SYNTHESIS if known else None


def _excess(
    energies: Energies, phases: ReferencePhases, criteria: SolubilityCriteria
) -> ExcessEnergies:
    return excess_energies(*energies, phases=phases, criteria=criteria)


def _resistance(verdict: ReductionVerdict) -> float:
    """Sort by margin; a dopant without one comes last."""
    margin = verdict.margin.margin
    return float("inf") if margin is None else margin


def _record(verdict: ReductionVerdict) -> Fields:
    return {
        "element": verdict.margin.element,
        "valence": verdict.margin.valence,
        "margin": verdict.margin.margin,
        "uncertainty": verdict.trust.standard_error,
        "potential": verdict.margin.potential,
        "probability": verdict.trust.probability,
        "label": verdict.word,
    }
