"""Reading a crystal with disorder from a file, and choosing its cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymatgen.core import Element, Species, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from analysis.base.errors import InputError
from analysis.structures.cif_reader import FOREIGN_ERRORS
from analysis.structures.crystal_checks import formula_units
from analysis.structures.crystal_files import read_crystal_file

SYMMETRY_TOLERANCE = 0.01
"""Angstrom; refined coordinates are given to 1e-4 of a cell edge of some 10 angstrom."""


LARGEST_CELL = 5000
"""Sites; far beyond what an engine relaxes."""

_HYDROGENS = ("H", "D", "T")


@dataclass(frozen=True)
class Crystal:
    """A file's crystal.

    Attributes
    ----------
    path
        The file.
    structure
        Its sites in the file's own cell, oxidation states on every species.
    items
        The data of a CIF's block, by names in lower case.
    notes
        What was changed in reading.
    """

    path: Path
    structure: Structure
    items: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def formula_units_in(self, cell: Structure) -> tuple[int, tuple[str, ...]]:
        """Return the formula units in another cell of the same crystal, and notes on them.

        Raises
        ------
        InputError
            If the file does not say, or contradicts itself, or not a whole number fits into that
            cell.
        """
        own, notes = formula_units(self.structure, self.items, self.path)
        units = own * len(cell) / len(self.structure)
        if round(units) < 1 or not math.isclose(units, round(units)):
            msg = (
                f"{self.path}: {own} formula units in a cell of "
                f"{len(self.structure)} sites are {units:g} in one of {len(cell)}: correct "
                "_cell_formula_units_Z in the file, or give formula_units"
            )
            raise InputError(msg)
        return round(units), notes


def read_crystal(path: Path, *, oxidation_states: Mapping[str, float] | None = None) -> Crystal:
    """Read the first crystal of a file, in the file's own cell.

    Parameters
    ----------
    path
        A CIF, a POSCAR, or pymatgen's JSON.
    oxidation_states
        Charge of each element; needed if the file has none, and overrides the file's.

    Raises
    ------
    InputError
        If the file cannot be read or contradicts itself, an element has no oxidation state, or
        one is given of an element that is not there.
    """
    file = read_crystal_file(path)
    charged = _with_charges(file.structure, path, oxidation_states)
    return Crystal(path, charged, file.items, file.notes)


def resize(structure: Structure, cell: str | Sequence[int]) -> Structure:
    """Return the crystal in another cell, without site properties.

    Parameters
    ----------
    structure
        The crystal in any cell.
    cell
        "primitive", "conventional" (the standard cells of pymatgen), or [a, b, c] multiples of the
        primitive cell.

    Raises
    ------
    InputError
        If the cell is none of these.
    """
    try:
        return _bare(_resized(structure, cell))
    except FOREIGN_ERRORS as error:
        if isinstance(error, InputError):
            raise
        msg = (
            f"the crystal's symmetry cannot be determined ({' '.join(str(error).split())}): give "
            "its coordinates with more digits"
        )
        raise InputError(msg) from error


def _resized(structure: Structure, cell: str | Sequence[int]) -> Structure:
    analyzer = SpacegroupAnalyzer(structure, symprec=SYMMETRY_TOLERANCE)
    if cell == "conventional":
        return analyzer.get_conventional_standard_structure()
    primitive = analyzer.get_primitive_standard_structure()
    if cell == "primitive":
        return primitive
    multiples = _multiples(cell)
    if len(primitive) * math.prod(multiples) > LARGEST_CELL:
        msg = (
            f"cell {list(multiples)} holds {len(primitive) * math.prod(multiples)} sites, more "
            f"than {LARGEST_CELL}: choose smaller multiples"
        )
        raise InputError(msg)
    return primitive.make_supercell(multiples, in_place=False)


def _multiples(cell: str | Sequence[int]) -> tuple[int, int, int]:
    match [] if isinstance(cell, str) else list(cell):
        case [int(a), int(b), int(c)] if min(a, b, c) > 0:
            return a, b, c
    msg = f"unknown cell {cell!r}: primitive, conventional, or three multiples like [2, 1, 1]"
    raise InputError(msg)


def _bare(structure: Structure) -> Structure:
    return Structure(structure.lattice, structure.species_and_occu, structure.frac_coords)


def _with_charges(
    structure: Structure, path: Path, oxidation_states: Mapping[str, float] | None
) -> Structure:
    present = {species for site in structure for species in site.species}
    given = _given({species.symbol for species in present}, oxidation_states or {}, path)
    missing = sorted(
        {
            species.symbol
            for species in present
            if species.symbol not in given and not getattr(species, "oxi_state", None)
        }
    )
    if missing:
        msg = (
            f"{path} has no oxidation state for {', '.join(missing)}: add a loop of "
            "_atom_type_symbol and _atom_type_oxidation_number to the file, or give "
            'oxidation_states, like {"Li": 1, "O": -2}'
        )
        raise InputError(msg)
    charged = Structure(
        structure.lattice,
        [
            {_charged(species, given): share for species, share in site.species.items()}
            for site in structure
        ],
        structure.frac_coords,
    )
    for ion in charged.composition:
        _check_charge(ion, path)
    return charged


def _check_charge(ion: Species, path: Path) -> None:
    """Refuse an oxidation state beyond those that the element has."""
    known = Element("H" if ion.symbol in ("D", "T") else ion.symbol).oxidation_states
    if ion.oxi_state == 0 or (known and not min(known) <= ion.oxi_state <= max(known)):
        msg = (
            f"{path}: {ion.symbol} has the oxidation state {ion.oxi_state:+g}, and known are "
            f"{', '.join(f'{each:+g}' for each in known)}: correct it in the file or in "
            "oxidation_states"
        )
        raise InputError(msg)


def _given(elements: set[str], states: Mapping[str, float], path: Path) -> dict[str, float]:
    """Return the oxidation states that were given; hydrogen and deuterium have one."""
    there = elements.intersection(_HYDROGENS)
    if unknown := sorted(set(states) - elements - set(_HYDROGENS if there else ())):
        msg = (
            f"oxidation_states names {', '.join(unknown)}, and {path} has "
            f"{', '.join(sorted(elements))}: give one state per element, by its symbol"
        )
        raise InputError(msg)
    given = [states[name] for name in _HYDROGENS if name in states]
    return (dict.fromkeys(there, given[0]) if given else {}) | dict(states)


def _charged(species: Species, given: Mapping[str, float]) -> Species:
    return Species(species.symbol, given.get(species.symbol, getattr(species, "oxi_state", None)))
