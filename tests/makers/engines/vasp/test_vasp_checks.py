from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from pymatgen.core import SETTINGS
from pymatgen.io.vasp.sets import MPRelaxSet
from standins.potcars import potcar, write_potcars

from analysis.base.errors import DoubtError, InputError
from makers.engines.vasp.vasp_checks import check_potcars, check_valences
from makers.engines.vasp.vasp_engine import VaspEngine
from makers.engines.vasp.vasp_scheme import flavour
from makers.engines.vasp.vasp_settings import VaspSettings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def potentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the PBE potentials of a garnet, headers only."""
    folder = write_potcars(tmp_path / "potentials")
    monkeypatch.setitem(SETTINGS, "PMG_VASP_PSP_DIR", str(folder))
    return folder / "POT_GGA_PAW_PBE"


def generator() -> MPRelaxSet:
    return MPRelaxSet()


@pytest.mark.parametrize(("element", "symbol"), [("Li", "Li_sv"), ("W", "W_pv"), ("O", "O")])
def test_the_flavour_is_the_materials_projects(element: str, symbol: str) -> None:
    assert flavour(generator(), element) == symbol


@pytest.mark.usefixtures("potentials")
def test_potentials_that_pymatgen_does_not_know_are_doubtful() -> None:
    with pytest.raises(DoubtError, match=r"2 potentials .* knows other files for Li_sv"):
        check_potcars(generator(), ["Li", "O"])


@pytest.mark.usefixtures("potentials")
def test_missing_potentials_are_named_all_at_once() -> None:
    with pytest.raises(InputError, match=r"Nb_pv: You do not have .*Ta_pv: You do not") as refused:
        check_potcars(generator(), ["Li", "Nb", "Ta"])
    assert not isinstance(refused.value, DoubtError)


def test_another_flavour_under_the_right_name_is_refused(potentials: Path) -> None:
    (potentials / "POTCAR.Li_sv").write_text(potcar("Li", 1))
    with pytest.raises(InputError, match="the file of Li_sv holds PAW_PBE Li 01Jan2000"):
        check_potcars(generator(), ["Li"])


def test_another_functional_is_refused(potentials: Path) -> None:
    text = potcar("O", 6).replace("LEXCH  = PE", "LEXCH  = CA")
    (potentials / "POTCAR.O").write_text(text)
    with pytest.raises(InputError, match="O is made for LEXCH = CA, not PE"):
        check_potcars(generator(), ["O"])


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01 junk", b"  PAW_PBE O 08Apr2002\n", b"\xff\xfe\x00"]
)
def test_a_damaged_potential_is_named(content: bytes, potentials: Path) -> None:
    (potentials / "POTCAR.O").write_bytes(content)
    with pytest.raises(InputError, match="cannot be used: O: ") as refused:
        check_potcars(generator(), ["Li", "O"])
    assert not isinstance(refused.value, DoubtError)


def test_a_packed_potential_that_is_cut_off_is_named(potentials: Path) -> None:
    raw = gzip.compress((potentials / "POTCAR.O").read_bytes())
    (potentials / "POTCAR.O").unlink()
    (potentials / "POTCAR.O.gz").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InputError, match="O: its file is damaged or holds no potential"):
        check_potcars(generator(), ["O"])


def test_a_valence_that_a_potential_does_not_leave_is_doubtful() -> None:
    with pytest.raises(DoubtError, match=r"^VASP's potential Tb_3 .* Tb4\+ is computed as Tb3\+$"):
        check_valences(VaspEngine().doubtful_valences(VaspSettings(), [("Tb", 4)]))
    found = check_valences(VaspEngine().doubtful_valences(VaspSettings(), [("Gd", 3)]))
    assert found == "no potential fixes another valence than a dopant's"
