"""Margins from the prices of the host's elements, without a linear programme for each compound.

With enough of the host about, its own products fix what each of its elements costs on the plateau:
the shadow prices of the linear programme. An atom of a dopant then costs least in the phase with
the least

    (E[phase] - prices . host atoms of the phase) / dopant atoms,

and so in every compound in which the amounts of the host's products stay positive. The margin is
the difference of two such costs. Where several dopants share no phase their costs add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.base.errors import InputError
from analysis.energies.phases import elements_of, parsed
from analysis.reactions.competition import competition
from analysis.reactions.excess import Excess
from analysis.reactions.reduction import SAME_VALENCE
from analysis.reactions.valences import phase_valences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.competition import Competition
    from analysis.reactions.electrode_reaction import Contact
    from analysis.reactions.simplex import Matrix, Vector


@dataclass(frozen=True)
class HostPrices:
    """What the host's elements cost in an excess of electrode.

    Attributes
    ----------
    contact
        The undoped host and the electrode.
    prices
        eV per atom of each element [M] of host and electrode.
    inverse
        [M, M]: turns atoms of the elements into atoms of the host's products.
    limiting
        Which of the products must have positive amounts: all but the electrode.
    """

    contact: Contact
    prices: Vector
    inverse: Matrix
    limiting: NDArray[np.bool_]

    @classmethod
    def of(cls, contact: Contact) -> HostPrices:
        """Find the prices from the products of the undoped host."""
        best = Excess(contact, np.array([], dtype=int)).best
        if best is None:
            msg = f"The reference phases make no products of {contact.composition.formula}"
            raise InputError(msg)
        inverse = np.linalg.inv(contact.rivals.fractions[:, best.basis])
        prices = contact.rivals.energies[best.basis] @ inverse
        return cls(contact, prices, inverse, best.basis != contact.column)

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements of host and electrode, in the order of the rows."""
        return self.contact.rivals.elements

    def amounts(self, atoms: Matrix) -> Matrix:
        """Turn atoms [N, M] of the elements into amounts of the limiting products [N, M - 1]."""
        turned: Matrix = (atoms @ self.inverse.T)[:, self.limiting]
        return turned


@dataclass(frozen=True)
class Cost:
    """The cheapest phase of a dopant ion.

    Attributes
    ----------
    energy
        eV per dopant atom; infinite where there is no phase.
    atoms
        Atoms [M] of each element of host and electrode that the phase takes per dopant atom.
    """

    energy: float
    atoms: Vector


@dataclass(frozen=True)
class IonCosts:
    """What a dopant ion costs where it keeps its valence and where it is reduced."""

    kept: Cost
    reduced: Cost

    @property
    def margin(self) -> float:
        """M in eV per dopant atom; nan where a side has no phase."""
        if np.isinf([self.kept.energy, self.reduced.energy]).any():
            return float("nan")
        return self.reduced.energy - self.kept.energy

    @property
    def dearest(self) -> float:
        """The cost of the dearer side that has a phase, eV per dopant atom."""
        energies = [self.kept.energy, self.reduced.energy]
        return max((energy for energy in energies if energy < np.inf), default=np.inf)

    @property
    def best(self) -> Cost:
        """The cheaper side."""
        return min(self.kept, self.reduced, key=lambda cost: cost.energy)


def ion_costs(
    element: str,
    valence: int,
    host: HostPrices,
    phases: ReferencePhases,
    *,
    charges: Mapping[str, float],
    max_elements: int,
) -> IonCosts:
    """Find the cheapest phases of a dopant ion at the host's prices.

    Parameters
    ----------
    element, valence
        The ion; its element is none of host and electrode.
    host
        The host's prices.
    phases, charges, max_elements
        As in `analysis.reactions.reduction.reduction_margins`.
    """
    rivals = competition(
        phases,
        {*host.elements, element},
        max_elements=max_elements,
        exclude=[host.contact.composition],
        always=host.contact.electrode,
    )
    valences = phase_valences(rivals, element, charges)
    with np.errstate(invalid="ignore"):
        kept, reduced = valences >= valence - SAME_VALENCE, valences < valence - SAME_VALENCE
    return IonCosts(
        kept=_cheapest(element, host, rivals, kept),
        reduced=_cheapest(element, host, rivals, reduced),
    )


def _cheapest(
    element: str, host: HostPrices, rivals: Competition, allowed: NDArray[np.bool_]
) -> Cost:
    columns = np.flatnonzero(allowed)
    if not columns.size:
        return Cost(float("inf"), np.zeros(len(host.elements)))
    own = rivals.fractions[rivals.elements.index(element), columns]
    rows = [rivals.elements.index(symbol) for symbol in host.elements]
    atoms = rivals.fractions[rows][:, columns] / own
    costs = rivals.energies[columns] / own - host.prices @ atoms
    least = int(np.argmin(costs))
    return Cost(float(costs[least]), atoms[:, least])


@dataclass(frozen=True)
class SharedPhases:
    """Phases that hold two or more elements beyond host and electrode.

    Attributes
    ----------
    host
        The host's prices.
    phases
        For each set of such elements its phases: energy in eV and atoms of every element, per
        formula.
    """

    host: HostPrices
    phases: Mapping[frozenset[str], tuple[tuple[float, Mapping[str, float]], ...]]

    @classmethod
    def of(cls, phases: ReferencePhases, host: HostPrices, max_elements: int) -> SharedPhases:
        """Choose the phases."""
        found: dict[frozenset[str], list[tuple[float, Mapping[str, float]]]] = {}
        own = frozenset(host.elements)
        for phase in phases.phases:
            elements = elements_of(phase.formula)
            if len(elements - own) > 1 and len(elements) <= max_elements:
                atoms = parsed(phase.formula).get_el_amt_dict()
                energy = phase.formation_energy_per_atom * sum(atoms.values())
                found.setdefault(elements - own, []).append((energy, atoms))
        return cls(host, {elements: tuple(of) for elements, of in found.items()})

    def cheaper(self, costs: Mapping[str, IonCosts | None]) -> bool:
        """Tell whether a phase of all these elements may cost less than phases of each.

        Each element is taken at its dearer side, so that a phase is rather taken for cheaper.
        """
        phases = self.phases.get(frozenset(costs), ())
        if not phases:
            return False
        prices = dict(zip(self.host.elements, self.host.prices.tolist(), strict=True))
        prices |= {element: cost.dearest if cost else np.inf for element, cost in costs.items()}
        return any(
            energy < sum(prices[element] * n for element, n in atoms.items())
            for energy, atoms in phases
        )
