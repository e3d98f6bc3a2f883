"""The valence of an element in each competing phase, from the phase's composition alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from pymatgen.core import Element

from analysis.base.errors import InputError
from analysis.reactions.alloys import is_metallic
from analysis.structures.dopants import common_valences

if TYPE_CHECKING:
    from analysis.reactions.competition import Competition
    from analysis.reactions.simplex import Matrix, Vector
    from analysis.structures.host import Host


def ion_charges(host: Host, electrode_elements: Iterable[str] = ()) -> dict[str, float]:
    """Return the charge that each element of host and electrode has as an ion.

    Parameters
    ----------
    host
        The undoped electrolyte; an element with ions of two charges has their mean.
    electrode_elements
        Symbols of the electrode. One that is not in the host has its highest common valence.

    Returns
    -------
    dict
        Symbol to charge in elementary charges; anions are negative.

    Raises
    ------
    InputError
        If an element of the electrode is never a cation.
    """
    total: dict[str, float] = {}
    atoms: dict[str, int] = {}
    for ion, count in host.counts.items():
        symbol = ion.element.symbol
        total[symbol] = total.get(symbol, 0.0) + count * ion.oxi_state
        atoms[symbol] = atoms.get(symbol, 0) + count
    charges = {symbol: total[symbol] / atoms[symbol] for symbol in total}
    return {**{e: _highest(e) for e in electrode_elements if e not in charges}, **charges}


def phase_valences(rivals: Competition, element: str, charges: Mapping[str, float]) -> Vector:
    """Compute the mean valence of an element in every competing phase.

    All other elements have the charges given, so that the element has what makes the phase
    neutral: 3 in LaAlO3, 8/3 in Fe3O4, 0 in Al, -4/3 in Zr3Al... An alloy thus has a valence of
    zero or less. A phase in which another element is reduced too (a suboxide of Zr and M) shows a
    valence below the true one: all missing charge is attributed to the requested element. One
    with peroxide ions shows a valence above it.

    A non-metal that is a cation in the host (P5+, S6+) is an anion in a phase whose most
    electronegative element it is (Ca3P2): there it has its lowest common oxidation state.

    Parameters
    ----------
    rivals
        The competing phases.
    element
        Symbol of the element.
    charges
        Charge of every other element of the phases.

    Returns
    -------
    Vector
        Valence in each phase [K]; nan where the phase does not contain the element.

    Raises
    ------
    InputError
        If the charge of an element is not given.
    """
    row = rivals.elements.index(element)
    others = _charges(rivals, element, charges) * rivals.fractions
    others[row] = 0.0
    amounts = rivals.fractions[row]
    valences = np.full(amounts.shape, np.nan)
    np.divide(-others.sum(axis=0), amounts, out=valences, where=amounts > 0)
    return valences


def _charges(rivals: Competition, element: str, charges: Mapping[str, float]) -> Matrix:
    """Charge [M, K] of each element in each phase; the row of `element` has no meaning."""
    if missing := [e for e in rivals.elements if e not in charges and e != element]:
        msg = f"No charge of {', '.join(missing)}: give that of its ion in host or electrode"
        raise InputError(msg)
    values = np.array([charges.get(e, 0.0) for e in rivals.elements])
    table = np.repeat(values[:, None], len(rivals.formulas), axis=1)
    most = _most_electronegative(rivals)
    for row, symbol in enumerate(rivals.elements):
        if symbol != element and values[row] > 0 and not is_metallic(Element(symbol)):
            table[row, most == row] = min(Element(symbol).common_oxidation_states)
    return table


def _most_electronegative(rivals: Competition) -> Vector:
    """Row [K] of the most electronegative element of each phase."""
    scale = np.array([Element(symbol).X for symbol in rivals.elements])
    present: Vector = np.where(rivals.fractions > 0, scale[:, None], -np.inf).argmax(axis=0)
    return present


def _highest(symbol: str) -> float:
    if valences := common_valences(symbol):
        return float(valences[-1])
    msg = f"{symbol} of the electrode has no positive valence: choose another electrode"
    raise InputError(msg)
