"""Relaxed cells as CIF files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from workflows.results.structures import file_name, write_structures

if TYPE_CHECKING:
    from pathlib import Path

CELL = Structure(Lattice.cubic(4.1), ["Li", "Al"], [[0, 0, 0], [0.5, 0.5, 0.5]])
DOPANT = {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}
ALUMINIUM: dict[str, Any] = {
    "formula": "Li0.5Al0.5",
    "dopants": [DOPANT],
    "job_uuid": "1b9d6bcd-bbfd-4b2d",
    "structure": CELL.as_dict(),
}


def test_a_file_holds_the_cell_and_is_named_by_what_it_is(tmp_path: Path) -> None:
    (path,) = write_structures([ALUMINIUM], tmp_path / "new" / "cifs")
    assert path == tmp_path / "new" / "cifs" / "Li0.5Al0.5_Al3+Li_1b9d6bcd.cif"
    read = Structure.from_file(path)
    assert read.composition == CELL.composition
    assert read.lattice.abc == pytest.approx((4.1, 4.1, 4.1))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"dopants": []}, "Li0.5Al0.5_host_1b9d6bcd.cif"),
        (
            {"dopants": [DOPANT, {**DOPANT, "element": "Ta", "valence": 5, "site": "Zr"}]},
            "Li0.5Al0.5_Al3+Li-Ta5+Zr_1b9d6bcd.cif",
        ),
        ({"formula": "../../etc/passwd", "dopants": None}, "_.._etc_passwd_host_1b9d6bcd.cif"),
        ({"formula": None, "job_uuid": None}, "unknown_Al3+Li_.cif"),
    ],
)
def test_names_of_files(changes: dict[str, Any], name: str) -> None:
    assert file_name(ALUMINIUM | changes) == name


def test_what_has_no_structure_is_left_out(tmp_path: Path) -> None:
    assert write_structures([ALUMINIUM | {"structure": None}], tmp_path) == []


def test_nothing_is_replaced_unless_that_is_asked_for(tmp_path: Path) -> None:
    other = ALUMINIUM | {"formula": "Other"}
    (path,) = write_structures([other], tmp_path)
    path.write_text("precious")
    with pytest.raises(InputError, match="there already"):
        write_structures([ALUMINIUM, other], tmp_path)
    # all are looked at before the first is written
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    write_structures([other], tmp_path, overwrite=True)
    assert "precious" not in path.read_text()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_structures([ALUMINIUM], tmp_path / "file" / "cifs")
