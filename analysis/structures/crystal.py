"""Reading a crystal with disorder from a CIF, and choosing its cell."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pymatgen.core import Species, Structure
from pymatgen.io.cif import CifFile, CifParser
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from analysis.base.errors import InputError

SYMMETRY_TOLERANCE = 0.01
"""Angstrom; refined coordinates are given to 1e-4 of a cell edge of some 10 angstrom."""


@dataclass(frozen=True)
class Crystal:
    """A CIF's crystal.

    Attributes
    ----------
    path
        The file.
    structure
        Its sites in the file's own cell, oxidation states on every species.
    formula_units
        Its `_cell_formula_units_Z`, for that cell; None if the file has none.
    """

    path: Path
    structure: Structure
    formula_units: int | None

    def formula_units_in(self, cell: Structure) -> int:
        """Return the formula units in another cell of the same crystal.

        Raises
        ------
        InputError
            If the file does not say, or the number for that cell is not whole.
        """
        if self.formula_units is None:
            return self._from_whole_composition(cell)
        units = self.formula_units * len(cell) / len(self.structure)
        if round(units) < 1 or not math.isclose(units, round(units)):
            msg = (
                f"{self.path}: {self.formula_units} formula units in a cell of "
                f"{len(self.structure)} sites are {units:g} in one of {len(cell)}: correct "
                "_cell_formula_units_Z in the file, or give formula_units"
            )
            raise InputError(msg)
        return round(units)

    def _from_whole_composition(self, cell: Structure) -> int:
        if not cell.is_ordered:
            msg = (
                f"{self.path} has partial occupancies and no _cell_formula_units_Z: give "
                "formula_units, the number of formula units in the chosen cell "
                f"({cell.composition.formula})"
            )
            raise InputError(msg)
        return math.gcd(*(round(amount) for amount in cell.composition.values()))


def read_crystal(path: Path, *, oxidation_states: Mapping[str, float] | None = None) -> Crystal:
    """Read the first crystal of a CIF, in the file's own cell.

    Parameters
    ----------
    path
        The CIF.
    oxidation_states
        Charge of each element; needed if the file has none, and overrides the file's.

    Raises
    ------
    InputError
        If the file cannot be read or an element has no oxidation state.
    """
    if not path.is_file():
        msg = f"no such file: {path} (the host's CIF)"
        raise InputError(msg)
    try:
        with warnings.catch_warnings():
            # pymatgen reports every rounding of a coordinate to a special position.
            warnings.simplefilter("ignore")
            structure = CifParser(path).parse_structures(primitive=False)[0]
    except (ValueError, KeyError, IndexError, AssertionError) as error:
        msg = f"{path} is not a CIF that pymatgen can read: {error}"
        raise InputError(msg) from error
    charged = _with_charges(structure, path, oxidation_states)
    return Crystal(path, charged, _formula_units(path))


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
    analyzer = SpacegroupAnalyzer(structure, symprec=SYMMETRY_TOLERANCE)
    if cell == "conventional":
        return _bare(analyzer.get_conventional_standard_structure())
    primitive = analyzer.get_primitive_standard_structure()
    if cell == "primitive":
        return _bare(primitive)
    return _bare(primitive.make_supercell(_multiples(cell), in_place=False))


def _multiples(cell: str | Sequence[int]) -> tuple[int, int, int]:
    match [] if isinstance(cell, str) else list(cell):
        case [int(a), int(b), int(c)] if min(a, b, c) > 0:
            return a, b, c
    msg = f"unknown cell {cell!r}: primitive, conventional, or three multiples like [2, 1, 1]"
    raise InputError(msg)


def _formula_units(path: Path) -> int | None:
    blocks = (block.data for block in CifFile.from_file(path).data.values())
    crystal = next(data for data in blocks if "_cell_length_a" in data)
    units = str(crystal.get("_cell_formula_units_Z", ""))
    return int(units) if units.isdigit() else None


def _bare(structure: Structure) -> Structure:
    return Structure(structure.lattice, structure.species_and_occu, structure.frac_coords)


def _with_charges(
    structure: Structure, path: Path, oxidation_states: Mapping[str, float] | None
) -> Structure:
    given = dict(oxidation_states or {})
    present = {species for site in structure for species in site.species}
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
    return Structure(
        structure.lattice,
        [
            {_charged(species, given): share for species, share in site.species.items()}
            for site in structure
        ],
        structure.frac_coords,
    )


def _charged(species: Species, given: Mapping[str, float]) -> Species:
    return Species(species.symbol, given.get(species.symbol, getattr(species, "oxi_state", None)))
