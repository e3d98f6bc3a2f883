"""The symmetry of a CIF: operations that it lists, or those of the space group that it names.

pymatgen takes the identity alone where it knows a name not, and reads a molecule of the cell as the
whole crystal: a name is looked up here first, and one that nobody knows is refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pymatgen.symmetry
import spglib
from pymatgen.core import Lattice
from pymatgen.core.operations import SymmOp
from pymatgen.symmetry.groups import SYMM_DATA

from analysis.base.errors import InputError

OPERATIONS: Final = "_symmetry_equiv_pos_as_xyz"
NAMES: Final = (
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_hall",
    "_space_group_name_hall",
)
NUMBERS: Final = ("_space_group_it_number", "_symmetry_int_tables_number")
# Edges and angles are refined to 1e-4; a metric that an operation changes by more is of another
# crystal system.
METRIC_TOLERANCE: Final = 0.01
TRANSLATION_TOLERANCE: Final = 0.005
"""Of a cell edge: 0.33 is a third."""
UNKNOWN: Final = frozenset({"", "?", "."})
# ICSD marks the setting by a letter after the name.
ICSD_SETTINGS: Final = {"s": ":1", "z": ":2", "h": ":h", "r": ":r"}

Operations = tuple[str, ...]


def settings_of(items: Mapping[str, Any], lattice: Lattice, path: Path) -> list[Operations]:
    """List the sets of operations that a CIF's symmetry may mean; more than one for two origins.

    Parameters
    ----------
    items
        The data of the block, by names in lower case.
    lattice
        Its cell.
    path
        The file, for messages.

    Raises
    ------
    InputError
        The block states no symmetry, one that nobody knows, or one that its cell does not have.
    """
    listed = items.get(OPERATIONS)
    if listed:
        operations = tuple([listed] if isinstance(listed, str) else listed)
        _check_operations(operations, path)
        if not _fits(operations, lattice):
            msg = f"{path}: its symmetry operations do not fit its cell: correct one of them"
            raise InputError(msg)
        _check_group(operations, items, path)
        return [operations]
    found = _named(items, path)
    fitting = [operations for operations in dict.fromkeys(found) if _fits(operations, lattice)]
    if not fitting:
        msg = (
            f"{path}: its space group {_words(items)} does not fit its cell: correct one of them, "
            f"or list the operations ({OPERATIONS})"
        )
        raise InputError(msg)
    return fitting


def _check_operations(operations: Operations, path: Path) -> None:
    for operation in operations:
        try:
            readable = abs(abs(np.linalg.det(_rotation(operation))) - 1) < 1e-6  # noqa: PLR2004, noise
        except ValueError:
            readable = False
        if not readable or operation.count(",") != 2:  # noqa: PLR2004, x, y and z
            msg = f"{path}: the symmetry operation {operation!r} is none: write it as x,y,z+1/2"
            raise InputError(msg)


def _rotation(operation: str) -> np.ndarray:
    return np.asarray(SymmOp.from_xyz_str(operation).rotation_matrix)


def _check_group(operations: Operations, items: Mapping[str, Any], path: Path) -> None:
    """Refuse operations that are no group, or another one than the file names."""
    symmetry = [SymmOp.from_xyz_str(operation) for operation in dict.fromkeys(operations)]
    turns = np.array([each.rotation_matrix for each in symmetry]).round().astype(int)
    shifts = np.array([_shift(each) for each in symmetry])
    if not _is_closed(turns, shifts):
        msg = (
            f"{path}: its {len(operations)} symmetry operations are not all of a space group: one "
            f"is missing or wrong; correct {OPERATIONS}, or leave them out and name the group"
        )
        raise InputError(msg)
    group = spglib.get_spacegroup_type_from_symmetry(turns, shifts)
    stated = {name: {each["number"] for each in hits} for name, hits in _readable(items).items()}
    if (number := _first(items, NUMBERS)).isdigit():
        stated[f"number {number}"] = {int(number)}
    if group is None:  # one that spglib does not recognise
        return
    other = next((name for name in stated if group.number not in stated[name]), None)
    if other:
        msg = (
            f"{path}: its symmetry operations are those of {group.international_full} (number "
            f"{group.number}), and its space group is {other}: correct one of them"
        )
        raise InputError(msg)


def _shift(operation: SymmOp) -> np.ndarray:
    """Return the translation of an operation, written out where it is rounded: 1/3 for 0.333."""
    shift = np.asarray(operation.translation_vector)
    exact = (shift * 24).round() / 24
    return np.where(np.abs(shift - exact) < TRANSLATION_TOLERANCE, exact, shift)


def _is_closed(turns: np.ndarray, shifts: np.ndarray) -> bool:
    """Whether the product of any two operations is one of them, but for whole translations."""
    own = _rows(turns, shifts)
    products = turns[:, None] @ turns
    moves = (turns @ shifts.T).transpose(0, 2, 1) + shifts[:, None]
    every = np.vstack([own, _rows(products, moves)])
    return len(np.unique(every, axis=0)) == len(np.unique(own, axis=0))


def _rows(turns: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    wrapped = (shifts.reshape(-1, 3) * 1000).round() % 1000
    return np.hstack([turns.reshape(-1, 9), wrapped])


def same_operations(found: Iterable[SymmOp], operations: Iterable[str]) -> bool:
    """Whether two lists hold the same operations, in any order."""
    wanted = {_plain(SymmOp.from_xyz_str(operation)) for operation in operations}
    return {_plain(operation) for operation in found} == wanted


def _plain(operation: SymmOp) -> tuple[float, ...]:
    shift = np.round(operation.translation_vector, 3) % 1
    return (*operation.rotation_matrix.round().ravel().tolist(), *shift.tolist())


def _named(items: Mapping[str, Any], path: Path) -> list[Operations]:
    named, number = _first(items, NAMES), _number(items, path)
    if not named and number is None:
        msg = (
            f"{path} states no symmetry: list its operations ({OPERATIONS}), or "
            "_space_group_IT_number 1 if it lists all atoms of the cell"
        )
        raise InputError(msg)
    readings = _readable(items)
    if not named and (found := _by_number(number, _table())):
        readings = {f"number {number}": found}
    if not readings:
        msg = (
            f"{path}: the space group {_words(items)} is not readable, and no operations are "
            f"listed: write its full name (P 1 21/c 1), or list the operations ({OPERATIONS})"
        )
        raise InputError(msg)
    first, *others = readings.values()
    hits = [each for each in first if all(each in other for other in others)]
    if not hits:
        msg = (
            f"{path}: its space group has names of different settings, {', '.join(readings)}: "
            "correct one of them"
        )
        raise InputError(msg)
    if number is not None and number not in {setting["number"] for setting in hits}:
        name = next(iter(readings))
        msg = f"{path}: the space group {name} has the number {hits[0]['number']}, not {number}"
        raise InputError(msg)
    return [tuple(setting["symops"]) for setting in hits]


def _readable(items: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the settings that each name of the space group may mean, without unknown names."""
    names = [name for key in NAMES if (name := _first(items, [key]))]
    found = {name: _by_name(name, _table()) for name in dict.fromkeys(names)}
    return {name: hits for name, hits in found.items() if hits}


def _by_name(name: str, settings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    for key in _spellings(_key(name)):
        if hits := [each for each in settings if key in each["keys"]]:
            return hits
    return _by_number(_numbers().get(_key(name)), settings)


def _by_number(
    number: int | None, settings: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the first, standard setting of a number, and its other origins or axes."""
    of_number = [each for each in settings if each["number"] == number]
    return [each for each in of_number if each["name"] == of_number[0]["name"]]


def _spellings(key: str) -> Iterator[str]:
    """Yield ways to read a name: as it is, of the unique axis b, with ICSD's letter, in old style.

    Fm3m was written for Fm-3m, and P21/c is short for P121/c1.
    """
    yield key
    yield f"{key[:1]}1{key[1:]}1"
    if key[-1:] in ICSD_SETTINGS:
        yield key[:-1] + ICSD_SETTINGS[key[-1]]
        yield key[:-1]
    yield re.sub(r"(?<=[a-z])3(?=[a-z]|$)", "-3", key)


def _key(name: str) -> str:
    """Write a name as one word: P2(1)/c, P 21/c and P2_1/c are the same."""
    return re.sub(r"[\s_'\"()]", "", name).lower()


def _first(items: Mapping[str, Any], names: Sequence[str]) -> str:
    values = (str(items.get(name, "")).strip() for name in names)
    return next((value for value in values if value not in UNKNOWN), "")


def _number(items: Mapping[str, Any], path: Path) -> int | None:
    text = _first(items, NUMBERS)
    if text and not text.isdigit():
        msg = (
            f"{path}: the number of its space group is {text!r}: give a whole number from 1 to 230"
        )
        raise InputError(msg)
    return int(text) if text else None


def _words(items: Mapping[str, Any]) -> str:
    return _first(items, NAMES) or f"number {_first(items, NUMBERS)}"


def _fits(operations: Operations, lattice: Lattice) -> bool:
    """Tell whether operations leave the cell's metric as it is."""
    metric = lattice.matrix @ lattice.matrix.T
    scale = np.sqrt(np.outer(metric.diagonal(), metric.diagonal()))
    for operation in operations:
        rotation = _rotation(operation)
        if (np.abs(rotation.T @ metric @ rotation - metric) > METRIC_TOLERANCE * scale).any():
            return False
    return True


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    """Give the numbers of names that the settings lack: full ones (I 41/a -3 2/d), and Aba2."""
    types = [spglib.get_spacegroup_type(hall) for hall in range(1, 531)]
    full = {_key(each.international_full): each.number for each in reversed(types) if each}
    # Aba2 is Aea2 in that table.
    short = {_key(k): v["int_number"] for k, v in SYMM_DATA["space_group_encoding"].items()}
    return full | short


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, Any], ...]:
    """Read pymatgen's table of settings, without those of transformed cells."""
    file = Path(pymatgen.symmetry.__file__).parent / "symm_ops.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    return tuple(
        {
            "number": row["number"],
            "name": row["hermann_mauguin"],
            "symops": row["symops"],
            "keys": {_key(row[k]) for k in ("universal_h_m", "hermann_mauguin", "hall")},
        }
        for row in sorted(rows, key=lambda row: row["number"])
        if "(" not in row["universal_h_m"]
    )
