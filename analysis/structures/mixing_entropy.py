"""Ideal entropy of mixing dopants, host ions and vacancies in a doped host.

What counts for solubility is the partial entropy: what one more dopant adds, in the proportions of
the compound. On sites that dopants, host ions and vacancies share, n_i of each per formula unit,

    S = -k sum_i n_i ln(n_i / n)          partial: -k sum_i d_i ln n_i

with d_i the change that the dopants bring; the d_i of a sublattice add up to zero.

Vacancies count on the sublattice of the mobile ion alone: that one is disordered in the host. Split
sites nearer to each other than `INTERSTITIAL_DISTANCE` are one position, since they are never
filled together: in cubic LLZO 3 (24d) + 6 (pairs of 96h) positions per formula unit for 7 Li.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Compound
from analysis.structures.host import Host
from analysis.structures.relaxed_host import INTERSTITIAL_DISTANCE

# Fewer atoms per formula unit than this count as none.
_NONE: Final = 1e-6


class MixingEntropy(NamedTuple):
    """Effect of the dopants of a compound on the order of its host.

    Attributes
    ----------
    partial
        Partial entropy of mixing, k per formula unit of the host: positive where it favours the
        solution.
    mobile_change
        Mobile ions per formula unit that the compound has more than the host.
    """

    partial: float
    mobile_change: float


def mixing_entropy(host: Host, compound: Compound) -> MixingEntropy:
    """Return the ideal partial entropy of the dopants of a compound.

    A sublattice whose ion or vacancies are used up counts zero: nothing is left to mix.

    Raises
    ------
    InputError
        The host's cell cannot hold the compound.
    """
    composition = compound_composition(host, compound)
    mobile_change = float(composition[host.mobile] - host.formula_unit[host.mobile])
    partial = 0.0
    for site, ion in host.ions.items():
        dopants = [each.concentration for each in compound.dopants if each.site == site]
        changes = [*dopants, -sum(dopants)]
        amounts = [*dopants, host.counts[ion] / host.formula_units - sum(dopants)]
        if ion == host.mobile_ion:
            vacancies = mobile_positions(host) - composition[host.mobile] - sum(dopants)
            changes[-1:] = [mobile_change, -mobile_change - sum(dopants)]
            amounts[-1:] = [composition[host.mobile], vacancies]
        if min(amounts) > _NONE:
            partial -= sum(d * math.log(n) for d, n in zip(changes, amounts, strict=True))
    return MixingEntropy(partial, mobile_change)


def mobile_positions(host: Host) -> float:
    """Count the positions of the mobile ion that can be filled together, per formula unit."""
    sites = list(host.mobile_sites)
    distances = host.structure.distance_matrix[np.ix_(sites, sites)]
    positions, _ = connected_components(csr_array(distances < INTERSTITIAL_DISTANCE))
    return float(positions / host.formula_units)
