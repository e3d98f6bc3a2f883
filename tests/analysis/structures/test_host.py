import json
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Species, Structure
from pymatgen.io.cif import CifWriter

from analysis.base.errors import InputError
from analysis.structures.host import Host, builtin_host, host_from_cif

LATP = Path(__file__).parents[2] / "data" / "latp.cif"


def ion(name: str) -> Species:
    return Species.from_str(name)


@pytest.fixture(scope="module")
def llzo() -> Host:
    return builtin_host()


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = LATP.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "edited.cif"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("cell", "units"), [("primitive", 4), ("conventional", 8), ([1, 1, 2], 8), ([2, 1, 1], 8)]
)
def test_llzo_has_24_atoms_per_formula_unit_in_every_cell(
    cell: str | list[int], units: int
) -> None:
    host = builtin_host(cell=cell)
    assert host.formula_units == units
    assert sum(host.counts.values()) == 24 * units


def test_llzo_is_li7la3zr2o12_per_formula_unit(llzo: Host) -> None:
    amounts = {element.symbol: amount for element, amount in llzo.formula_unit.items()}
    assert amounts == {"Li": 7, "La": 3, "Zr": 2, "O": 12}
    assert llzo.notes == ()


def test_llzo_lithium_has_15_sites_per_formula_unit(llzo: Host) -> None:
    assert len(llzo.mobile_sites) == 15 * 4


def test_llzo_bonds_are_those_of_the_refinement(llzo: Host) -> None:
    """Zr-O 6 x 2.093 A at a = 12.9556; the host's cell is larger by 0.1 %."""
    species = [next(iter(site.species)).symbol for site in llzo.structure]
    zr, oxygen = species.index("Zr"), [i for i, s in enumerate(species) if s == "O"]
    nearest = np.sort(llzo.structure.distance_matrix[zr, oxygen])
    assert nearest[:6] == pytest.approx(2.093 * 12.9682 / 12.9556, abs=2e-3)
    assert nearest[6] > 3


def test_sites_are_named_after_their_ions_cations_first(llzo: Host) -> None:
    cations = {"Li": ion("Li+"), "La": ion("La3+"), "Zr": ion("Zr4+")}
    assert llzo.cations == cations
    assert llzo.ions == {**cations, "O": ion("O2-")}


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({"Li": 2}, r"Li has the oxidation state \+2, and known are \+1: correct it"),
        ({"P": 9}, r"P has the oxidation state \+9"),
        ({"O": 0}, r"O has the oxidation state \+0"),
    ],
)
def test_an_oxidation_state_that_an_element_never_has_is_refused(
    states: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        host_from_cif(LATP, oxidation_states=states)


def test_formula_units_that_were_given_are_noted_where_they_part_atoms() -> None:
    assert not any("formula_units" in note for note in host_from_cif(LATP, formula_units=2).notes)
    double = host_from_cif(LATP, formula_units=1).notes
    assert any("formula_units is 1" in note and "P6O24" in note for note in double)
    notes = host_from_cif(LATP, formula_units=4).notes
    assert any("formula_units is 4" in note and "P1.5O6" in note for note in notes)
    with pytest.raises(InputError, match=r"formula_units is 25, and the cell holds .*up to 24"):
        host_from_cif(LATP, formula_units=25)


def test_unknown_builtin_host_is_refused() -> None:
    with pytest.raises(InputError, match="no built-in host is called 'LLTO'"):
        builtin_host("LLTO")


@pytest.mark.parametrize("cell", ["cubic", [2, 1], [0, 1, 1], [1.5, 1, 1]])
def test_unknown_cell_is_refused(cell: str | list[int]) -> None:
    with pytest.raises(InputError, match="unknown cell"):
        builtin_host(cell=cell)


def test_nasicon_counts_are_the_nearest_neutral_ones() -> None:
    """Two formula units of Li1.3Al0.3Ti1.7: 2.6 Li, 0.6 Al and 3.4 Ti on the four Al/Ti sites.

    Neutral are Li2Ti4 (off by 0.6 each) and Li3AlTi3 (off by 0.4 each).
    """
    host = host_from_cif(LATP)
    assert host.formula_units == 2
    assert host.counts == {
        ion("Li+"): 3,
        ion("Al3+"): 1,
        ion("Ti4+"): 3,
        ion("P5+"): 6,
        ion("O2-"): 24,
    }
    assert host.formula_unit["Li"] == 1.5
    assert "3 Li+ instead of 2.6" in host.notes[0]


def test_nasicon_sites_that_share_ions_are_one_sublattice() -> None:
    sizes = sorted(len(sub.sites) for sub in host_from_cif(LATP).sublattices)
    assert sizes == [4, 14]  # 2 f.u.: Al/Ti on 12c; Li on 6b and 36f together


def test_site_of_two_charges_is_named_by_the_ion(tmp_path: Path) -> None:
    path = tmp_path / "magnetite.cif"
    structure = Structure(
        Lattice.cubic(5),
        [{"Fe2+": 1}, {"Fe3+": 1}, {"Li+": 1}, "O2-", "O2-", "O2-"],
        [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]],
    )
    CifWriter(structure).write_file(path)
    assert set(host_from_cif(path).cations) == {"Li", "Fe2+", "Fe3+"}


def test_host_without_oxidation_states_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.cif"
    CifWriter(Structure(Lattice.cubic(4), ["Li", "F"], [[0, 0, 0], [0.5] * 3])).write_file(path)
    with pytest.raises(InputError, match=r"no oxidation state for F, Li: .*oxidation_states"):
        host_from_cif(path)


def test_oxidation_states_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "bare.cif"
    CifWriter(Structure(Lattice.cubic(4), ["Li", "F"], [[0, 0, 0], [0.5] * 3])).write_file(path)
    host = host_from_cif(path, oxidation_states={"Li": 1, "F": -1})
    assert host.counts == {ion("Li+"): 1, ion("F-"): 1}


def test_host_that_cannot_be_neutral_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, ("Ti4+ 4", "Ti4+ 3"), ("Al3+ 3", "Al3+ 2"))
    with pytest.raises(InputError, match=r"cannot be made neutral: its cell holds .*charge of -4"):
        host_from_cif(path)


def test_partial_host_without_z_takes_the_units_of_its_formula(tmp_path: Path) -> None:
    path = edited(tmp_path, ("_cell_formula_units_Z                   6\n", ""))
    host = host_from_cif(path)
    assert host.formula_units == 2
    # Six units of Li1.3Al0.3Ti1.7P3O12 in the file's cell, two in the primitive one.
    assert host.remarks == (
        "the file has no _cell_formula_units_Z: Li1.3Al0.3Ti1.7P3O12 was taken as the formula unit",
    )


def test_partial_host_without_z_and_formula_takes_the_units_of_its_full_sites(
    tmp_path: Path,
) -> None:
    formula = "_chemical_formula_sum                   'Li1.3 Al0.3 Ti1.7 P3 O12'\n"
    z = "_cell_formula_units_Z                   6\n"
    # 12 sites of Al and Ti, 18 of P and 72 of O, whatever of lithium's are filled.
    assert host_from_cif(edited(tmp_path, (z, ""), (formula, ""))).formula_units == 2


def test_units_that_are_given_win_over_z(tmp_path: Path) -> None:
    path = edited(
        tmp_path, ("_cell_formula_units_Z                   6", "_cell_formula_units_Z 7")
    )
    assert host_from_cif(path, formula_units=2).formula_units == 2


def test_a_cell_that_loses_an_element_is_refused_with_one_that_keeps_it(tmp_path: Path) -> None:
    # Of 0.1 Al, 2.1 Li and 3.9 Ti six cells hold 0.6, 12.6 and 23.4: 1, 13 and 23 are neutral and
    # nearer than 0, 12 and 24; with five or fewer cells none of Al is as near or nearer.
    path = edited(
        tmp_path,
        ("0.14145 0.15", "0.14145 0.025"),
        ("0.14145 0.85", "0.14145 0.975"),
        ("0.0     0.9", "0.0     0.65"),
        ("0.066666667", "0.0666667"),
        ("'Li1.3 Al0.3 Ti1.7", "'Li1.05 Al0.05 Ti1.95"),
    )
    with pytest.raises(InputError, match=r"leave out Al \(0\.1 atoms\): .* \[1, 2, 3\]"):
        host_from_cif(path)
    assert host_from_cif(path, cell=[1, 2, 3]).counts[ion("Al3+")] == 1


def test_a_cell_beyond_any_engine_is_refused() -> None:
    with pytest.raises(InputError, match=r"cell \[9, 9, 9\] holds \d+ sites, more than 5000"):
        host_from_cif(LATP, cell=[9, 9, 9])


@pytest.mark.parametrize("name", ["H", "D"])
def test_hydrogen_and_deuterium_have_one_oxidation_state(name: str, tmp_path: Path) -> None:
    rows = [("Li", 0.0), ("D", 0.5)]
    rock_salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.08), [each for each, _ in rows], [[x] * 3 for _, x in rows]
    )
    path = tmp_path / "lid.cif"
    path.write_text(str(CifWriter(rock_salt)))
    host = host_from_cif(path, oxidation_states={"Li": 1, name: -1})
    assert {str(ion): count for ion, count in host.counts.items()} in (
        {"Li+": 1, "H-": 1},
        {"Li+": 1, "D-": 1},
    )


@pytest.mark.parametrize("edge", [2.0, 1e-3])
def test_a_cell_without_room_for_its_atoms_is_refused(edge: float, tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    rows = "1 0 0\n0 1 0\n0 0 1\nLi Cl\n4 4\ndirect"
    sites = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    sites += [((x + 0.5) % 1, y, z) for x, y, z in sites]
    text = "\n".join(" ".join(map(str, site)) for site in sites)
    path.write_text(f"rock salt\n{edge}\n{rows}\n{text}\n")
    with pytest.raises(InputError, match=r"angstrom\^3 per atom, which no crystal has"):
        host_from_cif(path, oxidation_states={"Li": 1, "Cl": -1})


def test_lattice_vectors_in_a_plane_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    path.write_text("flat\n4\n1 0 0\n0 1 0\n1 1 0\nLi Cl\n1 1\ndirect\n0 0 0\n0.5 0.5 0.5\n")
    with pytest.raises(InputError, match=r"angstrom\^3 per atom, which no crystal has"):
        host_from_cif(path, oxidation_states={"Li": 1, "Cl": -1})


def test_an_oxidation_state_of_an_absent_element_is_refused() -> None:
    with pytest.raises(InputError, match=r"oxidation_states names Na, and .* has Al, Li, O, P, Ti"):
        host_from_cif(LATP, oxidation_states={"Na": 1})


def test_a_host_without_remarks_is_stored_without_them(llzo: Host) -> None:
    # Its document is compared with that of earlier campaigns.
    assert "remarks" not in llzo.as_dict()


def test_ordered_host_without_formula_units_takes_the_largest_common_divisor(
    tmp_path: Path,
) -> None:
    path = tmp_path / "li2o.cif"
    sites = [[0.25] * 3, [0.75] * 3, [0, 0, 0]]
    structure = Structure(Lattice.cubic(4.6), ["Li+", "Li+", "O2-"], sites)
    structure.make_supercell([2, 1, 1])
    text = "\n".join(
        line for line in str(CifWriter(structure)).splitlines() if "units_Z" not in line
    )
    path.write_text(text)
    assert host_from_cif(path, cell=[2, 1, 1]).formula_units == 2


def test_formula_units_that_do_not_fit_the_cell_are_refused(tmp_path: Path) -> None:
    path = edited(
        tmp_path, ("_cell_formula_units_Z                   6", "_cell_formula_units_Z 7")
    )
    with pytest.raises(InputError, match="correct _cell_formula_units_Z"):
        host_from_cif(path)


def test_host_without_the_mobile_element_is_refused() -> None:
    with pytest.raises(InputError, match="latp has no Na to move or to balance charge"):
        host_from_cif(LATP, mobile="Na")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        host_from_cif(tmp_path / "none.cif")


def test_file_that_is_no_cif_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.cif"
    path.write_text("not a crystal")
    with pytest.raises(InputError, match="not a CIF"):
        host_from_cif(path)


def test_host_survives_storage_as_a_document(llzo: Host) -> None:
    again = Host.from_dict(json.loads(json.dumps(llzo.as_dict())))
    assert again.counts == llzo.counts
    assert again.structure == llzo.structure
