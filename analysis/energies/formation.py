"""Formation energies on the scale of the reference phases.

There are two ways, never mixed. If engine and reference phases share one scheme, it is
the total energy minus the elements' energies. Otherwise the compound is written as an exact sum of
crystals known on both scales (`analysis.energies.balance`), and

    E_f(compound) = sum_k c_k E_f(crystal k, reference) + E(compound) - sum_k c_k E(crystal k)

with total energies E of the engine: only the energy of that small reaction between similar solids
is the engine's.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Protocol

from pydantic import BaseModel, Field
from pymatgen.core import Composition, Species

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.balance import Balance, balance
from analysis.energies.phases import ReferencePhases
from analysis.energies.schemes import (
    EnergyScheme,
    require_same_scheme,
)

# Formula units that differ by less are the same amount: amounts are quotients of atoms in a cell.
SAME_AMOUNT = 1e-6


class FormationEnergy(BaseModel, frozen=True, extra="forbid"):
    """A formation energy and how it was put on its scale."""

    per_formula_unit: float = Field(description="eV per formula unit of the host.")
    per_atom: float = Field(description="eV/atom.")
    scheme: EnergyScheme = Field(description="The scale: that of the reference phases.")
    reference: str = Field(description="The sum of crystals or elements it was aligned with.")
    notes: tuple[str, ...] = ()


class _Doped(Protocol):
    @property
    def element(self) -> str: ...
    @property
    def valence(self) -> int: ...
    @property
    def concentration(self) -> float: ...


def valences_of(species: Iterable[Species], dopants: Iterable[_Doped] = ()) -> dict[str, float]:
    """Valence of every element of a doped host, as `analysis.energies.balance` needs it.

    Parameters
    ----------
    species
        All ions of the host, anions too.
    dopants
        Dopants; one element in two valences gets the mean by amount. An element of the host keeps
        the host's valence.
    """
    amounts: dict[str, float] = {}
    charges: dict[str, float] = {}
    for dopant in dopants:
        element, amount = dopant.element, dopant.concentration
        amounts[element] = amounts.get(element, 0.0) + amount
        charges[element] = charges.get(element, 0.0) + amount * dopant.valence
    means = {element: charges[element] / amounts[element] for element in amounts}
    return means | {ion.element.symbol: float(ion.oxi_state) for ion in species}


def needs_alignment(scheme: EnergyScheme, phases: ReferencePhases) -> bool:
    """Return True if the engine's energies must be aligned to the scale of the reference phases."""
    return scheme != phases.scheme or not phases.element_energies


def formation_energy(
    energy: float, composition: Composition, *, scheme: EnergyScheme, phases: ReferencePhases
) -> FormationEnergy:
    """Total energy minus the elements' energies, all on one scheme.

    Parameters
    ----------
    energy
        Total energy of the compound, eV per formula unit, corrections included.
    composition
        The compound per formula unit.
    scheme
        The scheme of `energy`.
    phases
        Reference phases with elemental energies.

    Raises
    ------
    SchemeMismatchError
        The energy and the reference phases are of two schemes.
    InputError
        An element has no energy among the reference phases.
    """
    require_same_scheme(scheme, phases.scheme)
    amounts = composition.get_el_amt_dict()
    if missing := sorted(set(amounts) - set(phases.element_energies)):
        message = f"{phases.source} has no energy for the element {', '.join(missing)}."
        raise InputError(message)
    total = energy - sum(phases.element_energies[e] * n for e, n in amounts.items())
    return FormationEnergy(
        per_formula_unit=total,
        per_atom=total / composition.num_atoms,
        scheme=phases.scheme,
        reference=_sum_text(amounts),
    )


def has_entry(host: Composition, phases: ReferencePhases, crystals: Container[str]) -> bool:
    """Whether the reference phases hold the host itself, and its crystal is at hand."""
    formula = host.element_composition.reduced_formula
    return formula in phases.by_formula and formula in crystals


def alignment(
    composition: Composition,
    host: Composition,
    *,
    valences: Mapping[str, float],
    phases: ReferencePhases,
    crystals: Container[str],
    electrode: str = "Li",
    accept_poor: bool = False,
) -> Balance:
    """Crystals, with their amounts, that carry a compound to the scale of the reference phases.

    The host's own reference entry has the coefficient one, and the valences are those of the ions
    that dopants displace. A host without an entry is aligned through the binaries of its ions, and
    the valences are those in the compound. Parameters and errors: `balance.balance`.
    """
    formula, units = host.element_composition.get_reduced_formula_and_factor()
    entry = has_entry(host, phases, crystals)
    result = balance(
        composition,
        host if entry else None,
        valences=valences,
        phases=phases,
        crystals=crystals,
        electrode=electrode,
        accept_poor=accept_poor,
    )
    if entry:
        # The host may be a binary itself (Li3N), which the dopant's compound displaces.
        own = units + result.coefficients.get(formula, 0.0)
        amounts = {formula: units} | result.coefficients | {formula: own}
        return result.model_copy(update={"coefficients": amounts})
    note = f"The host {formula} {Reason.NO_HOST_ENTRY}: aligned through {_names(result)}."
    return result.model_copy(update={"notes": (*result.notes, note)})


def aligned_formation_energy(
    energy: float,
    composition: Composition,
    *,
    aligned: Balance,
    crystal_energies: Mapping[str, float],
    phases: ReferencePhases,
) -> FormationEnergy:
    """Put the engine's energy on the scale of the reference phases, through crystals.

    Parameters
    ----------
    energy
        The engine's total energy of the compound, eV per formula unit.
    composition
        The compound per formula unit.
    aligned
        What `alignment` returned for this compound.
    crystal_energies
        Reduced formula to the same engine's energy of the relaxed crystal, eV/atom.
    phases
        Reference phases.

    Raises
    ------
    InputError
        A crystal has no energy on one of the scales, or `aligned` belongs to another compound.
    """
    _check_sum(composition, aligned)
    known = {f: phases.phase(f).formation_energy_per_atom for f in aligned.formulas}
    total = aligned.sum(known) + energy - aligned.sum(crystal_energies)
    return FormationEnergy(
        per_formula_unit=total,
        per_atom=total / composition.num_atoms,
        scheme=phases.scheme,
        reference=_sum_text(aligned.coefficients),
        notes=aligned.notes,
    )


def _check_sum(composition: Composition, aligned: Balance) -> None:
    rest: dict[str, float] = dict(composition.element_composition.get_el_amt_dict())
    for formula, amount in aligned.coefficients.items():
        for element, atoms in Composition(formula).get_el_amt_dict().items():
            rest[element] = rest.get(element, 0.0) - amount * atoms
    if any(abs(atoms) > SAME_AMOUNT for atoms in rest.values()):
        message = f"{_sum_text(aligned.coefficients)} is not {composition.formula}."
        raise InputError(message)


def _names(result: Balance) -> str:
    return ", ".join(result.formulas)


def _sum_text(amounts: Mapping[str, float]) -> str:
    """Write ``Li7La3Zr2O12 + 0.125 Al2O3 - 0.375 Li2O``."""
    terms = []
    for formula, amount in amounts.items():
        size = "" if abs(abs(amount) - 1) < SAME_AMOUNT else f"{abs(amount):.6g} "
        terms.append(f"{'-' if amount < 0 else '+'} {size}{formula}")
    return " ".join(terms).removeprefix("+ ")
