"""What the tables alone say about a dopant: the reaction of its oxide.

The dopant's oxide and those of the ions it displaces are known, and so are the products with the
electrode. The change of the reaction energy on doping is exact but for one number, the defect
energy D (`analysis.energies.defects`), which is the same for all amounts of electrode:

    (E - E_host) / x = T - D        T = {P[compound] - P[host] - E[oxides exchanged]} / x

with P the energy of the products. T, the table effect, is what this module computes. Only D has to
be guessed for a compound that was never computed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.balance import balance
from analysis.energies.formation import valences_of
from analysis.energies.reference_phases import table_phases
from analysis.learning.settings import HostChemistry, HostIon
from analysis.reactions.interface import react

if TYPE_CHECKING:
    from analysis.energies.phases import ReferencePhases
    from analysis.structures.dopants import Dopant
    from analysis.structures.host import Host


def table_effect(
    dopant: Dopant,
    host: HostChemistry,
    *,
    compensated: bool = True,
    phases: ReferencePhases | None = None,
) -> float:
    """Compute T of a dopant, eV per dopant.

    Parameters
    ----------
    compensated
        True if mobile ions balance the dopant's charge.
    phases
        Reference phases; the project's own table if not given.

    Raises
    ------
    InputError
        The phases hold no oxide, or no element, of the dopant.
    """
    start = Composition(host.formula)
    compound = doped_composition(dopant, host, compensated=compensated)
    symbols = {e.symbol for e in {*compound, *start, *Composition(host.electrode)}}
    known = phases or table_phases(tuple(sorted(symbols)))
    exchanged = balance(
        compound,
        start,
        valences={dopant.element: float(dopant.valence), **host.valences},
        phases=known,
        crystals=set(known.by_formula),
        electrode=host.electrode,
        accept_poor=True,
    )
    oxides = {f: known.by_formula[f].formation_energy_per_atom for f in exchanged.formulas}
    how = host.formula, host.electrode, host.max_elements
    of_host = _host_products(*how) if phases is None else _react(start, known, *how)
    energy = _react(compound, known, *how) - of_host - exchanged.sum(oxides)
    return energy / dopant.concentration


def doped_composition(
    dopant: Dopant, host: HostChemistry, *, compensated: bool = True
) -> Composition:
    """Return the composition per formula unit of the host.

    Raises
    ------
    InputError
        The host has too few ions to replace, or to balance the charge.
    """
    ion, x = host.sites[dopant.site], dopant.concentration
    amounts = {e.symbol: float(n) for e, n in Composition(host.formula).items()}
    amounts[ion.element] -= x
    amounts[dopant.element] = amounts.get(dopant.element, 0.0) + x
    if compensated:
        amounts[host.mobile] -= x * (dopant.valence - ion.valence) / host.valences[host.mobile]
    if lacking := [symbol for symbol, n in amounts.items() if n < -EMPTY]:
        message = f"{dopant.label}: the host has too little {lacking[0]}; choose a smaller x"
        raise InputError(message)
    return Composition({symbol: n for symbol, n in amounts.items() if n > EMPTY})


def chemistry_of(host: Host, *, electrode: str = "Li", max_elements: int = 3) -> HostChemistry:
    """Gather what `table_effect` has to know of a host."""
    return HostChemistry(
        formula=host.formula_unit.formula.replace(" ", ""),
        valences=valences_of(host.counts),
        sites={
            name: HostIon(element=ion.element.symbol, valence=float(ion.oxi_state))
            for name, ion in host.cations.items()
        },
        mobile=host.mobile,
        electrode=electrode,
        max_elements=max_elements,
    )


#: Amounts per formula unit below it are none.
EMPTY = 1e-8


@lru_cache(maxsize=8)
def _host_products(formula: str, electrode: str, max_elements: int) -> float:
    """Return the energy of the undoped host's products, from the project's table."""
    start = Composition(formula)
    symbols = {e.symbol for e in {*start, *Composition(electrode)}}
    phases = table_phases(tuple(sorted(symbols)))
    return _react(start, phases, formula, electrode, max_elements)


def _react(
    composition: Composition,
    phases: ReferencePhases,
    host: str,
    electrode: str,
    max_elements: int,
) -> float:
    """Energy of the products less that of the electrode, eV per formula unit."""
    return react(
        composition,
        0.0,
        phases,
        electrode=electrode,
        max_elements=max_elements,
        exclude=[Composition(host).reduced_formula],
    ).reaction_energy
