"""A compound and an electrode in contact: the linear programme of all they can form."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pymatgen.core import Composition, Element

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases, parsed
from analysis.reactions.competition import Competition, competition
from analysis.reactions.equation import equation
from analysis.reactions.ranking import ranked_bases
from analysis.reactions.simplex import Indices, Segment, Vector, optimal_basis, segments
from analysis.structures.compensation import formula_per_unit

# Atoms per formula unit of the host: less of a phase, or a piece of the path that short, is
# rounding. The compositions of a campaign differ by 0.01 and more.
SMALLEST_AMOUNT = 1e-9
# eV per atom of electrode: slopes that differ by less are one segment, one closer to zero is the
# plateau, and an electrode that far above the hull is as good as on it.
SAME_SLOPE = 1e-8


@dataclass(frozen=True)
class Contact:
    """A compound, an electrode and the phases that compete for their atoms.

    Attributes
    ----------
    composition
        The compound, per formula unit of the host.
    electrode
        One formula unit of the electrode.
    rivals
        Competing phases, the electrode among them.
    """

    composition: Composition
    electrode: Composition
    rivals: Competition

    @classmethod
    def between(
        cls,
        composition: Composition,
        phases: ReferencePhases,
        *,
        electrode: str,
        max_elements: int,
        exclude: Collection[str],
    ) -> "Contact":
        """Choose the competing phases; parameters and errors as in `interface.react`."""
        compound = composition.element_composition
        reactant = parsed(phases.phase(electrode).formula)
        rivals = competition(
            phases,
            symbols(compound, reactant),
            max_elements=max_elements,
            exclude=[compound, *map(parsed, exclude)],
            always=reactant,
        )
        contact = cls(compound, reactant, rivals)
        contact._require_stable_electrode()
        return contact

    @cached_property
    def start(self) -> Vector:
        """Atoms [M] of the compound."""
        return self.rivals.vector(self.composition)

    @cached_property
    def direction(self) -> Vector:
        """Atoms [M] that one atom of electrode adds."""
        return self.rivals.vector(self.electrode.fractional_composition)

    @cached_property
    def column(self) -> int:
        """Index of the electrode among the competing phases."""
        return int(np.flatnonzero(self.rivals.matching(self.electrode))[0])

    @property
    def electrode_energy(self) -> float:
        """Formation energy of the electrode in eV/atom."""
        return float(self.rivals.energies[self.column])

    @cached_property
    def charge(self) -> int | None:
        """Charge of the ion of an electrode that is an element with one common positive charge."""
        if not self.electrode.is_element:
            return None
        charges = Element(self.electrode.elements[0].symbol).common_oxidation_states
        return int(charges[0]) if len(charges) == 1 and charges[0] > 0 else None

    def segments(self) -> Iterator[Segment]:
        """Follow E[products] with n to the plateau; each piece has a length and its own slope."""
        slope = None
        rivals = self.rivals
        for piece in segments(
            rivals.fractions, rivals.energies, self.start, self.direction, rivals.elemental
        ):
            short = piece.end - piece.begin < SMALLEST_AMOUNT
            if short or (slope is not None and abs(piece.slope - slope) < SAME_SLOPE):
                continue
            yield piece
            slope = piece.slope
            if abs(slope - self.electrode_energy) < SAME_SLOPE:
                return

    def products(self, basis: Indices, atoms: Vector) -> dict[str, float]:
        """Turn atoms in phases into amounts of formulas, zeros left out."""
        return self.rivals.formula_amounts(basis, atoms, smallest=SMALLEST_AMOUNT)

    def equation(self, uptake: float, products: Mapping[str, float]) -> str:
        """Write the reaction of the compound with `uptake` atoms of electrode."""
        compound = formula_per_unit(self.composition)
        reactant = self.rivals.formulas[self.column]
        return equation({compound: 1, reactant: uptake / self.electrode.num_atoms}, products)

    def ranked_in_excess(self) -> Iterator[tuple[float, float, dict[str, float]]]:
        """Yield energy (E[products] - n E[electrode], eV), n and products, in rising energy.

        There is as much electrode as each set of products takes. A set that releases electrode
        has it among its products, and n = 0.
        """
        rivals = self.rivals
        for basis in ranked_bases(
            rivals.fractions, rivals.energies, self.start, self.excess_basis, free=self.column
        ):
            atoms = np.linalg.solve(rivals.fractions[:, basis], self.start)
            uptake = max(0.0, -float(atoms[basis == self.column][0]))
            yield float(rivals.energies[basis] @ atoms), uptake, self.products(basis, atoms)

    @property
    def excess_basis(self) -> Indices:
        """The elements, with the electrode in place of the one that limits it.

        The compound holds `share` atoms of electrode for each element of it; taking out the least
        of these leaves nothing negative.
        """
        share = np.full(len(self.start), np.inf)
        np.divide(self.start, self.direction, out=share, where=self.direction > 0)
        basis = self.rivals.elemental
        basis[np.argmin(share)] = self.column
        return basis

    def _require_stable_electrode(self) -> None:
        """Refuse an electrode that decomposes: dG(n) would fall without a plateau."""
        rivals = self.rivals
        right_sides = np.column_stack([self.direction, np.eye(len(self.direction))])
        basis = optimal_basis(rivals.fractions, rivals.energies, right_sides, rivals.elemental)
        atoms = np.linalg.solve(rivals.fractions[:, basis], self.direction)
        above = self.electrode_energy - float(rivals.energies[basis] @ atoms)
        if above > SAME_SLOPE:
            choices = " or ".join(self.products(basis, atoms))
            msg = (
                f"The electrode {self.electrode.reduced_formula} lies {above:.3g} eV/atom above "
                f"the hull of the reference phases and decomposes by itself: choose {choices}"
            )
            raise InputError(msg)


def symbols(*compositions: Composition) -> set[str]:
    """Symbols of all elements in the compositions."""
    return {element.symbol for composition in compositions for element in composition}
