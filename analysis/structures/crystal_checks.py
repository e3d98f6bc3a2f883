"""What a crystal as read must agree with: its own distances, formula, Z and density."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pymatgen.core import Composition, Structure

from analysis.base.errors import InputError
from analysis.structures.cif_reader import FOREIGN_ERRORS, number

SAME_SITE: Final = 0.1
"""Angstrom. Split positions are 0.25 apart at least; closer ones are one, with too few digits."""
OVERLAP: Final = 0.5
"""Angstrom. No two atoms are this close (H-H is 0.74): such sites are never filled together."""
FULL: Final = 1.01
AMOUNT_SHARE: Final = 0.05
AMOUNT: Final = 0.1
"""Atoms per formula. Sums round refined occupancies; a symmetry that is not read costs half."""
DENSITY_SHARE: Final = 0.1
LEAST_VOLUME: Final = 3.0
"""Angstrom^3 per atom; diamond, the densest of all, has 5.7, and lithium hydride 8."""


def check_distances(structure: Structure, path: Path) -> None:
    """Refuse sites that are one site, atoms on top of each other, and a cell without room.

    Raises
    ------
    InputError
        Two sites are so, and are named with their distance; or the cell is too small.
    """
    volume = abs(structure.volume) / structure.composition.num_atoms
    if not volume > LEAST_VOLUME:
        msg = (
            f"{path}: its cell has {volume:.2g} angstrom^3 per atom, which no crystal has: correct "
            "lattice, scale or occupancies"
        )
        raise InputError(msg)
    first, second, _, distances = structure.get_neighbor_list(OVERLAP)
    for i, j, distance in sorted(zip(first, second, distances, strict=True), key=lambda t: t[2]):
        sites = f"{path}: sites {_name(structure, i)} and {_name(structure, j)}"
        if distance < SAME_SITE:
            msg = (
                f"{sites} are {distance:.2g} angstrom apart, so they are one site written with "
                "too few digits: give more, such as 0.66667 for 2/3"
            )
            raise InputError(msg)
        if structure[i].species.num_atoms + structure[j].species.num_atoms > FULL:
            msg = f"{sites} are {distance:.2g} angstrom apart and filled together: correct them"
            raise InputError(msg)


def check_against_file(structure: Structure, items: Mapping[str, Any], path: Path) -> None:
    """Refuse a crystal that is not of the composition or the density that its CIF states.

    Raises
    ------
    InputError
        One of them is another; both values are named.
    """
    formulas_in_cell(structure, items, path)
    density = _number_of(items, "_exptl_crystal_density_diffrn")
    if density and abs(structure.density - density) > DENSITY_SHARE * density:
        msg = (
            f"{path}: its cell as read has a density of {structure.density:.3g} g/cm3, and the "
            f"file states {density:.3g}: are symmetry, occupancies and cell complete?"
        )
        raise InputError(msg)


def formulas_in_cell(structure: Structure, items: Mapping[str, Any], path: Path) -> int | None:
    """Return how many times the cell as read holds the CIF's formula; None if it has none.

    Raises
    ------
    InputError
        Not a whole number of times.
    """
    stated = _formula(items)
    if stated is None:
        return None
    read = amounts_of(structure.composition)
    times = max(round(sum(read.values()) / sum(stated.values())), 1)
    if all(
        abs(read.get(e, 0.0) / times - stated.get(e, 0.0))
        <= max(AMOUNT, AMOUNT_SHARE * stated.get(e, 0.0))
        and (e in read) == (e in stated)
        for e in {*read, *stated}
    ):
        return times
    msg = (
        f"{path}: its cell as read holds {text_of(read)}, which is no multiple of its "
        f"_chemical_formula_sum {text_of(stated)}: are symmetry, occupancies and atoms complete?"
    )
    raise InputError(msg)


def formula_units(
    structure: Structure, items: Mapping[str, Any], path: Path
) -> tuple[int, tuple[str, ...]]:
    """Return the formula units in the cell as read, and a note where the file does not say.

    Z of the file counts if it agrees with the file's formula. Where Z is missing or 1, the formula
    decides, and where that is the whole cell, the reduced formula of the sites that are filled.

    Raises
    ------
    InputError
        Z contradicts the composition, or nothing tells.
    """
    stated, times = _z(items, path), formulas_in_cell(structure, items, path)
    least = common_divisor(structure)
    if stated is not None and stated > 1:
        contradicted = times not in (None, 1, stated) or (
            times != stated and least is not None and least % stated
        )
        if contradicted:
            msg = (
                f"{path}: _cell_formula_units_Z is {stated}, and its cell holds "
                f"{text_of(amounts_of(structure.composition))}, {times or least} formula units: "
                "correct _cell_formula_units_Z in the file, or give formula_units"
            )
            raise InputError(msg)
        return stated, ()
    units = times if times is not None and times > 1 else least
    if units is None:
        msg = (
            f"{path} has partial occupancies and no _cell_formula_units_Z that tells: give "
            "formula_units, the number of formula units in the chosen cell "
            f"({structure.composition.formula} is in the file's)"
        )
        raise InputError(msg)
    if units == stated:
        return units, ()
    says = "no _cell_formula_units_Z" if stated is None else f"_cell_formula_units_Z {stated}"
    per_unit = {e: amount / units for e, amount in amounts_of(structure.composition).items()}
    return units, (f"the file has {says}: {text_of(per_unit)} was taken as the formula unit",)


def amounts_of(composition: Composition) -> dict[str, float]:
    """Return the atoms of each element, deuterium counted as hydrogen."""
    amounts: dict[str, float] = {}
    for species, amount in composition.items():
        symbol = "H" if species.symbol in ("D", "T") else species.symbol
        amounts[symbol] = amounts.get(symbol, 0.0) + float(amount)
    return amounts


def common_divisor(structure: Structure) -> int | None:
    """Return the formula units by the full sites, in sets that share ions; None if none is full.

    Si and P share 18 sites of a NASICON whose cell has 12 Zr and 72 O: it holds 6 formula units,
    however many sodium sites are filled.
    """
    sets: list[tuple[set[Any], float, int]] = []
    for site in structure:
        ions, filled, sites = set(site.species), float(site.species.num_atoms), 1
        for other in [each for each in sets if each[0] & ions]:
            sets.remove(other)
            ions, filled, sites = ions | other[0], filled + other[1], sites + other[2]
        sets.append((ions, filled, sites))
    full = [sites for _, filled, sites in sets if math.isclose(filled, sites, rel_tol=1e-3)]
    return math.gcd(*full) if full else None


def _formula(items: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the stated formula; None where there is none, or one with a variable in it."""
    text = str(items.get("_chemical_formula_sum", "")).strip("'\" ")
    try:
        composition = Composition(text)
        known = composition.valid and all(amount > 0 for amount in composition.values())
        return amounts_of(composition) if text and known else None
    except FOREIGN_ERRORS:
        return None


def _z(items: Mapping[str, Any], path: Path) -> int | None:
    value = _number_of(items, "_cell_formula_units_z")
    if value is None:
        return None
    if value < 1 or value != round(value):
        msg = f"{path}: _cell_formula_units_Z is {value:g}: give a whole number from 1"
        raise InputError(msg)
    return round(value)


def _number_of(items: Mapping[str, Any], name: str) -> float | None:
    try:
        value = number(items[name])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _name(structure: Structure, index: int) -> str:
    site = structure[index]
    return f"{site.label or site.species_string} ({index + 1})"


def text_of(amounts: Mapping[str, float]) -> str:
    """Write a formula with its amounts."""
    return "".join(f"{element}{amount:.4g}" for element, amount in _listed(amounts.items()))


def _listed(amounts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(element, amount) for element, amount in amounts if amount > 0]
