"""Alignments of an engine's energy with the scale of the reference phases, compared.

In each the compound is an exact sum of phases that are known on both scales, and

    E_f(compound) = sum_k c_k E_f(k, reference) + E(compound) - sum_k c_k E(k)

with total energies E of the engine. They differ in the choice of phases.
`analysis.energies.formation` uses `Alignment.OXIDES`; docs/uncertainty.md has the comparison
(benchmarks/alignment.py) and the reason.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pymatgen.core import Composition

from analysis.energies.balance import Balance
from analysis.energies.garnets import GARNET, garnet_carriers, garnet_units
from analysis.energies.ternary_oxides import PARTNERS, from_oxides

HOST: Final = GARNET
SAME_AMOUNT: Final = 1e-6


class Alignment(StrEnum):
    """The phases that carry a compound to the scale of the reference phases."""

    HOST = "host alone"  # the host, or its oxides, take all oxygen; elements do the rest
    OXIDES = "host and oxides"  # and the dopant comes as its binary oxide
    ENGINE = "elements alone"  # the engine's own formation energy, compared with the table
    SCHEMES = "schemes converted"  # elements of the engine's scheme, and its corrections exchanged


def carriers(composition: Composition, element: str, way: Alignment) -> Balance:
    """Write an oxide of M and host cations as the phases of one alignment.

    Parameters
    ----------
    composition
        The oxide, one of the table's.
    element
        Its dopant element M.
    way
        Which of them.

    Raises
    ------
    InputError
        M has a valence there that no two binary oxides bracket.
    """
    if way in {Alignment.ENGINE, Alignment.SCHEMES}:
        return _balance(_elements(composition))
    if way is Alignment.HOST:
        return _host_alone(composition)
    units = garnet_units(composition)
    if units is None:
        return from_oxides(composition, element)
    return garnet_carriers(composition, element, units)


def _host_alone(composition: Composition) -> Balance:
    """Let the host take all oxygen, and elements the rest, as if M replaces an ion of it.

    In a garnet that is the host itself. Elsewhere its oxides replace it, those of the host
    cations that the phase contains in their proportion: the host's energy from its oxides is right
    to 0.02 eV per formula unit.
    """
    units = garnet_units(composition)
    host = {HOST.reduced_formula: units} if units else _oxides_of_host_cations(composition)
    rest = dict(composition.get_el_amt_dict())
    for formula, amount in host.items():
        for symbol, count in Composition(formula).get_el_amt_dict().items():
            rest[symbol] = rest.get(symbol, 0.0) - amount * count
    return _balance(host | _elements(rest))


def _oxides_of_host_cations(composition: Composition) -> dict[str, float]:
    """Oxides of the host cations in a phase, as many as hold all of its oxygen."""
    oxides = {
        Composition({cation: 2, "O": valence}): composition[cation] / 2
        for cation, valence in PARTNERS.items()
        if composition[cation]
    }
    held = sum(oxide["O"] * amount for oxide, amount in oxides.items())
    found = {}
    for oxide, amount in oxides.items():
        formula, units = oxide.get_reduced_formula_and_factor()
        found[str(formula)] = float(amount * units * composition["O"] / held)
    return found


def _elements(amounts: Mapping[str, float] | Composition) -> dict[str, float]:
    """Elemental phases that hold the given atoms, which may be negative."""
    found = {}
    for element, amount in dict(amounts).items():
        formula, units = Composition(str(element)).get_reduced_formula_and_factor()
        if abs(amount) > SAME_AMOUNT:
            found[str(formula)] = float(amount * units)
    return found


def _balance(coefficients: Mapping[str, float]) -> Balance:
    return Balance(coefficients=dict(coefficients), metal="Li")
