"""Reading the crystal of a CIF: one block, its numbers, symmetry and occupancies checked."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymatgen.core import Composition, Element, Lattice, PeriodicSite, Structure
from pymatgen.core.operations import SymmOp
from pymatgen.io.cif import CifBlock, CifFile, CifParser

from analysis.base.errors import InputError
from analysis.structures.cif_symmetry import (
    NAMES,
    NUMBERS,
    OPERATIONS,
    same_operations,
    settings_of,
)

LARGEST_OCCUPANCY: Final = 1.01
"""0.3333 + 0.6668 of a file is 1; a sum beyond this is a mistake."""
ABSENT: Final = 1e-6
"""An occupancy below this is none."""
VOLUME_SHARE: Final = 0.02
# Labels of molecules and vacancies: pymatgen leaves OH out and takes Va for vanadium.
NO_ATOM: Final = re.compile(r"OH|NO3|NH4|CN|[Ww]at|Vac?(?![a-z])")
HEAVIEST: Final = 103

# What pymatgen raises at files that it does not expect.
FOREIGN_ERRORS: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
)
CELL: Final = (
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
)
COORDINATES: Final = ("_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z")
OCCUPANCY: Final = "_atom_site_occupancy"
LABEL: Final = "_atom_site_label"
SYMBOL: Final = "_atom_site_type_symbol"
# Names that pymatgen looks up; CIF does not distinguish case, and newer dictionaries write a dot.
CANONICAL: Final = (
    *CELL,
    *COORDINATES,
    OCCUPANCY,
    LABEL,
    SYMBOL,
    OPERATIONS,
    "_atom_type_symbol",
    "_atom_type_oxidation_number",
    "_cell_formula_units_Z",
    "_chemical_formula_sum",
    "_exptl_crystal_density_diffrn",
)
OTHER_OPERATIONS: Final = ("_space_group_symop_operation_xyz",)
MAGNETIC: Final = "magn"
_KEYWORD: Final = re.compile(r"(?im)^(\s*)(data_|loop_)")
_TEXT: Final = re.compile(r"(?ms)^;.*?^;")


@dataclass(frozen=True)
class CifCrystal:
    """What a CIF says of its first crystal.

    Attributes
    ----------
    structures
        The crystal, in each setting that its space group may mean; mostly one.
    items
        The data of its block, by names in lower case with underscores.
    notes
        What was changed in reading.
    """

    structures: tuple[Structure, ...]
    items: Mapping[str, Any]
    notes: tuple[str, ...]


def read_cif(path: Path) -> CifCrystal:
    """Read the first crystal of a CIF.

    Raises
    ------
    InputError
        The file holds no crystal, or its numbers, symmetry or occupancies cannot be right.
    """
    with warnings.catch_warnings():
        # pymatgen reports every rounding of a coordinate to a special position.
        warnings.simplefilter("ignore")
        blocks = _blocks(path)
        block, items = blocks[0]
        _check_atoms(items, path)
        lattice = _lattice(items, path)
        if any(MAGNETIC in name for name in items):
            parsed = [_parse(block, path)[0]]
        else:
            parsed = _in_settings(block, settings_of(items, lattice, path), path)
    scaled = [_scaled(structure, path) for structure in parsed]
    notes = scaled[0][1]
    if len(blocks) > 1:
        notes = (f"{path.name} holds {len(blocks)} crystals: {block.header} is taken", *notes)
    return CifCrystal(tuple(structure for structure, _ in scaled), items, notes)


def number(text: Any) -> float:
    """Read a number of a CIF, without its uncertainty: 5.3(2).

    Raises
    ------
    ValueError
        It is none.
    """
    return float(re.sub(r"\(\d*\)?$", "", str(text).strip()))


def _blocks(path: Path) -> list[tuple[CifBlock, dict[str, Any]]]:
    """Read the blocks that hold a crystal, each with its data by names in lower case."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    with _reading(path):
        blocks = list(CifFile.from_str(_in_lower_case(text)).data.values())
    found = [(block, _canonical(block)) for block in blocks]
    crystals = [(block, items) for block, items in found if {*CELL, *COORDINATES} <= items.keys()]
    if not crystals:
        msg = f"{path} is not a CIF with a crystal: no block has a cell and atoms in it"
        raise InputError(msg)
    return crystals


def _in_lower_case(text: str) -> str:
    """Write CIF's keywords as pymatgen knows them, and none at the start of a line of a text.

    Keywords may be in capitals, and a text between semicolons holds anything: S. R. Hall and J. D.
    Westbrook, International Tables for Crystallography G, chapter 2.2.
    """
    text = _TEXT.sub(lambda each: _KEYWORD.sub(r"\1.\2", each.group()), text)
    return _KEYWORD.sub(lambda each: each.group().lower(), text)


def _canonical(block: CifBlock) -> dict[str, Any]:
    """Name the items of a block as pymatgen looks them up, and return them by lower case."""
    names = {name.lower(): name for name in CANONICAL}
    names |= dict.fromkeys(OTHER_OPERATIONS, OPERATIONS)
    new = {name: names.get(_plain(name), name) for name in block.data}
    block.data = {new[name]: value for name, value in block.data.items()}
    block.loops = [[new[name] for name in loop] for loop in block.loops]
    return {_plain(name): value for name, value in block.data.items()}


def _plain(name: str) -> str:
    return name.lower().replace(".", "_")


def _check_atoms(items: Mapping[str, Any], path: Path) -> None:
    columns = [items.get(name) for name in COORDINATES]
    if not all(isinstance(column, list) and column for column in columns):
        msg = f"{path} lists no atoms: give _atom_site_fract_x, y and z in a loop"
        raise InputError(msg)
    if LABEL not in items and SYMBOL not in items:
        msg = f"{path} does not name its atoms: give _atom_site_label"
        raise InputError(msg)
    column = SYMBOL if SYMBOL in items else LABEL
    for site, text in zip(_labels(items), items[column], strict=False):
        if not _names_element(text, whole=column == SYMBOL):
            msg = (
                f"{path}: {column} of site {site} is {text}, which names no element: write it like "
                "Li, and leave vacancies out"
            )
            raise InputError(msg)
    for name in (*COORDINATES, OCCUPANCY):
        for site, text in zip(_labels(items), items.get(name, ()), strict=False):
            _check_number(name, site, text, path)


def _names_element(text: str, *, whole: bool) -> bool:
    """Whether a type's letters, or the first of a label, are an element's symbol."""
    word = re.match("[A-Za-z]*", text).group()  # type: ignore[union-attr]  # it matches anything
    readings = [word] if whole else [word[:2], word[:1]]
    symbol = next((each.title() for each in readings if Element.is_valid_symbol(each.title())), "")
    return bool(symbol) and Element(symbol).Z <= HEAVIEST and not NO_ATOM.match(text)


def _labels(items: Mapping[str, Any]) -> Sequence[str]:
    labels: Sequence[str] = items[LABEL] if LABEL in items else items[SYMBOL]
    return labels


def _check_number(name: str, site: str, text: str, path: Path) -> None:
    # A dot is CIF's word for the default value, which occupancies have and coordinates have not.
    if name == OCCUPANCY and text == ".":
        return
    try:
        value = number(text)
    except ValueError:
        value = float("nan")
    largest = LARGEST_OCCUPANCY if name == OCCUPANCY else 100.0
    least = 0.0 if name == OCCUPANCY else -100.0
    if not least <= value <= largest:
        msg = (
            f"{path}: {name} of site {site} is {text}: give a number from {least:g} to {largest:g}"
        )
        raise InputError(msg)


def _lattice(items: Mapping[str, Any], path: Path) -> Lattice:
    try:
        edges = [number(items[name]) for name in CELL]
        lattice = Lattice.from_parameters(*edges)
        sound = all(edge > 0 for edge in edges) and 1 < lattice.volume < 1e6  # noqa: PLR2004, Å³
    except FOREIGN_ERRORS:
        sound = False
    if not sound:
        listed = ", ".join(str(items[name]) for name in CELL)
        msg = f"{path}: its cell of {listed} is none: correct _cell_length_a and the others"
        raise InputError(msg)
    _check_volume(lattice, items, path)
    return lattice


def _check_volume(lattice: Lattice, items: Mapping[str, Any], path: Path) -> None:
    try:
        stated = number(items["_cell_volume"])
    except (KeyError, ValueError):
        return
    if abs(lattice.volume - stated) > VOLUME_SHARE * stated:
        msg = (
            f"{path}: its cell has a volume of {lattice.volume:.5g} angstrom^3, and _cell_volume "
            f"is {stated:.5g}: correct edges, angles or _cell_volume"
        )
        raise InputError(msg)


def _in_settings(block: CifBlock, settings: Sequence[Sequence[str]], path: Path) -> list[Structure]:
    """Read a block in each setting of its space group.

    As it is, if pymatgen finds the same operations: the order of sites follows theirs.
    """
    structure, operations = _parse(block, path)
    if len(settings) == 1 and same_operations(operations, settings[0]):
        return [structure]
    return [_parse(_with_operations(block, each), path)[0] for each in settings]


def _with_occupancies(block: CifBlock) -> str:
    """Write a block, with 1 where it has CIF's word for the default."""
    data = dict(block.data)
    if OCCUPANCY in data:
        data[OCCUPANCY] = ["1" if text == "." else text for text in data[OCCUPANCY]]
    return str(CifBlock(data, block.loops, block.header))


def _with_operations(block: CifBlock, operations: Sequence[str]) -> CifBlock:
    """Return a block with its symmetry as a list of operations alone."""
    drop = {OPERATIONS, *OTHER_OPERATIONS, *NAMES, *NUMBERS}
    data = {name: value for name, value in block.data.items() if _plain(name) not in drop}
    loops = [[name for name in loop if name in data] for loop in block.loops]
    data[OPERATIONS] = list(operations)
    loops = [*(loop for loop in loops if loop), [OPERATIONS]]
    return CifBlock(data, loops, block.header)


def _parse(block: CifBlock, path: Path) -> tuple[Structure, list[SymmOp]]:
    """Read a block, with the operations that were used; occupancies stay as they are."""
    with _reading(path):
        parser = CifParser.from_str(_with_occupancies(block), check_cif=False)
        found = parser.parse_structures(primitive=False, check_occu=False, on_error="raise")
        return found[0], list(parser.symmetry_operations)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what pymatgen raises into one line that names the file."""
    try:
        yield
    except FOREIGN_ERRORS as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, ZeroDivisionError) or "zip()" in reason or "multiple of" in reason:
            reason = "a loop_ has not as many values as columns"
        msg = f"{path} is not a CIF that pymatgen can read: {reason}"
        raise InputError(msg) from error


def _scaled(structure: Structure, path: Path) -> tuple[Structure, tuple[str, ...]]:
    """Return the crystal sorted, with occupancies that add up to one at most."""
    sites = [(site, kept) for site in structure if (kept := _occupants(site))]
    if not sites:
        msg = f"{path} has no atoms: {OCCUPANCY} is 0 at every site"
        raise InputError(msg)
    totals: dict[str, float] = {}
    for site, ions in sites:  # several sites may have one label
        totals[site.label] = max(totals.get(site.label, 0.0), float(ions.num_atoms))
    for label, total in totals.items():
        if total > LARGEST_OCCUPANCY:
            msg = f"{path}: the occupancies of site {label} add up to {total:.4g}: correct them"
            raise InputError(msg)
    whole = Structure(
        structure.lattice,
        [ions / max(ions.num_atoms, 1) for _, ions in sites],
        [site.frac_coords for site, _ in sites],
        labels=[site.label for site, _ in sites],
    )
    notes = tuple(
        f"occupancies of site {label} add up to {total:.6g}: scaled to 1"
        for label, total in totals.items()
        if total > 1 + ABSENT
    )
    return whole.get_sorted_structure(), notes


def _occupants(site: PeriodicSite) -> Composition | None:
    """Return the ions of a site without those of no occupancy; None if none is left."""
    kept = {ion: share for ion, share in site.species.items() if share > ABSENT}
    return Composition(kept) if kept else None
