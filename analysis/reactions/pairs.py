"""Reduction margins of pairs of dopants, tens of thousands, from the reference phases alone.

Nothing is relaxed: whether a pair dissolves is another question. Most margins are differences of
two costs at the host's prices (`analysis.reactions.prices`). The linear programme is solved for
pairs that take more of a host's element than its products hold, for which a phase of both dopants
matters, or that put an element of the host on another of its sites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.energies.phases import elements_of
from analysis.reactions.electrode_reaction import SMALLEST_AMOUNT, Contact
from analysis.reactions.pairing import Pairing, mobile_changes
from analysis.reactions.prices import Cost, HostPrices, IonCosts, SharedPhases, ion_costs
from analysis.reactions.reduction import Sides, sides
from analysis.reactions.valences import ion_charges
from analysis.structures.compensation import compound_composition

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Composition

    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.simplex import Matrix
    from analysis.structures.dopants import Compound, Dopant
    from analysis.structures.host import Host

#: Goes over a sequence, and may show how far it is.
Watch = Callable[[Sequence[int]], Iterable[int]]


@dataclass(frozen=True)
class PairMargins:
    """Margins of pairs of dopants.

    Attributes
    ----------
    margins
        Reduction margins [N, 2] of both dopants, eV per dopant atom; nan where there is none.
    solved
        Pairs [N] for which a linear programme was solved.
    """

    margins: Matrix
    solved: NDArray[np.bool_]


@dataclass(frozen=True)
class System:
    """A host, an electrode and the phases that they and dopants may form.

    Attributes
    ----------
    host
        The undoped electrolyte.
    phases
        Reference phases of all elements.
    electrode, max_elements
        As in `analysis.reactions.interface.react`.
    """

    host: Host
    phases: ReferencePhases
    electrode: str = "Li"
    max_elements: int = 3

    @cached_property
    def charges(self) -> dict[str, float]:
        """Charge of each element of host and electrode."""
        return ion_charges(self.host, elements_of(self.phases.phase(self.electrode).formula))

    @cached_property
    def prices(self) -> HostPrices:
        """What the host's elements cost."""
        return HostPrices.of(self._contact(self.host.formula_unit))

    def costs(self, options: Iterable[Dopant]) -> list[IonCosts | None]:
        """Find the costs of each dopant; None for an element of host or electrode."""
        ions = [(option.element, option.valence) for option in options]
        found = {ion: self._ion_costs(*ion) for ion in dict.fromkeys(ions)}
        return [found[ion] for ion in ions]

    def solve(self, compound: Compound) -> list[float]:
        """Solve the linear programmes of a compound's dopants, in their order in it."""
        contact = self._contact(compound_composition(self.host, compound))
        ions = tuple(_ions(compound.dopants))
        if ions in self._sides:
            self._sides[ions] = tuple(each.moved(contact) for each in self._sides[ions])
        else:
            self._sides[ions] = sides(contact, compound.dopants, self.charges)
        margins = [each.margin for each in self._sides[ions]]
        return [np.nan if margin is None else margin for margin in margins]

    @cached_property
    def _sides(self) -> dict[tuple[tuple[str, int], ...], tuple[Sides, ...]]:
        """Sides of the last compound of each set of ions: those of the next are like them."""
        return {}

    @cached_property
    def _contacts(self) -> dict[frozenset[str], Contact]:
        return {}

    def _contact(self, composition: Composition) -> Contact:
        """Choose the competing phases: the same for all compounds of the same elements.

        But for one of so few elements that it may be among the phases: it does not compete.
        """
        elements = frozenset(composition.chemical_system_set)
        if len(elements) <= self.max_elements:
            return self._between(composition)
        if elements not in self._contacts:
            self._contacts[elements] = self._between(composition)
        return replace(self._contacts[elements], composition=composition.element_composition)

    def _between(self, composition: Composition) -> Contact:
        return Contact.between(
            composition,
            self.phases,
            electrode=self.electrode,
            max_elements=self.max_elements,
            exclude=[self.host.formula_unit.reduced_formula],
        )

    def _ion_costs(self, element: str, valence: int) -> IonCosts | None:
        if element in self.prices.elements:
            return None
        return ion_costs(
            element,
            valence,
            self.prices,
            self.phases,
            charges=self.charges,
            max_elements=self.max_elements,
        )


def pair_margins(system: System, pairs: Pairing, *, watch: Watch = iter) -> PairMargins:
    """Compute the reduction margins of both dopants of each pair.

    Parameters
    ----------
    system
        Host, electrode and phases.
    pairs
        The pairs.
    watch
        Goes over the pairs for which a linear programme is solved, to show progress.

    Raises
    ------
    InputError
        If an element is not among the phases, or the electrode decomposes.
    """
    costs = system.costs(pairs.options)
    of_options = np.array([each.margin if each else np.nan for each in costs])
    margins = np.column_stack([of_options[pairs.first], of_options[pairs.second]])
    solved = ~(_enough(system, pairs, costs) & _apart(system, pairs, costs))
    for index in watch(np.flatnonzero(solved).tolist()):
        compound = pairs.compound(index)
        found = dict(zip(_ions(compound.dopants), system.solve(compound), strict=True))
        margins[index] = [found[ion] for ion in _ions(pairs.dopants(index))]
    return PairMargins(margins, solved)


def _ions(dopants: Iterable[Dopant]) -> list[tuple[str, int]]:
    return [(dopant.element, dopant.valence) for dopant in dopants]


def _enough(system: System, pairs: Pairing, costs: Sequence[IonCosts | None]) -> NDArray[np.bool_]:
    """Tell the pairs [N] whose products leave some of each of the host's products."""
    prices = system.prices
    host = prices.contact.rivals.vector(system.host.formula_unit)
    whole = prices.amounts(host[None, :])
    kept = prices.amounts(_taken(system, pairs, [each.kept if each else None for each in costs]))
    reduced = prices.amounts(
        _taken(system, pairs, [each.reduced if each else None for each in costs])
    )
    best = prices.amounts(_taken(system, pairs, [each.best if each else None for each in costs]))
    left = [
        whole + own[pairs.first] + other[pairs.second]
        for own, other in ((kept, best), (reduced, best), (best, kept), (best, reduced))
    ]
    known = np.array([each is not None for each in costs])
    both: NDArray[np.bool_] = known[pairs.first] & known[pairs.second]
    enough: NDArray[np.bool_] = np.min(left, axis=(0, 2)) >= -SMALLEST_AMOUNT
    return np.logical_and(both, enough)


def _taken(system: System, pairs: Pairing, costs: Sequence[Cost | None]) -> Matrix:
    """Atoms [K, M] of the host's elements that each dopant adds per formula unit."""
    host, rows = system.host, system.prices.elements
    added, _ = mobile_changes(host, pairs.options)
    atoms = np.zeros((len(pairs.options), len(rows)))
    for index, (option, cost) in enumerate(zip(pairs.options, costs, strict=True)):
        atoms[index, rows.index(host.ions[option.site].element.symbol)] -= option.concentration
        atoms[index, rows.index(host.mobile)] += added[index] / host.formula_units
        if cost is not None:
            atoms[index] -= option.concentration * cost.atoms
    return atoms


def _apart(system: System, pairs: Pairing, costs: Sequence[IonCosts | None]) -> NDArray[np.bool_]:
    """Tell the pairs [N] of which no phase holds both dopants at a lower cost than two phases."""
    together = SharedPhases.of(system.phases, system.prices, system.max_elements)
    elements = [option.element for option in pairs.options]
    return np.array(
        [
            not together.cheaper({elements[i]: costs[i], elements[j]: costs[j]})
            for i, j in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
        ]
    )
