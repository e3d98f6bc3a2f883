"""The descriptors of one dopant in its compound, with missing values and substitutes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pymatgen.core import Element

from analysis.base.errors import InputError
from analysis.descriptors.bond_energies import bond_dissociation_energy
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.ionic_radii import OXYGEN_RADIUS, ionic_radius
from analysis.descriptors.oxide_enthalpy import EnthalpyOrigin, oxide_enthalpy

if TYPE_CHECKING:
    from analysis.energies.phases import ReferencePhases

SHELLS = re.compile(r"\d([spdf])(\d+)")


@dataclass
class Description:
    """The fifteen numbers of a dopant.

    Attributes
    ----------
    numbers
        Every descriptor to its value, NaN if it is missing.
    missing
        Descriptor to the reason why it has no value.
    flags
        Descriptor to what replaces the value that was asked for.
    """

    numbers: dict[Descriptor, float] = field(
        default_factory=lambda: dict.fromkeys(Descriptor, math.nan)
    )
    missing: dict[Descriptor, str] = field(default_factory=dict)
    flags: dict[Descriptor, str] = field(default_factory=dict)


def describe(
    element: str,
    valence: int,
    coordination: float | None,
    *,
    phases: ReferencePhases | None = None,
    coordination_flag: str | None = None,
) -> Description:
    """Return the descriptors of a dopant; a missing one is NaN and named, never filled.

    Parameters
    ----------
    element, valence
        The dopant M.
    coordination
        Its oxygen coordination number (`analysis.descriptors.coordination`), None if it is not
        known.
    phases
        Reference phases for oxides without a measured enthalpy; the project's own table if not
        given.
    coordination_flag
        Source of the coordination number, if it is not the compound's relaxed cell.

    Raises
    ------
    InputError
        There is no such element.
    """
    if element not in Element.__members__:
        message = f"unknown element {element!r}: give its symbol, like Al"
        raise InputError(message)
    found = Description()
    found.numbers[Descriptor.VALENCE] = float(valence)
    _describe_atom(found, Element(element))
    _describe_coordination(found, coordination, coordination_flag)
    _describe_radius(found, element, valence)
    _describe_oxide(found, element, valence, phases)
    _describe_bond(found, element)
    return found


def valence_electrons(element: str) -> dict[str, int]:
    """Electrons of the neutral atom outside its noble-gas core, by s, p, d and f.

    Filled d and f shells count: [Xe]4f14 5d3 6s2 of Ta has 2 s, 3 d and 14 f electrons.
    """
    counts = dict.fromkeys("spdf", 0)
    outside = Element(element).electronic_structure.split("]")[-1]
    for shell, electrons in SHELLS.findall(outside):
        counts[shell] += int(electrons)
    return counts


def _describe_atom(found: Description, element: Element) -> None:
    radius, energy = element.atomic_radius, element.ionization_energy
    electrons = valence_electrons(element.symbol)
    values = {
        Descriptor.ATOMIC_RADIUS: math.nan if radius is None else float(radius),
        Descriptor.ATOMIC_MASS: float(element.atomic_mass),
        Descriptor.ELECTRONEGATIVITY: float(element.X),
        Descriptor.IONISATION_ENERGY: math.nan if energy is None else float(energy),
        Descriptor.SP_ELECTRONS: float(electrons["s"] + electrons["p"]),
        Descriptor.D_ELECTRONS: float(electrons["d"]),
        Descriptor.F_ELECTRONS: float(electrons["f"]),
    }
    found.numbers |= values
    for descriptor, value in values.items():
        if math.isnan(value):
            found.missing[descriptor] = f"pymatgen's table has none for {element}"


def _describe_coordination(
    found: Description, coordination: float | None, flag: str | None
) -> None:
    if coordination is None:
        found.missing[Descriptor.COORDINATION_NUMBER] = flag or "there is no relaxed cell"
        return
    found.numbers[Descriptor.COORDINATION_NUMBER] = coordination
    if flag:
        found.flags[Descriptor.COORDINATION_NUMBER] = flag


def _describe_radius(found: Description, element: str, valence: int) -> None:
    coordination = found.numbers[Descriptor.COORDINATION_NUMBER]
    both = (Descriptor.IONIC_RADIUS, Descriptor.RADIUS_RATIO)
    if math.isnan(coordination):
        found.missing |= dict.fromkeys(both, "the coordination number is missing")
        return
    try:
        radius = ionic_radius(element, valence, coordination)
    except InputError as error:
        found.missing |= dict.fromkeys(both, str(error))
        return
    found.numbers[Descriptor.IONIC_RADIUS] = radius.value
    found.numbers[Descriptor.RADIUS_RATIO] = radius.value / OXYGEN_RADIUS
    if abs(radius.coordination - coordination) > 0.5:  # noqa: PLR2004, farther than by rounding
        flag = f"Shannon's value at {radius.coordination} stands in for CN {coordination:g}"
        found.flags |= dict.fromkeys(both, flag)


def _describe_oxide(
    found: Description, element: str, valence: int, phases: ReferencePhases | None
) -> None:
    try:
        oxide = oxide_enthalpy(element, valence, phases)
    except InputError as error:
        found.missing |= dict.fromkeys(OF_THE_OXIDE, str(error))
        return
    found.numbers[Descriptor.OXIDE_ENTHALPY] = oxide.per_atom
    if oxide.origin is not EnthalpyOrigin.MEASURED:
        what = {
            EnthalpyOrigin.REFERENCE_PHASE: f"{oxide.formula} not measured: {oxide.source}",
            EnthalpyOrigin.HULL: f"{oxide.formula} not tabulated: the M-O hull of {oxide.source}",
        }
        found.flags |= dict.fromkeys(OF_THE_OXIDE, what[oxide.origin])
    coordination = found.numbers[Descriptor.COORDINATION_NUMBER]
    products = {
        Descriptor.COORDINATED_ENTHALPY_PER_CATION: coordination * oxide.per_cation,
        Descriptor.COORDINATED_ENTHALPY_PER_OXYGEN: coordination * oxide.per_oxygen,
    }
    found.numbers |= products
    if math.isnan(coordination):
        found.missing |= dict.fromkeys(products, "the coordination number is missing")


OF_THE_OXIDE = (
    Descriptor.OXIDE_ENTHALPY,
    Descriptor.COORDINATED_ENTHALPY_PER_CATION,
    Descriptor.COORDINATED_ENTHALPY_PER_OXYGEN,
)


def _describe_bond(found: Description, element: str) -> None:
    try:
        bond = bond_dissociation_energy(element)
    except InputError as error:
        found.missing[Descriptor.BOND_ENERGY] = str(error)
        return
    found.numbers[Descriptor.BOND_ENERGY] = bond.value
    if bond.is_upper_limit:
        found.flags[Descriptor.BOND_ENERGY] = "an upper limit stands in for the value"
    elif bond.status.is_doubtful:
        found.flags[Descriptor.BOND_ENERGY] = f"the tabulated value is {bond.status}"
