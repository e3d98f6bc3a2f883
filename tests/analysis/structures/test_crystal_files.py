"""Rock salt, Li2O and their like in files of every kind, right and wrong."""

import json
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.structures.crystal_files import (
    is_crystal_file,
    read_crystal_file,
    read_reference_crystal,
)

SALT = """\
data_salt
_chemical_formula_sum 'Li Cl'
_cell_length_a 5.14(1)
_cell_length_b 5.14
_cell_length_c 5.14
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_cell_formula_units_Z 4
_space_group_name_H-M_alt 'F m -3 m'
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 0 0 0 1
Cl1 0.5 0.5 0.5 1
"""
ORDERED = Structure(Lattice.cubic(4), ["Li", "F"], [[0, 0, 0], [0.5] * 3])
VASP_4 = "salt\n1.0\n4 0 0\n0 4 0\n0 0 4\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n"
NAN = json.dumps(Structure(Lattice.cubic(4), ["Li"], [[float("nan"), 0, 0]]).as_dict())


def cif(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SALT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "salt.cif"
    path.write_text(text)
    return path


def test_rock_salt_has_eight_atoms(tmp_path: Path) -> None:
    found = read_crystal_file(cif(tmp_path))
    assert found.structure.composition.get_el_amt_dict() == {"Li": 4, "Cl": 4}
    assert found.notes == ()


@pytest.mark.parametrize(
    "changes",
    [
        (("data_salt", "DATA_salt"), ("loop_", "Loop_")),
        (
            (
                "_cell_formula_units_Z 4",
                "_publ_section_comment\n;\ndata_old\nloop_ of it\n;\n_cell_formula_units_Z 4",
            ),
        ),
        (("_atom_site_fract_x", "_ATOM_SITE_FRACT_X"), ("_cell_length_a", "_Cell_Length_A")),
        (("_space_group_name_H-M_alt", "_space_group.name_H-M_alt"),),
        (("0 0 0 1", "0 0 0 ."), ("0.5 0.5 0.5 1", "0.5 0.5 0.5 1.0(1)")),
        (("_chemical_formula_sum 'Li Cl'", "_chemical_formula_sum 'Li4 Cl4'"),),
        (("_chemical_formula_sum 'Li Cl'", "_chemical_formula_sum 'Li x Cl'"),),
    ],
)
def test_cifs_are_read_as_their_standard_has_it(
    tmp_path: Path, changes: tuple[tuple[str, str], ...]
) -> None:
    assert len(read_crystal_file(cif(tmp_path, *changes)).structure) == 8


def test_operations_under_a_name_of_the_newer_dictionary_are_read(tmp_path: Path) -> None:
    # The four centrings of F alone make rock salt of one Li and one Cl.
    listed = "\n".join(
        f"'{c}'" for c in ("x,y,z", "x,y+1/2,z+1/2", "x+1/2,y,z+1/2", "x+1/2,y+1/2,z")
    )
    name = "_space_group_name_H-M_alt 'F m -3 m'"
    path = cif(tmp_path, (name, f"loop_\n_space_group_symop.operation_xyz\n{listed}"))
    assert len(read_crystal_file(path).structure) == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # Without its symmetry the cell holds one formula where Z says four: half of nothing.
        (
            (("'Li Cl'", "'Li2 Cl'"),),
            r"its cell as read holds Li4Cl4, which is no multiple of .* Li2Cl1",
        ),
        ((("'Li Cl'", "'Li Cl O'"),), r"holds Li4Cl4, which is no multiple of .* Li1Cl1O1"),
        (
            (("data_salt", "data_salt\n_exptl_crystal_density_diffrn 1.04"),),
            r"density of 2\.07 g/cm3, and the file states 1\.04",
        ),
        ((("Cl1 0.5", "Cl1 0.25"),), r"holds Li4Cl24, which is no multiple of"),
        ((("0 0 0 1", "0 0 0 1.02"),), r"_atom_site_occupancy of site Li1 is 1\.02"),
        ((("0 0 0 1", "0 0 0 ?"),), r"_atom_site_occupancy of site Li1 is \?"),
        ((("0 0 0 1", "0 0 0 -0.1"),), r"_atom_site_occupancy of site Li1 is -0\.1"),
        ((("0 0 0 1", "? 0 0 1"),), r"_atom_site_fract_x of site Li1 is \?"),
        (
            (("0.5 0.5 0.5 1", "0.5 0.5 0.5 1\nNa1 0 0 0 0.02"), ("'Li Cl'", "'Li Na0.02 Cl'")),
            r"the occupancies of site \w+1 add up to 1\.02: correct them",
        ),
        ((("5.14(1)", "0"),), r"its cell of 0, 5\.14, 5\.14, 90, 90, 90 is none"),
        ((("5.14(1)", "nan"),), r"its cell of nan"),
        ((("0 0 0 1", "0.01 0 0 1"),), r"sites Li1 \(\d+\) and Li1 \(\d+\) are 0\.0\d+ angstrom"),
        ((("0.5 0.5 0.5 1", "0.06 0.0 0.0 1"),), r"angstrom apart and filled together"),
        ((("_atom_site_fract_z\n", "_other\n"),), r"no block has a cell and atoms"),
        (
            (("0 0 0 1", "0 0 0 0"), ("0.5 0.5 0.5 1", "0.5 0.5 0.5 0")),
            r"has no atoms: _atom_site_occupancy is 0 at every site",
        ),
        (
            (("data_salt", "data_salt\n_cell_volume 250.3(2)"),),
            r"its cell has a volume of 135\.8 angstrom\^3, and _cell_volume is 250\.3",
        ),
        # pymatgen leaves such sites out, or reads vanadium and copernicium.
        ((("Cl1", "OH1"),), r"_atom_site_label of site OH1 is OH1, which names no element"),
        ((("Cl1", "Va1"),), r"_atom_site_label of site Va1 is Va1, which names no element"),
        ((("Cl1", "CN1"),), r"_atom_site_label of site CN1 is CN1, which names no element"),
        ((("Cl1", "M1"),), r"_atom_site_label of site M1 is M1, which names no element"),
        (
            (
                ("_atom_site_label\n", "_atom_site_label\n_atom_site_type_symbol\n"),
                ("Li1 ", "Li1 Li+ "),
                ("Cl1 ", "Cl1 ? "),
            ),
            r"_atom_site_type_symbol of site Cl1 is \?, which names no element",
        ),
        ((("_atom_site_fract_z\n", ""),), r"a loop_ has not as many values as columns"),
    ],
)
def test_a_cif_that_cannot_be_right_is_refused(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_crystal_file(cif(tmp_path, *changes))


def test_the_first_of_several_crystals_is_taken_and_said(tmp_path: Path) -> None:
    path = tmp_path / "two.cif"
    path.write_text(SALT + SALT.replace("data_salt", "data_other").replace("5.14", "5.5"))
    found = read_crystal_file(path)
    assert found.structure.lattice.a == pytest.approx(5.14)
    assert found.notes == ("two.cif holds 2 crystals: salt is taken",)


def test_of_two_origins_that_counts_which_gives_the_formula(tmp_path: Path) -> None:
    # Diamond's 8a is at the origin in the first setting, at 1/8 in the second.
    changes = [("'F m -3 m'", "'F d -3 m'"), ("'Li Cl'", "'Li'"), ("units_Z 4", "units_Z 8")]
    changes += [("Cl1 0.5 0.5 0.5 1\n", "")]
    first = read_crystal_file(cif(tmp_path, *changes)).structure
    second = read_crystal_file(
        cif(tmp_path, *changes, ("0 0 0 1", "0.125 0.125 0.125 1"))
    ).structure
    assert len(first) == 8
    assert len(second) == 8


def test_a_poscar_and_jsons_of_a_structure_and_an_entry_are_read(tmp_path: Path) -> None:
    poscar, structure, entry = tmp_path / "POSCAR", tmp_path / "a.json", tmp_path / "b.json"
    ORDERED.to(filename=str(poscar), fmt="poscar")
    structure.write_text(json.dumps(ORDERED.as_dict()))
    entry.write_text(json.dumps(ComputedStructureEntry(ORDERED, -9.0).as_dict(), default=str))
    for path in (poscar, structure, entry):
        assert read_crystal_file(path).structure.composition.reduced_formula == "LiF"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", r"a\.json cannot be read as pymatgen's JSON"),
        ("a.json", "[1]", r"a\.json holds list, expected pymatgen's JSON"),
        ("POSCAR", "one line", r"POSCAR cannot be read as a POSCAR"),
        # Without names pymatgen takes hydrogen and helium.
        ("POSCAR", VASP_4, r"it names no elements: write them in the line above"),
        ("POSCAR", VASP_4.replace("1 1\n", "Li F\n1 1\n").replace("0 0 0", "0 x 0"), r"POSCAR"),
        ("a.json", NAN, r"its crystal has coordinates that are no finite numbers"),
        ("a.json", NAN.replace("NaN", "0").replace('"Li"', '"Xx"'), r"'Xx' is not a valid Element"),
        ("a.xyz", "", r"a\.xyz is of no known kind"),
        ("a.cif", "", r"a\.cif is not a CIF with a crystal"),
    ],
)
def test_files_without_a_crystal_are_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        read_crystal_file(tmp_path / name)


def test_a_reference_crystal_is_ordered_and_bears_no_charge(tmp_path: Path) -> None:
    assert read_reference_crystal(cif(tmp_path)).composition.formula == "Li4 Cl4"
    changes = (("0 0 0 1", "0 0 0 0.5"), ("'Li Cl'", "'Li0.5 Cl'"))
    with pytest.raises(InputError, match="has partial occupancies"):
        read_reference_crystal(cif(tmp_path, *changes))


def test_names_of_files_are_told_from_names_of_hosts() -> None:
    assert all(map(is_crystal_file, ("a.cif", "b/POSCAR", "c.mcif", "d.json.gz", "e.VASP")))
    assert not any(map(is_crystal_file, ("LLZO", "LLTO", "entries.csv")))


def test_a_magnetic_cif_gives_the_crystal_without_its_moments(tmp_path: Path) -> None:
    # MnO, antiferromagnetic, in the form of the magnetic crystallographic information file.
    operations = "\n".join(
        f"{i} {shift},{sign}1"
        for i, (shift, sign) in enumerate(
            [("x,y,z", "+"), ("-x,-y,-z", "+"), ("x,y,z+1/2", "-"), ("-x,-y,-z+1/2", "-")], start=1
        )
    )
    path = tmp_path / "mno.mcif"
    path.write_text(f"""\
data_mno
_cell_length_a 3.14
_cell_length_b 3.14
_cell_length_c 5.2
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_chemical_formula_sum 'Mn O'
loop_
_space_group_symop_magn_operation.id
_space_group_symop_magn_operation.xyz
{operations}
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Mn1 Mn 0 0 0 1
O1 O 0.5 0.5 0 1
loop_
_atom_site_moment.label
_atom_site_moment.crystalaxis_x
_atom_site_moment.crystalaxis_y
_atom_site_moment.crystalaxis_z
Mn1 0 0 4.6
""")
    found = read_crystal_file(path).structure
    assert found.composition.get_el_amt_dict() == {"Mn": 2, "O": 2}
    assert read_reference_crystal(path).site_properties == {}


def test_a_byte_order_mark_and_other_ends_of_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "salt.cif"
    for text in ("\ufeff" + SALT, SALT.replace("\n", "\r\n"), SALT.replace("\n", "\r")):
        path.write_bytes(text.encode())
        assert len(read_crystal_file(path).structure) == 8


def test_of_sites_with_one_label_each_is_checked(tmp_path: Path) -> None:
    rows = "Li1 0 0 0 1\nLi1 0 0 0 1\nLi1 0.25 0.25 0.25 0.01\nCl1 0.5 0.5 0.5 1\n"
    path = cif(tmp_path, ("Li1 0 0 0 1\nCl1 0.5 0.5 0.5 1\n", rows))
    with pytest.raises(InputError, match="the occupancies of site Li1 add up to 2"):
        read_crystal_file(path)
