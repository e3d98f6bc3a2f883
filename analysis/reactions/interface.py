"""Reactions of a compound with an electrode: exact path, plateau, runners-up, energy above hull.

    compound + n electrode -> products        dG(n) = E[products] - E[compound] - n E[electrode]

in formation energies. For each n the products are the competing phases of least energy, a linear
programme whose right-hand side moves with n (``analysis.reactions.simplex``). dG(n) is convex and
non-increasing, and ends on the plateau where the products coexist with the electrode. Approach:
W. Richards et al., Chem. Mater. 28, 266 (2016), doi 10.1021/acs.chemmater.5b04082, there per atom
of a mixture, here per formula unit of the host.
"""

from collections.abc import Collection, Iterator
from itertools import islice

import numpy as np
from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.energies.phases import ReferencePhases
from analysis.reactions.competition import competition, require_finite
from analysis.reactions.electrode_reaction import Contact, symbols
from analysis.reactions.simplex import optimal_basis
from analysis.structures.compensation import formula_per_unit

# Amounts are stored to this many decimals: 4.5, not 4.500000000000001.
DECIMALS = 10


class ReactionStep(BaseModel, frozen=True, extra="forbid"):
    """One kink of the path, where the products change."""

    lithium: float = Field(description="Atoms of electrode per f.u. at the kink.")
    energy: float = Field(description="dG at the kink, eV per f.u.")
    voltage: float | None = Field(
        description="Voltage of the segment that ends at this kink, V against the electrode; null "
        "for the first step, and unless the electrode is an element of one positive charge."
    )
    products: dict[str, float] = Field(description="Formula units of each product at the kink.")


class Reaction(BaseModel, frozen=True, extra="forbid"):
    """What the electrode does to a compound, per formula unit of the host."""

    reaction_energy: float = Field(description="dG on the plateau, eV per f.u.")
    decomposition_energy: float = Field(description="dG without electrode, dG(0), eV per f.u.")
    lithium_driving_force: float = Field(
        description="reaction_energy - dG(0), eV per f.u.; independent of the compound's energy."
    )
    lithium_uptake: float = Field(description="Least atoms of electrode that reach the plateau.")
    products: dict[str, float] = Field(description="Formula units of each product there.")
    equation: str = Field(description="The balanced reaction.")
    path: tuple[ReactionStep, ...] = Field(description="All kinks, from n = 0 to the plateau.")


class RunnerUp(BaseModel, frozen=True, extra="forbid"):
    """Another set of products, at most as favourable as that of `Reaction`."""

    reaction_energy: float = Field(description="dG of this reaction, eV per f.u.")
    lithium_uptake: float = Field(description="Atoms of electrode that it takes.")
    products: dict[str, float] = Field(description="Formula units of each product.")
    equation: str = Field(description="The balanced reaction.")


def react(
    composition: Composition,
    formation_energy: float,
    phases: ReferencePhases,
    *,
    electrode: str = "Li",
    max_elements: int = 3,
    exclude: Collection[str] = (),
) -> Reaction:
    """Follow the reaction of a compound with more and more electrode.

    Parameters
    ----------
    composition
        Composition of the compound per formula unit of the host; the equation keeps its order.
    formation_energy
        Its formation energy in eV per formula unit of the host, on the scheme of `phases`.
    phases
        Reference phases, among them every element of compound and electrode.
    electrode
        Formula of the electrode, one of `phases`. For a compound electrode, n counts atoms too.
    max_elements
        Largest number of elements in a product.
    exclude
        Formulas that are never products, such as the host's; the compound never is.

    Raises
    ------
    InputError
        If an element has no elemental phase, the electrode is unknown or decomposes, or an energy
        is not a number.
    """
    require_finite(formation_energy, of=formula_per_unit(composition))
    contact = Contact.between(
        composition, phases, electrode=electrode, max_elements=max_elements, exclude=exclude
    )
    path = tuple(_steps(contact, formation_energy))
    end = path[-1]
    return Reaction(
        reaction_energy=end.energy,
        decomposition_energy=path[0].energy,
        lithium_driving_force=end.energy - path[0].energy,
        lithium_uptake=end.lithium,
        products=end.products,
        equation=contact.equation(end.lithium, end.products),
        path=path,
    )


def energy_above_hull(
    composition: Composition, formation_energy_per_atom: float, phases: ReferencePhases
) -> float:
    """Compute a compound's energy above the hull of all phases and itself, in eV/atom.

    Phases of any number of elements count, the host's entry among them. Never negative: a compound
    below the hull of the others is on the hull, at zero. Errors are those of `hull_distance`.
    """
    return max(0.0, hull_distance(composition, formation_energy_per_atom, phases))


def hull_distance(
    composition: Composition, formation_energy_per_atom: float, phases: ReferencePhases
) -> float:
    """Compute a compound's energy relative to the hull of all other phases, in eV/atom.

    Negative for a compound below that hull: by so much it is more stable than any mixture of the
    reference phases. Phases of any number of elements count, the host's entry among them.

    Raises
    ------
    InputError
        If an element of the compound has no elemental phase, or an energy is not a number.
    """
    require_finite(formation_energy_per_atom, of=formula_per_unit(composition))
    composition = composition.element_composition
    rivals = competition(phases, symbols(composition))
    fractions = rivals.vector(composition.fractional_composition)
    right_sides = np.column_stack([fractions, np.eye(len(fractions))])
    basis = optimal_basis(rivals.fractions, rivals.energies, right_sides, rivals.elemental)
    hull = rivals.energies[basis] @ np.linalg.solve(rivals.fractions[:, basis], fractions)
    return float(formation_energy_per_atom - hull)


def runners_up(
    composition: Composition,
    formation_energy: float,
    phases: ReferencePhases,
    *,
    electrode: str = "Li",
    max_elements: int = 3,
    exclude: Collection[str] = (),
    number: int = 5,
) -> list[RunnerUp]:
    """List the next best sets of products in an excess of electrode, the best first.

    Every set of phases that can be balanced, and in one way only, counts, with as much electrode
    as it takes; the set of `react` is left out. Parameters and errors are those of `react`. The
    list is shorter than `number` if there are no more.
    """
    require_finite(formation_energy, of=formula_per_unit(composition))
    contact = Contact.between(
        composition, phases, electrode=electrode, max_elements=max_elements, exclude=exclude
    )
    *_, best = _steps(contact, formation_energy)
    others = (
        RunnerUp(
            reaction_energy=energy - formation_energy,
            lithium_uptake=round(uptake, DECIMALS),
            products=_rounded(products),
            equation=contact.equation(uptake, products),
        )
        for energy, uptake, products in contact.ranked_in_excess()
        if products.keys() != best.products.keys()
    )
    return list(islice(others, number))


def _steps(contact: Contact, formation_energy: float) -> Iterator[ReactionStep]:
    """Yield the kinks of the path, from the compound alone to the plateau."""
    slope_before = None
    for segment in contact.segments():
        spent = formation_energy + segment.begin * contact.electrode_energy
        yield ReactionStep(
            lithium=round(segment.begin, DECIMALS),
            energy=segment.cost - spent,
            voltage=_voltage(contact, slope_before),
            products=_rounded(contact.products(segment.basis, segment.amounts)),
        )
        slope_before = segment.slope


def _voltage(contact: Contact, slope: float | None) -> float | None:
    """Turn the slope of E[products] with n into a voltage against the electrode."""
    if slope is None or contact.charge is None:
        return None
    return (contact.electrode_energy - slope) / contact.charge


def _rounded(amounts: dict[str, float]) -> dict[str, float]:
    return {formula: round(amount, DECIMALS) for formula, amount in amounts.items()}
