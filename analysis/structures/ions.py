"""The ions of a doped host, where the host has an element in two valences.

A host such as LiMn2O4 holds Mn3+ and Mn4+ on different sites, but an engine returns elements. The
valence of an element in a compound is then a mean, and what a dopant displaces has the valence of
its ion.
"""

from collections import Counter
from collections.abc import Mapping

from pymatgen.core import Species, Structure

from analysis.base.errors import InputError
from analysis.structures.compensation import charge_balance
from analysis.structures.dopants import Compound
from analysis.structures.host import Host


def ion_counts(host: Host, compound: Compound) -> dict[Species, int]:
    """Return the number of each ion in a compound's cell.

    Raises
    ------
    InputError
        As `analysis.structures.compensation.charge_balance`.
    """
    change = charge_balance(host, compound)
    counts: Counter[Species] = Counter(host.counts)
    counts[host.mobile_ion] += change.mobile_change
    for dopant, atoms in zip(compound.dopants, change.dopant_atoms, strict=True):
        counts[host.ions[dopant.site]] -= atoms
        counts[dopant.species] += atoms
    return {ion: count for ion, count in sorted(counts.items()) if count}


def mixed_elements(host: Host) -> frozenset[str]:
    """Return the elements that the host has in two valences or more."""
    symbols = Counter(ion.element.symbol for ion in host.counts)
    return frozenset(symbol for symbol, number in symbols.items() if number > 1)


def mean_valences(host: Host, compound: Compound) -> dict[str, float]:
    """Return the mean valence in a compound of each element that the host has in several."""
    return _means(host, ion_counts(host, compound)) if mixed_elements(host) else {}


def displaced_valences(host: Host, compound: Compound) -> dict[str, float]:
    """Return the mean valence of what dopants displace, of each element of several valences.

    An element that they leave as it is has its mean in the compound.
    """
    if not mixed_elements(host):
        return {}
    counts = ion_counts(host, compound)
    lost = {ion: count - counts.get(ion, 0) for ion, count in host.counts.items()}
    return mean_valences(host, compound) | _means(host, lost)


def _means(host: Host, counts: Mapping[Species, int]) -> dict[str, float]:
    amounts: Counter[str] = Counter()
    charges: dict[str, float] = {}
    for ion, count in counts.items():
        symbol = ion.element.symbol
        amounts[symbol] += count
        charges[symbol] = charges.get(symbol, 0.0) + count * ion.oxi_state
    mixed = mixed_elements(host)
    return {symbol: charges[symbol] / n for symbol, n in amounts.items() if n and symbol in mixed}


def ions_in_order(structure: Structure, counts: Mapping[Species, int]) -> list[Species]:
    """Return the ion on each site of a structure whose charges an engine has dropped.

    Structures are given to engines sorted by species, and come back in the same order: of the
    sites of one element those of the lower valence come first.

    Raises
    ------
    InputError
        The structure does not hold these ions.
    """
    waiting: dict[str, list[Species]] = {}
    for ion in sorted(counts, key=lambda each: (each.element.symbol, each.oxi_state)):
        waiting.setdefault(ion.element.symbol, []).extend([ion] * counts[ion])
    found = Counter(site.specie.symbol for site in structure)
    if found != Counter({symbol: len(ions) for symbol, ions in waiting.items()}):
        listed = ", ".join(f"{count} {ion}" for ion, count in counts.items())
        msg = f"the relaxed structure holds {structure.composition.formula}, expected {listed}"
        raise InputError(msg)
    return [waiting[site.specie.symbol].pop(0) for site in structure]
