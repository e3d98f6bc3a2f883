"""The complete VASP inputs of doped garnets, against the campaign's settings written out."""

from pathlib import Path

import pytest
from atomate2.vasp.files import write_vasp_input_set
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp.inputs import SETTINGS, Incar, Kpoints, Poscar
from standins.crystals import crystal_of
from standins.potcars import write_potcars

from makers.engines.registry import relax_maker

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

# What every garnet's run has, whatever its dopant (Materials Project, PBE). No GGA or METAGGA tag:
# the functional is that of the potentials. LMAXMIX is 6 for an element beyond Ba (La).
COMMON = {
    "ALGO": "Fast",
    "EDIFF": 1e-5,
    "EDIFFG": -0.01,
    "ENCUT": 520,
    "IBRION": 2,
    "ISIF": 3,
    "ISMEAR": -5,
    "ISPIN": 2,
    "LASPH": True,
    "LORBIT": 11,
    "LMAXMIX": 6,
    "LREAL": "Auto",
    "LWAVE": False,
    "NELM": 100,
    "NSW": 99,
    "PREC": "Accurate",
    "SIGMA": 0.05,
}
WITH_U = {"LDAU": True, "LDAUPRINT": 1, "LDAUTYPE": 2}


@pytest.fixture(autouse=True)
def potentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of potentials with headers and no physics."""
    monkeypatch.setitem(SETTINGS, "PMG_VASP_PSP_DIR", str(write_potcars(tmp_path / "potentials")))


def garnet(dopant: str, valence: int, site: str, *, lithium: int) -> Structure:
    """Li7La3Zr2O12 (primitive cell, 4 formula units) with one ion replaced and `lithium` Li.

    The Li sites are filled in order: inputs depend on the composition and the cell alone.
    """
    ions = {"La": 3, "Zr": 4, "O": -2, "Li": 1}
    crystal = crystal_of(
        "Ia-3d",
        Lattice.cubic(12.97),
        ["La", "Zr", "O", "Li", "Li"],
        [
            [1 / 8, 0, 1 / 4],
            [0, 0, 0],
            [-0.0309, 0.0547, 0.1487],
            [3 / 8, 0, 1 / 4],
            [0.0983, 0.6858, 0.5767],
        ],
    ).get_primitive_structure()
    crystal.add_oxidation_state_by_element(ions)
    crystal.replace(crystal.indices_from_symbol(site)[0], f"{dopant}{valence}+")
    crystal.remove_sites(crystal.indices_from_symbol("Li")[lithium:])
    assert crystal.charge == 0
    return crystal.add_site_property("magmom", [None] * len(crystal))


def inputs(
    structure: Structure, folder: Path, **settings: object
) -> tuple[Incar, Kpoints, Poscar, list[str]]:
    """Write the inputs as the job does, and read back INCAR, KPOINTS, POSCAR and POTCAR titles."""
    maker = relax_maker("vasp", settings)
    write_vasp_input_set(structure, maker.input_set_generator, directory=folder)
    titles = [
        line.split()[3]
        for line in (folder / "POTCAR").read_text().splitlines()
        if line.split()[:2] == ["TITEL", "="]
    ]
    return (
        Incar.from_file(folder / "INCAR"),
        Kpoints.from_file(folder / "KPOINTS"),
        Poscar.from_file(folder / "POSCAR", check_for_potcar=False),
        titles,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    run.mkdir()
    return run


def test_tungsten_has_its_u(folder: Path) -> None:
    # W6+ on Zr4+ removes two of 28 Li
    incar, _, poscar, titles = inputs(garnet("W", 6, "Zr", lithium=26), folder)
    assert poscar.site_symbols == ["Li", "La", "Zr", "W", "O"]
    assert poscar.natoms == [26, 12, 7, 1, 48]
    assert titles == ["Li_sv", "La", "Zr_sv", "W_pv", "O"]
    assert incar == COMMON | WITH_U | {
        "LDAUJ": [0] * 5,
        "LDAUL": [0, 0, 0, 2, 0],
        "LDAUU": [0, 0, 0, 6.2, 0],
        "MAGMOM": [0.6] * 45 + [5.0] + [0.6] * 48,
    }


def test_aluminium_has_no_u_at_all(folder: Path) -> None:
    # Al3+ on Li+ is one of the 28 and removes two more
    incar, _, poscar, titles = inputs(garnet("Al", 3, "Li", lithium=25), folder)
    assert dict(zip(poscar.site_symbols, poscar.natoms, strict=True)) == {
        "La": 12,
        "Li": 25,
        "Zr": 8,
        "Al": 1,
        "O": 48,
    }
    assert titles == ["Li_sv", "La", "Zr_sv", "Al", "O"]
    assert not any(tag.startswith("LDAU") for tag in incar)
    assert {tag: incar[tag] for tag in COMMON} == COMMON
    assert incar.keys() - COMMON.keys() == {"MAGMOM"}


def test_iron_has_its_u_and_starts_magnetic(folder: Path) -> None:
    incar, _, poscar, titles = inputs(garnet("Fe", 3, "Li", lithium=25), folder)
    iron = poscar.site_symbols.index("Fe")
    before = sum(poscar.natoms[:iron])
    assert titles[iron] == "Fe_pv"
    assert incar["LDAUU"][iron] == 5.3
    assert incar["LDAUL"][iron] == 2
    assert incar["MAGMOM"][before] == 5.0
    assert {tag: incar[tag] for tag in COMMON | WITH_U} == COMMON | WITH_U


def test_starting_moment_follows_the_valence(folder: Path) -> None:
    # 7 f electrons of Gd3+; an undecorated Gd would start at 0.6
    incar, _, poscar, _ = inputs(garnet("Gd", 3, "La", lithium=28), folder)
    before = sum(poscar.natoms[: poscar.site_symbols.index("Gd")])
    assert incar["MAGMOM"][before] == 7.0


def test_mesh_has_64_points_per_reciprocal_volume(folder: Path) -> None:
    # (64 (2 pi)^3 / 1091 Å^3)^(1/3) = 2.44 points along each of three equal axes
    _, kpoints, _, _ = inputs(garnet("W", 6, "Zr", lithium=26), folder)
    assert kpoints.kpts == [(2, 2, 2)]
    assert kpoints.style == Kpoints.supported_modes.Monkhorst


def test_u_is_for_oxides_and_fluorides_only(folder: Path) -> None:
    alloy = Structure(Lattice.cubic(2.8), ["Fe", "Al"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    incar, *_ = inputs(alloy, folder)
    assert "LDAU" not in incar


def test_settings_reach_the_incar(folder: Path) -> None:
    structure = garnet("Al", 3, "Li", lithium=25)
    incar, *_ = inputs(structure, folder, force_threshold=0.02, incar={"encut": 600, "NCORE": 4})
    changed = {"EDIFFG": -0.02, "ENCUT": 600, "NCORE": 4}
    assert {tag: incar[tag] for tag in COMMON | changed} == COMMON | changed


def test_changed_energies_are_a_scheme_of_their_own() -> None:
    usual = relax_maker("vasp", {}).scheme
    assert relax_maker("vasp", {"incar": {"NCORE": 4}}).scheme == usual
    other = relax_maker("vasp", {"incar": {"ENCUT": 600}}).scheme
    assert other.potentials == f"{usual.potentials}, ENCUT=600"
    release = relax_maker("vasp", {"potcar_functional": "PBE_54"}).scheme
    assert release.potentials == f"{usual.potentials}, release PBE_54"
