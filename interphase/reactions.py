"""Reactions and hulls of any composition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases, parsed
from analysis.energies.reference_phases import table_phases
from analysis.reactions import interface

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from analysis.reactions.interface import Reaction


def reference_phases(source: str | Path | Iterable[str]) -> ReferencePhases:
    """Read competing phases, with formation energies and band gaps.

    Parameters
    ----------
    source
        Symbols of elements, to read their phases from the built-in table; or a file of pymatgen
        entries (.json, .json.gz), which must hold every element.

    Raises
    ------
    InputError
        An element is not in the table, or the file cannot be read.

    Examples
    --------
    >>> import interphase
    >>> phases = interphase.reference_phases(["Li", "O"])
    >>> phases.phase("Li2O").formation_energy_per_atom < -2
    True
    """
    if isinstance(source, str | Path):
        from analysis.energies.entry_phases import file_phases

        return file_phases(source)[0]
    return table_phases(source)


def react(
    composition: str | Composition,
    *,
    formation_energy_per_atom: float | None = None,
    formation_energy: float | None = None,
    electrode: str = "Li",
    phases: ReferencePhases | None = None,
    max_elements: int = 3,
    exclude: Collection[str] = (),
) -> Reaction:
    """Follow the reaction of a compound with more and more electrode.

    Parameters
    ----------
    composition
        Formula, or pymatgen Composition; all results are per formula unit as it is written.
    formation_energy_per_atom
        Formation energy of the compound in eV per atom, on the scheme of `phases`.
    formation_energy
        The same in eV per formula unit as written; pass one of the two. With neither, the
        compound's entry in `phases` is used.
    electrode
        Formula of the electrode.
    phases
        Competing phases; those of the built-in table if not given.
    max_elements
        Largest number of elements in a product.
    exclude
        Formulas that are never products; the compound never is.

    Raises
    ------
    InputError
        Both energies are given and contradict each other, none is given and `phases` has no entry,
        or a formula, element or electrode is unknown.

    Examples
    --------
    >>> import interphase
    >>> reaction = interphase.react("Li7La3Zr2O12")  # the entry of the built-in table
    >>> round(reaction.reaction_energy, 3)  # eV per formula unit, with lithium in excess
    -0.498
    >>> sorted(reaction.products)
    ['La2O3', 'Li2O', 'Zr4O']
    >>> interphase.react("Ta2O5", formation_energy_per_atom=-3.0).reaction_energy < -3
    True
    """
    formula = _composition(composition)
    found = phases or table_phases(_symbols(formula, electrode))
    energy = _energy_per_atom(formula, found, formation_energy_per_atom, formation_energy)
    return interface.react(
        formula,
        energy * formula.num_atoms,
        found,
        electrode=electrode,
        max_elements=max_elements,
        exclude=exclude,
    )


def energy_above_hull(
    composition: str | Composition,
    *,
    formation_energy_per_atom: float | None = None,
    formation_energy: float | None = None,
    phases: ReferencePhases | None = None,
) -> float:
    """Compute a compound's energy above the hull of all phases and itself, in eV per atom.

    Parameters and errors are those of `react`.

    Examples
    --------
    >>> import interphase
    >>> round(interphase.energy_above_hull("Li7La3Zr2O12"), 4)
    0.0066
    >>> interphase.energy_above_hull("LiO", formation_energy_per_atom=-1.0) > 0
    True
    """
    formula = _composition(composition)
    found = phases or table_phases(_symbols(formula))
    energy = _energy_per_atom(formula, found, formation_energy_per_atom, formation_energy)
    return interface.energy_above_hull(formula, energy, found)


def _composition(composition: str | Composition) -> Composition:
    return parsed(composition) if isinstance(composition, str) else composition


def _symbols(composition: Composition, *formulas: str) -> set[str]:
    each = [composition, *(parsed(formula) for formula in formulas)]
    return {element.symbol for found in each for element in found}


def _energy_per_atom(
    composition: Composition,
    phases: ReferencePhases,
    per_atom: float | None,
    per_formula_unit: float | None,
) -> float:
    atoms = composition.num_atoms
    if per_atom is not None and per_formula_unit is not None:
        if abs(per_atom * atoms - per_formula_unit) > _SAME * atoms:
            msg = (
                f"formation_energy_per_atom = {per_atom} and formation_energy = "
                f"{per_formula_unit} contradict each other for {composition.formula}, which has "
                f"{atoms:g} atoms: give one of them"
            )
            raise InputError(msg)
        return per_atom
    if per_atom is not None:
        return per_atom
    if per_formula_unit is not None:
        return float(per_formula_unit / atoms)
    energy: float = phases.phase(composition.reduced_formula).formation_energy_per_atom
    return energy


#: eV/atom. Two ways of giving one energy agree to this.
_SAME = 1e-6
