import re
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Lattice

from analysis.base.errors import InputError
from analysis.structures.cif_symmetry import _check_group, _table, settings_of

FILE = Path("host.cif")
CUBIC = Lattice.cubic(8)
HEXAGONAL = Lattice.hexagonal(9, 22)
MONOCLINIC = Lattice.monoclinic(7, 6.5, 13, 93)
NAME = "_space_group_name_h-m_alt"
NUMBER = "_space_group_it_number"
HALL = "_space_group_name_hall"
OPERATIONS = "_symmetry_equiv_pos_as_xyz"


def orders(lattice: Lattice, **items: Any) -> list[int]:
    return [len(operations) for operations in settings_of(items, lattice, FILE)]


def named(name: str, lattice: Lattice) -> list[int]:
    return orders(lattice, **{NAME: name})


@pytest.mark.parametrize(
    ("name", "lattice", "order"),
    [
        # Orders of the groups, times the lattice points of a centred cell.
        ("P 1 21/c 1", MONOCLINIC, 4),
        ("P2_1/c", MONOCLINIC, 4),
        ("P2(1)/c", MONOCLINIC, 4),
        ("P2(1)2(1)2(1)", Lattice.orthorhombic(4, 5, 6), 4),
        ("I 41/a -3 2/d", CUBIC, 96),
        ("F 4/m -3 2/m", CUBIC, 192),
        ("P 21/c", MONOCLINIC, 4),
        ("P 21/n", MONOCLINIC, 4),
        ("C2/m", MONOCLINIC, 8),
        ("I a -3 d", CUBIC, 96),
        ("Ia3d", CUBIC, 96),
        ("F m -3 m", CUBIC, 192),
        ("F d -3 m :1", CUBIC, 192),
        ("F d -3 m Z", CUBIC, 192),
        ("R -3 c", HEXAGONAL, 36),
        ("R -3 c :H", HEXAGONAL, 36),
        ("P 63/m m c", HEXAGONAL, 24),
        ("P 1", MONOCLINIC, 1),
        ("-P 2ybc", MONOCLINIC, 4),
        ("A b a 2", Lattice.orthorhombic(4, 5, 6), 8),
    ],
)
def test_a_name_is_read_as_people_write_it(name: str, lattice: Lattice, order: int) -> None:
    assert named(name, lattice) == [order]


def test_a_short_monoclinic_name_has_the_unique_axis_b() -> None:
    (operations,) = settings_of({NAME: "P 21/n"}, MONOCLINIC, FILE)
    assert set(operations) == {
        "x,y,z",
        "-x+1/2,y+1/2,-z+1/2",
        "-x,-y,-z",
        "x+1/2,-y+1/2,z+1/2",
    } or {"x-1/2,-y-1/2,z-1/2"} <= set(operations)


def test_a_name_with_two_origins_gives_both() -> None:
    assert named("F d -3 m", CUBIC) == [192, 192]


def test_a_number_alone_is_the_standard_setting() -> None:
    assert orders(CUBIC, **{NUMBER: "221"}) == [48]
    assert orders(MONOCLINIC, **{NUMBER: "14"}) == [4]


def test_operations_that_are_listed_count() -> None:
    assert orders(CUBIC, **{OPERATIONS: ["x,y,z", "-x,-y,-z"], NAME: "nonsense"}) == [2]


def test_operations_may_round_a_third_and_be_listed_twice() -> None:
    screw = ["x,y,z", "-y,x-y,z+0.333", "-x+y,-x,z+0.667"]
    assert orders(HEXAGONAL, **{OPERATIONS: [*screw, "x,y,z"], NAME: "P 31"}) == [4]


def test_operations_of_any_setting_agree_with_the_number() -> None:
    for setting in _table()[::60]:
        _check_group(setting["symops"], {NUMBER: str(setting["number"])}, FILE)


def test_the_hall_symbol_tells_the_origin() -> None:
    assert named("F d -3 m", CUBIC) == [192, 192]
    assert orders(CUBIC, **{NAME: "F d -3 m", HALL: "-F 4vw 2vw 3"}) == [192]


def test_one_readable_name_is_enough() -> None:
    assert orders(MONOCLINIC, **{NAME: "P 21/q", HALL: "-P 2ybc"}) == [4]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({}, "host.cif states no symmetry"),
        ({NAME: "?"}, "host.cif states no symmetry"),
        ({NAME: "P 99"}, "space group P 99 is not readable"),
        ({NUMBER: "231"}, "space group number 231 is not readable"),
        ({NUMBER: "x"}, "the number of its space group is 'x'"),
        ({NAME: "P m -3 m", NUMBER: "225"}, "space group P m -3 m has the number 221, not 225"),
        ({NAME: "P 63/m m c"}, "its space group P 63/m m c does not fit its cell"),
        ({OPERATIONS: ["x,y,z", "-y,x-y,z"]}, "its symmetry operations do not fit its cell"),
        ({OPERATIONS: ["x,y,z", "x,y"]}, "the symmetry operation 'x,y' is none"),
        ({OPERATIONS: ["x,y,z", "x,y,."]}, "the symmetry operation 'x,y,.' is none"),
        ({OPERATIONS: ["x,x,x"]}, "the symmetry operation 'x,x,x' is none"),
        # The identity is missing, and the product of the first two with it.
        ({OPERATIONS: ["-x,-y,-z"]}, "its 1 symmetry operations are not all of a space group"),
        (
            {OPERATIONS: ["x,y,z", "-x,y+1/2,-z+1/2", "-x,-y,-z"]},
            "its 3 symmetry operations are not all of a space group",
        ),
        (
            {OPERATIONS: ["x,y,z"], NAME: "P 1 21/c 1"},
            "are those of P 1 (number 1), and its space group is P 1 21/c 1: correct one of them",
        ),
        (
            {OPERATIONS: ["x,y,z", "-x,-y,-z"], NUMBER: "225"},
            "are those of P -1 (number 2), and its space group is number 225",
        ),
        (
            {NAME: "P 1 21/c 1", HALL: "-P 2yn"},
            "its space group has names of different settings, P 1 21/c 1, -P 2yn: correct one",
        ),
    ],
)
def test_a_symmetry_that_cannot_be_right_is_refused(items: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        settings_of(items, CUBIC, FILE)
