"""Files that hold a crystal: CIF and mCIF, POSCAR, and pymatgen's JSON."""

import gzip
import json
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from monty.json import MontyDecoder
from pymatgen.core import DummySpecies, Structure

from analysis.base.errors import InputError
from analysis.structures.cif_reader import FOREIGN_ERRORS, read_cif
from analysis.structures.crystal_checks import check_against_file, check_distances, formula_units

CIF_ENDINGS: Final = (".cif", ".mcif")
JSON_ENDINGS: Final = (".json", ".json.gz")
POSCAR_NAMES: Final = ("POSCAR", "CONTCAR")
POSCAR_ENDINGS: Final = (".vasp", ".poscar")
# pymatgen warns of this, and takes H, He, Li.
NAMELESS: Final = "Elements in POSCAR cannot be determined"


@dataclass(frozen=True)
class CrystalFile:
    """The crystal of a file, in the file's own cell.

    Attributes
    ----------
    structure
        Its sites; oxidation states as far as the file has them.
    items
        The data of a CIF's block, by names in lower case; empty for other files.
    notes
        What was changed in reading.
    """

    structure: Structure
    items: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def is_crystal_file(name: str) -> bool:
    """Whether a name is that of a file that may hold a crystal."""
    path = Path(name)
    endings = (*CIF_ENDINGS, *JSON_ENDINGS, *POSCAR_ENDINGS)
    return name.lower().endswith(endings) or path.name.upper().startswith(POSCAR_NAMES)


def read_crystal_file(path: Path) -> CrystalFile:
    """Read the crystal of a file.

    Raises
    ------
    InputError
        There is no such file, or no crystal in it that can be right.
    """
    if not path.is_file():
        msg = f"no such file: {path} (a crystal's CIF, POSCAR or JSON)"
        raise InputError(msg)
    if path.name.lower().endswith(CIF_ENDINGS):
        return _from_cif(path)
    if path.name.lower().endswith(JSON_ENDINGS):
        structure = _foreign(path, "pymatgen's JSON of a crystal", _from_json)
    elif is_crystal_file(path.name):
        structure = _foreign(path, "a POSCAR", _from_poscar)
    else:
        msg = f"{path} is of no known kind: give a .cif, .mcif, .json or .vasp, or a POSCAR"
        raise InputError(msg)
    check_distances(structure, path)
    return CrystalFile(structure)


def read_reference_crystal(path: Path) -> Structure:
    """Read an ordered crystal for the alignment of energies, as elements without charges.

    Raises
    ------
    InputError
        As `read_crystal_file`; or the crystal has partial occupancies.
    """
    structure = read_crystal_file(path).structure
    if not structure.is_ordered:
        msg = f"{path} has partial occupancies: a reference crystal must be ordered"
        raise InputError(msg)
    elements = [site.specie.symbol for site in structure]
    return Structure(structure.lattice, elements, structure.frac_coords)


def _from_cif(path: Path) -> CrystalFile:
    """Read a CIF; of two settings of its space group that counts which agrees with its formula."""
    found = read_cif(path)
    sound, errors = [], []
    for structure in found.structures:
        try:
            check_distances(structure, path)
            check_against_file(structure, found.items, path)
            sound.append(structure)
        except InputError as error:
            errors.append(error)
    if not sound:
        raise errors[0]
    if len(sound) > 1:
        sound = [each for each in sound if _agrees_with_z(each, found.items, path)] or sound
    if len(sound) > 1:
        msg = (
            f"{path}: its space group has settings of {len(sound)} origins, and both may be meant: "
            "list the symmetry operations, or write the setting (F d -3 m :2)"
        )
        raise InputError(msg)
    return CrystalFile(sound[0], found.items, found.notes)


def _agrees_with_z(structure: Structure, items: Mapping[str, Any], path: Path) -> bool:
    try:
        formula_units(structure, items, path)
    except InputError:
        return False
    return True


def _foreign(path: Path, what: str, read: Callable[[Path], Any]) -> Structure:
    try:
        structure = read(path)
    except (*FOREIGN_ERRORS, OSError, EOFError, zlib.error, Warning) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if reason.startswith(NAMELESS):
            reason = "it names no elements: write them in the line above the numbers of atoms"
        msg = f"{path} cannot be read as {what}: {reason}"
        raise InputError(msg) from error
    if not isinstance(structure, Structure) or not len(structure):
        msg = f"{path} holds {type(structure).__name__}, expected {what}"
        raise InputError(msg)
    if problem := problem_of(structure):
        msg = f"{path}: {problem}"
        raise InputError(msg)
    return structure


def problem_of(structure: Structure) -> str | None:
    """Say what keeps a structure from being a crystal; None if nothing does."""
    if unknown := [str(ion) for ion in structure.composition if isinstance(ion, DummySpecies)]:
        return f"its crystal holds {', '.join(unknown)}, which is no element"
    if not (
        np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.cart_coords).all()
    ):
        return "its crystal has coordinates that are no finite numbers"
    return None


def _from_poscar(path: Path) -> Structure:
    # Imported here: it takes half a second, and specifications ask for names of files alone.
    from pymatgen.io.vasp import Poscar

    with warnings.catch_warnings():
        warnings.filterwarnings("error", NAMELESS)
        return Poscar.from_str(_text(path)).structure


def _from_json(path: Path) -> Any:
    found = MontyDecoder().process_decoded(json.loads(_text(path)))
    return getattr(found, "structure", found)


def _text(path: Path) -> str:
    content = path.read_bytes()
    plain = gzip.decompress(content) if path.suffix == ".gz" else content
    return plain.decode("utf-8-sig", errors="replace")
