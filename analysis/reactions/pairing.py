"""All pairs of two ions on two sites that a host's cell can hold with its charge balanced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.structures.dopants import Compound, Dopant, atoms_in_cell, check_dopant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.reactions.simplex import Indices, Vector
    from analysis.structures.host import Host

# Charges are whole numbers times atoms, divided by the mobile ion's.
WHOLE = 1e-6


@dataclass(frozen=True)
class Pairing:
    """Pairs of dopants on different sites of a host.

    Attributes
    ----------
    options
        The single dopants [K].
    first, second
        Indices [N] of each pair's dopants among the options.
    mobile
        Atoms [N] of the mobile ion per formula unit of the host.
    """

    options: tuple[Dopant, ...]
    first: Indices
    second: Indices
    mobile: Vector

    def compound(self, index: int) -> Compound:
        """Return the compound of a pair."""
        return Compound(dopants=self.dopants(index))

    def dopants(self, index: int) -> tuple[Dopant, Dopant]:
        """Return the dopants of a pair in their order."""
        return self.options[self.first[index]], self.options[self.second[index]]


def pairing(host: Host, options: Iterable[Dopant]) -> Pairing:
    """List every two dopants of different elements on different sites.

    The mobile ion balances the charge. Left out are pairs that would need a fraction of a mobile
    ion in the cell, more of them than there are, or more than there are free sites.

    Parameters
    ----------
    host
        The undoped electrolyte.
    options
        Dopants with their amounts.

    Raises
    ------
    InputError
        If the host's cell cannot hold one of the options.
    """
    options = tuple(options)
    for option in options:
        check_dopant(option, host=host)
    if len(options) < 2:  # noqa: PLR2004, of a pair
        nothing = np.array([], dtype=int)
        return Pairing(options, nothing, nothing, np.array([]))
    first, second = np.triu_indices(len(options), k=1)
    different = _differ(options, "site", first, second) & _differ(options, "element", first, second)
    first, second = first[different], second[different]
    change, replaced = mobile_changes(host, options)
    added = change[first] + change[second]
    left = host.counts[host.mobile_ion] - replaced[first] - replaced[second]
    free = len(host.mobile_sites) - host.counts[host.mobile_ion]
    fits = (np.abs(added - added.round()) < WHOLE) & (left + added >= 0) & (added <= free)
    mobile = (left + added) / host.formula_units
    return Pairing(options, first[fits], second[fits], mobile[fits])


def mobile_changes(host: Host, options: Iterable[Dopant]) -> tuple[Vector, Vector]:
    """Count the mobile ions in the cell that each dopant [K] adds for its charge, and replaces."""
    added, replaced = [], []
    for option in options:
        atoms, ion = atoms_in_cell(option, host=host), host.ions[option.site]
        excess = atoms * (option.valence - ion.oxi_state)
        added.append(-excess / host.mobile_ion.oxi_state)
        replaced.append(atoms if ion == host.mobile_ion else 0)
    return np.array(added, dtype=float), np.array(replaced, dtype=float)


def _differ(
    options: tuple[Dopant, ...], field: str, first: Indices, second: Indices
) -> NDArray[np.bool_]:
    values = np.array([getattr(option, field) for option in options])
    unlike: NDArray[np.bool_] = values[first] != values[second]
    return unlike
