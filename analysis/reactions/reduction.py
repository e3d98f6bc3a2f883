"""The reduction margin: how much energy keeps an electrode from reducing a dopant.

    m = (G[best products in which the dopant is reduced]
         - G[best products in which it keeps its valence]) / atoms of the dopant

on the plateau, where the electrode is in excess and products coexist with it. Both sets hold the
atoms of the same compound, whose own energy cancels: m depends on the reference phases alone, not
on the engine. A positive m means that the dopant resists.

What counts as reduced follows from a phase's composition (`analysis.reactions.valences`): a mean
valence of the dopant below that in the compound, so that alloys and the element are among them. A
phase of mixed valence (Fe3O4 for Fe3+) counts as reduced as a whole. Phases without the dopant may
form on either side: the host's elements react freely, and the reduction of Zr4+ that lithium
causes in undoped Li7La3Zr2O12 is common to both. All atoms of the dopant are on one side. A mixture
of both sides can lie lower still where the dopant's phases compete for another element; the side of
lower energy decides the sign.

With several dopants each has its margin: the others may form any phase, and in a phase that holds
both they have the valence they have in the compound. An element with two valences in the compound
has a margin for each, with all its atoms. A dopant that is an element of the host, on another site,
counts together with the host's atoms of it. The electrode's own element has no margin, since its
amount is unlimited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from analysis.base.compound_names import ion_text
from analysis.base.reasons import Reason
from analysis.reactions.electrode_reaction import Contact
from analysis.reactions.excess import Excess, Products
from analysis.reactions.potential import WIDEST, crossing
from analysis.reactions.valences import phase_valences

if TYPE_CHECKING:
    from pymatgen.core import Composition

    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.simplex import Vector
    from analysis.structures.dopants import Dopant

#: Valences are ratios of small whole numbers: closer ones are the same.
SAME_VALENCE = 1e-6


class ReductionMargin(BaseModel, frozen=True, extra="forbid"):
    """How strongly a dopant resists reduction by the electrode."""

    element: str = Field(description="The dopant.")
    valence: int = Field(description="Its valence in the compound.")
    margin: float | None = Field(
        description="m, eV per dopant atom; positive: it resists. Null: see notes."
    )
    potential: float | None = Field(
        description="Potential at which m changes sign, V against the electrode: below it the "
        "electrode reduces the dopant. Negative: the electrode cannot. Null: see notes."
    )
    kept: dict[str, float] | None = Field(
        description="Best products in which the dopant keeps its valence, per f.u. of the host."
    )
    reduced: dict[str, float] | None = Field(description="Best products in which it is reduced.")
    notes: tuple[str, ...] = Field(default=(), description="Why a field is null.")


@dataclass(frozen=True)
class Sides:
    """A dopant in contact with the electrode: kept in its valence, or reduced.

    Attributes
    ----------
    contact
        Compound, electrode and competing phases.
    element, valence
        The dopant.
    charges
        Charge of every other element, those of further dopants among them.
    kept, reduced
        The contact without the phases in which the dopant is reduced, and without those in which
        it keeps its valence.
    """

    contact: Contact
    element: str
    valence: int
    charges: Mapping[str, float]
    kept: Excess
    reduced: Excess

    @classmethod
    def of(
        cls, contact: Contact, element: str, valence: int, charges: Mapping[str, float]
    ) -> Sides:
        """Sort the competing phases by the dopant's valence in them."""
        valences = phase_valences(contact.rivals, element, charges)
        lower = np.flatnonzero(valences < valence - SAME_VALENCE)
        higher = np.flatnonzero(valences >= valence - SAME_VALENCE)
        kept, reduced = Excess(contact, lower), Excess(contact, higher)
        return cls(contact, element, valence, charges, kept, reduced)

    def with_energies(self, energies: Vector) -> Sides:
        """Return the same sides with other formation energies [K] of the phases, eV/atom."""
        contact = replace(self.contact, rivals=replace(self.contact.rivals, energies=energies))
        kept, reduced = self.kept.with_energies(contact), self.reduced.with_energies(contact)
        return replace(self, contact=contact, kept=kept, reduced=reduced)

    def moved(self, contact: Contact) -> Sides:
        """Return the same sides of another compound of the same ions, in contact with the same."""
        kept, reduced = self.kept.moved(contact), self.reduced.moved(contact)
        return replace(self, contact=contact, kept=kept, reduced=reduced)

    def without(self, column: int) -> Sides:
        """Return the same sides where one more phase must not form."""
        return replace(self, kept=self.kept.without(column), reduced=self.reduced.without(column))

    @property
    def amount(self) -> float:
        """Atoms of the dopant's element per formula unit of the host."""
        return float(self.contact.composition[self.element])

    @property
    def has_margin(self) -> bool:
        """True if the dopant can have a margin: the electrode's own element cannot."""
        return self.element not in self.contact.electrode

    @property
    def margin(self) -> float | None:
        """M in eV per dopant atom; None where there is none."""
        kept, reduced = self.kept.best, self.reduced.best
        if kept is None or reduced is None or not self.has_margin:
            return None
        return (reduced.energy - kept.energy) / self.amount

    @property
    def ion(self) -> str:
        """The dopant as text: "Al3+"."""
        return ion_text(self.element, self.valence)


def reduction_margins(
    composition: Composition,
    dopants: Iterable[Dopant],
    phases: ReferencePhases,
    *,
    charges: Mapping[str, float],
    electrode: str = "Li",
    max_elements: int = 3,
    exclude: Collection[str] = (),
) -> tuple[ReductionMargin, ...]:
    """Compute the reduction margin and potential of each dopant ion of a compound.

    Parameters
    ----------
    composition
        Composition of the compound per formula unit of the host.
    dopants
        Its dopants; one that sits on two sites in one valence has one margin.
    phases, electrode, max_elements, exclude
        As in `analysis.reactions.interface.react`.
    charges
        Charge of each element of host and electrode, from `ion_charges`.

    Returns
    -------
    tuple
        One margin for each element and valence, in the order of the dopants.

    Raises
    ------
    InputError
        As `analysis.reactions.interface.react`, or if the charge of an element is not given.
    """
    contact = Contact.between(
        composition, phases, electrode=electrode, max_elements=max_elements, exclude=exclude
    )
    return tuple(margin_of(each) for each in sides(contact, dopants, charges))


def sides(
    contact: Contact, dopants: Iterable[Dopant], charges: Mapping[str, float]
) -> tuple[Sides, ...]:
    """Sort the competing phases for each dopant cation of a compound, each ion once."""
    dopants = tuple(dopants)
    ions = dict.fromkeys((each.element, each.valence) for each in dopants if not each.is_anion)
    known = {**_mean_valences(dopants), **charges}
    return tuple(Sides.of(contact, element, valence, known) for element, valence in ions)


def margin_of(sides: Sides) -> ReductionMargin:
    """Compute margin and potential of one dopant from its two sides."""
    kept, reduced = sides.kept.best, sides.reduced.best
    margin, potential = sides.margin, None
    if margin is not None and sides.contact.charge is not None:
        potential = crossing(sides.reduced, sides.kept)
    return ReductionMargin(
        element=sides.element,
        valence=sides.valence,
        margin=margin,
        potential=potential,
        kept=kept and sides.kept.amounts(kept),
        reduced=reduced and sides.reduced.amounts(reduced),
        notes=_notes(sides, kept, reduced, potential),
    )


def _mean_valences(dopants: Iterable[Dopant]) -> dict[str, float]:
    """Mean valence of each dopant element in the compound, weighted with the amounts."""
    charge: dict[str, float] = {}
    amount: dict[str, float] = {}
    for dopant in dopants:
        element, x = dopant.element, dopant.concentration
        charge[element] = charge.get(element, 0.0) + x * dopant.valence
        amount[element] = amount.get(element, 0.0) + x
    return {element: charge[element] / amount[element] for element in charge}


def _notes(
    sides: Sides, kept: Products | None, reduced: Products | None, potential: float | None
) -> tuple[str, ...]:
    ion, electrode = sides.ion, sides.contact.electrode
    both = "reduction_margin and reduction_potential are null"
    if not sides.has_margin:
        return (f"{both}: {ion} {Reason.OF_ELECTRODE} {electrode.reduced_formula}",)
    if kept is None:
        return (f"{both}: {Reason.NO_PRODUCT_SET} {ion} keeps its valence",)
    if reduced is None:
        return (f"{both}: {Reason.NO_PRODUCT_SET} {ion} is reduced",)
    if potential is not None:
        return ()
    return (f"reduction_potential is null: {_no_potential(sides)}",)


def _no_potential(sides: Sides) -> str:
    electrode = sides.contact.electrode.reduced_formula
    if sides.contact.charge is None:
        return f"{electrode} {Reason.NO_VOLTAGE}"
    return f"the margin of {sides.ion} {Reason.NO_SIGN_CHANGE} {WIDEST:g} V of {electrode}"
