"""The best products in an excess of electrode, with some phases left out and at any potential."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.reactions.ranking import best_without
from analysis.reactions.simplex import TOLERANCE

if TYPE_CHECKING:
    from analysis.reactions.electrode_reaction import Contact
    from analysis.reactions.simplex import Indices, Vector

# Amounts are shown to this many decimals: 0.25, not 0.24999999999999994.
DECIMALS = 10


@dataclass(frozen=True)
class Products:
    """The set of products of least energy in an excess of electrode.

    Attributes
    ----------
    energy
        E[products] - n mu[electrode], eV per formula unit of the host.
    charge
        Charge taken up with n atoms of electrode, e per formula unit; negative if electrode is
        released. It is the change of the energy with the potential, eV/V.
    basis, atoms
        Column indices [M] of the products among the competing phases, and the atoms [M] in each.
        The electrode is one of them, with -n atoms.
    reach
        How far the potential can move, in V, before other products are better.
    """

    energy: float
    charge: float
    basis: Indices
    atoms: Vector
    reach: float


@dataclass(frozen=True)
class Excess:
    """A compound in an excess of electrode, where some of the competing phases must not form.

    Attributes
    ----------
    contact
        Compound, electrode and competing phases.
    forbidden
        Column indices of the phases that must not form.
    begin
        Column indices [M] of a feasible basis to start from, such as that of a similar question.
    """

    contact: Contact
    forbidden: Indices
    begin: Indices | None = None

    @cached_property
    def best(self) -> Products | None:
        """The best products with as much electrode as they need; see `at`."""
        return self.at()

    def without(self, column: int) -> Excess:
        """Return the same contact where one more phase must not form."""
        if self.best is None or column not in self.best.basis:
            return self
        forbidden = np.union1d(self.forbidden, [column])
        return replace(self, forbidden=forbidden, begin=self.best.basis)

    def with_energies(self, contact: Contact) -> Excess:
        """Return the contact with other energies of the same phases."""
        begin = self.begin if self.best is None else self.best.basis
        return replace(self, contact=contact, begin=begin)

    def moved(self, contact: Contact) -> Excess:
        """Return the contact of another compound of the same elements and phases.

        The best products of this one are the best of that one too while none of their amounts is
        negative: only the right-hand side of the linear programme differs.
        """
        if self.best is None:
            return replace(self, contact=contact, begin=None)
        basis = self.best.basis
        atoms = np.linalg.solve(contact.rivals.fractions[:, basis], contact.start)
        fits = (atoms[basis != contact.column] >= -TOLERANCE).all()
        return replace(self, contact=contact, begin=basis if fits else None)

    def at(
        self, voltage: float = 0.0, *, direction: int = 1, start: Products | None = None
    ) -> Products | None:
        """Find the best products at a potential.

        Parameters
        ----------
        voltage
            Potential against the electrode in V: an atom of it has the chemical potential
            mu = E[electrode] - charge * voltage. It has no effect where the electrode has no
            single charge.
        direction
            +1 or -1, to higher or lower potentials. Of products that are equal here those count
            that are better there, and `Products.reach` is measured that way.
        start
            Products of a similar question, to find these sooner.

        Returns
        -------
        Products or None
            None if no set of the allowed phases balances, at any potential.
        """
        contact, rates = self.contact, direction * self._rates
        costs = contact.rivals.energies + voltage * self._rates
        fractions = contact.rivals.fractions
        goals = np.vstack([costs, rates])
        begin = self.begin if start is None else start.basis
        if begin is None:
            begin = contact.excess_basis
        basis = best_without(
            self.forbidden, fractions, goals, contact.start, begin, free=contact.column
        )
        if basis is None:
            return None
        atoms = np.linalg.solve(fractions[:, basis], contact.start)
        return Products(
            energy=float(costs[basis] @ atoms),
            charge=float(self._rates[basis] @ atoms),
            basis=basis,
            atoms=atoms,
            reach=self._reach(costs, rates, basis),
        )

    def amounts(self, products: Products) -> dict[str, float]:
        """Turn products into amounts of formulas, the electrode left out."""
        formed = products.basis != self.contact.column
        found = self.contact.products(products.basis[formed], products.atoms[formed])
        return {formula: round(amount, DECIMALS) for formula, amount in found.items()}

    @cached_property
    def _rates(self) -> Vector:
        """Change [K] of each phase's energy with the potential: only the electrode's changes."""
        rates = np.zeros_like(self.contact.rivals.energies)
        rates[self.contact.column] = -(self.contact.charge or 0)
        return rates

    def _reach(self, costs: Vector, rates: Vector, basis: Indices) -> float:
        """Largest t for which the basis is the best at costs + t rates."""
        fractions = self.contact.rivals.fractions
        table = np.linalg.solve(fractions[:, basis], fractions)
        falling = rates[basis] @ table - rates
        falling[self.forbidden] = 0.0
        limits = falling > TOLERANCE
        left = np.maximum((costs - costs[basis] @ table)[limits], 0.0)
        return float(np.min(left / falling[limits], initial=np.inf))
