"""The composition of a doped host: how the mobile ion balances the charge of its dopants."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.structures.dopants import Compound, Dopant, atoms_in_cell, check_dopant
from analysis.structures.host import Host


@dataclass(frozen=True)
class ChargeBalance:
    """What a compound changes in the host's cell.

    Attributes
    ----------
    dopant_atoms
        Atoms of each dopant, in the compound's order.
    mobile_change
        Mobile ions added (positive) or removed (negative) to balance the charge; those that
        dopants replace are not counted here.
    """

    dopant_atoms: tuple[int, ...]
    mobile_change: int


def check_compound(compound: Compound, *, host: Host) -> None:
    """Refuse a compound that the host's cell cannot hold.

    Raises
    ------
    InputError
        As `check_dopant` does for each dopant; and if a site has fewer ions than
        dopants, or there are too few mobile ions or free sites to balance the charge.
    """
    charge_balance(host, compound)


def charge_balance(host: Host, compound: Compound) -> ChargeBalance:
    """Return how many ions of which kind the compound's cell gains and loses.

    Each extra positive charge of a dopant removes one mobile ion, each missing one adds one. With
    the compensation "none" a dopant replaces its ion one to one, and nothing else changes.

    Raises
    ------
    InputError
        As `check_compound`.
    """
    for dopant in compound.dopants:
        check_dopant(dopant, host=host)
    atoms = tuple(atoms_in_cell(dopant, host=host) for dopant in compound.dopants)
    _check_room(host, compound, atoms)
    if compound.compensation == "none":
        return ChargeBalance(atoms, 0)
    excess = excess_charge(compound.dopants, host=host)
    change = -excess / host.mobile_ion.oxi_state
    if not math.isclose(change, round(change), abs_tol=1e-6):
        msg = (
            f"{compound.label(host.name)}: its charge of {excess:+g} is not a whole number of "
            f"{host.mobile_ion}; choose other concentrations"
        )
        raise InputError(msg)
    _check_mobile(host, compound, atoms, round(change))
    return ChargeBalance(atoms, round(change))


def excess_charge(dopants: Iterable[Dopant], *, host: Host) -> float:
    """Return the charge that dopants bring beyond that of the ions they replace, e per cell.

    Raises
    ------
    InputError
        If a site is unknown, or a concentration is not a whole number of atoms in the cell.
    """
    return float(
        sum(
            atoms_in_cell(dopant, host=host) * (dopant.valence - host.ions[dopant.site].oxi_state)
            for dopant in dopants
        )
    )


def compound_composition(host: Host, compound: Compound) -> Composition:
    """Return the composition of a compound per formula unit of the host.

    Parameters
    ----------
    host
        The undoped host; its whole-number cell is what is doped.
    compound
        The dopants and the compensation.

    Returns
    -------
    Composition
        Elements in the order of the host's formula, each dopant right after the ion it replaces.

    Raises
    ------
    InputError
        As `check_compound`.
    """
    change = charge_balance(host, compound)
    atoms = {symbol: amount * host.formula_units for symbol, amount in host.formula_unit.items()}
    amounts = {element.symbol: amount for element, amount in atoms.items()}
    order = list(amounts)
    amounts[host.mobile] += change.mobile_change
    for dopant, count in zip(compound.dopants, change.dopant_atoms, strict=True):
        replaced = host.ions[dopant.site].element.symbol
        amounts[replaced] -= count
        amounts[dopant.element] = amounts.get(dopant.element, 0) + count
        if dopant.element not in order:
            order.insert(order.index(replaced) + 1, dopant.element)
    units = host.formula_units
    return Composition({symbol: amounts[symbol] / units for symbol in order})


def with_anions(host: Host, compound: Compound) -> Composition:
    """Return the host's formula unit with the anions that dopants bring; F in LLZO makes Li-F-O.

    It tells of which kind of compounds an error must have been measured.
    """
    brought = {each.element: each.concentration for each in compound.dopants if each.is_anion}
    return host.formula_unit.element_composition + Composition(brought)


def formula_per_unit(composition: Composition) -> str:
    """Return a formula with up to four decimals, "Li6.25Al0.25La3Zr2O12", in the given order."""
    rounded = {element.symbol: round(amount, 4) for element, amount in composition.items()}
    return "".join(
        symbol if amount == 1 else f"{symbol}{f'{amount:.4f}'.rstrip('0').rstrip('.')}"
        for symbol, amount in rounded.items()
        if amount
    )


def _check_room(host: Host, compound: Compound, atoms: tuple[int, ...]) -> None:
    for site, ion in host.ions.items():
        asked = sum(n for d, n in zip(compound.dopants, atoms, strict=True) if d.site == site)
        if asked > host.counts[ion]:
            msg = (
                f"{compound.label(host.name)} asks for {asked} dopants on {host.counts[ion]} "
                f"{site}: lower a concentration"
            )
            raise InputError(msg)


def _check_mobile(host: Host, compound: Compound, atoms: tuple[int, ...], change: int) -> None:
    replaced = sum(
        n
        for d, n in zip(compound.dopants, atoms, strict=True)
        if host.ions[d.site] == host.mobile_ion
    )
    left = host.counts[host.mobile_ion] - replaced
    if left + change < 0:
        msg = (
            f"{compound.label(host.name)}: too few {host.mobile} to compensate; {-change} must go "
            f"and {left} are left in the cell: lower the concentration or the valence"
        )
        raise InputError(msg)
    free = len(host.mobile_sites) - host.counts[host.mobile_ion]
    if change > free:
        msg = (
            f"{compound.label(host.name)}: {change} {host.mobile} must be added, and {free} sites "
            "are free in the cell: lower the concentration"
        )
        raise InputError(msg)
