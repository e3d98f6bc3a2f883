"""Reactions with lithium that are known on both scales, and the error of each alignment.

An oxide of the table reacts with lithium to phases of the table, so its reaction energy is known.
The engine's energy, put on the table's scale by an alignment, gives another one: the difference
is the error that a campaign would have made for that oxide. The products are the same,
and the error of the reaction energy is the negative error of the oxide's formation energy.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.garnets import garnet_units
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.reactions.interface import react
from makers.engines.chgnet.chgnet_settings import CHGNET
from studies.validation.alignments import HOST, Alignment, carriers
from studies.validation.scale_offsets import correction_change


class KnownReaction(BaseModel, frozen=True, extra="forbid"):
    """An oxide of one dopant element M, and lithium. Energies are per atom of M."""

    formula: str
    element: str = Field(description="M")
    units: float | None = Field(description="Host formula units in a garnet; null elsewhere.")
    dopants: float = Field(description="Atoms of M in the formula.")
    atoms: float = Field(description="Atoms in the formula.")
    lithium: float = Field(description="Atoms of Li in the formula.")
    reaction_energy: float = Field(description="On the table's scale, eV per atom of M.")
    errors: dict[Alignment, float] = Field(
        description="Reaction energy by each alignment minus that of the table, eV per atom of M."
    )
    engine_error: float | None = Field(
        description="The same if all phases, products too, have the engine's energies."
    )


def known_reaction(
    formula: str,
    element: str,
    energies: Mapping[str, float],
    *,
    elements: Mapping[str, float],
) -> KnownReaction:
    """Compare the reaction of an oxide of the table with lithium on both scales.

    Parameters
    ----------
    formula
        Reduced formula of the oxide.
    element
        Its dopant element.
    energies
        Reduced formula to the engine's energy of the lowest crystal, eV/atom.
    elements
        Elemental energies of the scheme that the engine imitates, eV/atom, by symbol.

    Raises
    ------
    InputError
        An energy is missing, or M has a valence there that no two binary oxides bracket.
    """
    composition = Composition(formula)
    phases = _phases(frozenset(e.symbol for e in composition) | {"Li"})
    amount = composition[element]
    known = _reaction_energy(composition, phases)
    errors = {
        way: -formation_error(formula, way, energies, elements=elements, element=element) / amount
        for way in Alignment
    }
    return KnownReaction(
        formula=formula,
        element=element,
        units=garnet_units(composition),
        dopants=amount,
        atoms=composition.num_atoms,
        lithium=composition["Li"],
        reaction_energy=known / amount,
        errors=errors,
        engine_error=_engine_error(composition, known, phases, energies, per=amount),
    )


def host_errors(
    energies: Mapping[str, float], *, elements: Mapping[str, float]
) -> tuple[dict[Alignment, float], float | None]:
    """Errors of the undoped host's reaction energy, eV per formula unit.

    Returns
    -------
    tuple
        By alignment (none if the host carries itself), and with all phases of the engine.
    """
    phases = _phases(frozenset(e.symbol for e in HOST))
    known = _reaction_energy(HOST, phases)
    alone = (Alignment.ENGINE, Alignment.SCHEMES)
    formula = HOST.reduced_formula
    errors = {w: -formation_error(formula, w, energies, elements=elements) for w in alone}
    none = dict.fromkeys(Alignment, 0.0)
    return none | errors, _engine_error(HOST, known, phases, energies, per=1)


def engine_phases(phases: ReferencePhases, energies: Mapping[str, float]) -> ReferencePhases:
    """Return the phases whose crystals the engine has computed, with its own formation energies.

    Raises
    ------
    InputError
        An element has no energy.
    """
    elements = {}
    for symbol in phases.elements:
        formula = Composition(symbol).reduced_formula
        if formula not in energies:
            message = f"The engine has no energy of the element {symbol}: compute its crystal."
            raise InputError(message)
        elements[symbol] = energies[formula]
    formed = tuple(
        _formed(phase, energies[phase.formula], elements)
        for phase in phases.phases
        if phase.formula in energies
    )
    return ReferencePhases(source="crystals of the table", scheme=CHGNET, phases=formed)


def _formed(phase: Phase, energy: float, elements: Mapping[str, float]) -> Phase:
    shares = phase.composition.fractional_composition
    reference = sum(elements[e.symbol] * share for e, share in shares.items())
    return Phase(formula=phase.formula, formation_energy_per_atom=energy - reference)


@lru_cache(maxsize=256)
def _phases(elements: Collection[str]) -> ReferencePhases:
    return table_phases(elements)


def _reaction_energy(composition: Composition, phases: ReferencePhases) -> float:
    """Compute the reaction energy of a phase with lithium, eV per formula as written."""
    formed = phases.phase(composition.reduced_formula).formation_energy_per_atom
    energy = formed * composition.num_atoms
    found = react(composition, energy, phases, exclude=[HOST.reduced_formula])
    return found.reaction_energy


def formation_error(
    formula: str,
    way: Alignment,
    energies: Mapping[str, float],
    *,
    elements: Mapping[str, float],
    element: str | None = None,
) -> float:
    """Subtract the table's formation energy from an alignment's, eV per reduced formula.

    `element` is the dopant element; the host has none. See `known_reaction` for the others.
    """
    if formula not in energies:
        message = f"The engine has no energy of {formula}: compute its crystal."
        raise InputError(message)
    composition = Composition(formula)
    phases = _phases(frozenset(e.symbol for e in composition) | {e.symbol for e in HOST})
    carried = carriers(composition, element or "", way)
    change = 0.0
    if way is Alignment.SCHEMES:
        by_formula = {Composition(e).reduced_formula: energy for e, energy in elements.items()}
        energies = {**by_formula, formula: energies[formula]}
        change = correction_change(composition)
    known = {f: phases.phase(f).formation_energy_per_atom for f in carried.formulas}
    found = energies[formula] * composition.num_atoms - carried.sum(energies) + carried.sum(known)
    table = phases.phase(formula).formation_energy_per_atom * composition.num_atoms
    return float(found - change - table)


def _engine_error(
    composition: Composition,
    known: float,
    phases: ReferencePhases,
    energies: Mapping[str, float],
    *,
    per: float,
) -> float | None:
    """Error with all phases from the engine; None if it lacks an element or the oxide."""
    try:
        engine = engine_phases(phases, energies)
        return (_reaction_energy(composition, engine) - known) / per
    except InputError:
        return None
