import gzip
from pathlib import Path

import pytest
from monty.serialization import dumpfn
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.entries.compatibility import MaterialsProject2020Compatibility
from pymatgen.entries.computed_entries import ComputedEntry, ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.energies.entry_phases import file_phases
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import (
    table_crystals,
    table_phases,
    whole_table,
)
from analysis.energies.schemes import (
    MATERIALS_PROJECT_2019,
    MATERIALS_PROJECT_2020,
    SchemeMismatchError,
)

GARNET = ["Li", "La", "Zr", "O"]
MP_PARAMETERS = {
    "run_type": "GGA",
    "hubbards": {},
    "potcar_spec": [{"titel": "PAW_PBE Li_sv 23Jan2001"}],
}


def entry(formula: str, energy: float, **data: object) -> ComputedEntry:
    return ComputedEntry(formula, energy, parameters=MP_PARAMETERS, data=data, entry_id=formula)


def write(tmp_path: Path, entries: object, name: str = "entries.json") -> Path:
    path = tmp_path / name
    dumpfn(entries, path)
    return path


def test_table_holds_every_formula_of_the_garnet_system() -> None:
    phases = table_phases(GARNET)
    assert all({e.symbol for e in p.composition} <= set(GARNET) for p in phases.phases)
    assert {"Li", "O2", "Li2O", "La2O3", "ZrO2", "La2Zr2O7", "Li7La3Zr2O12"} <= set(
        phases.by_formula
    )


def test_table_agrees_with_measured_formation_enthalpies_of_host_oxides() -> None:
    # NIST-JANAF: Li2O -2.066, ZrO2 -3.80 eV/atom at 298 K; PBE with corrections is within 0.1.
    phases = table_phases(GARNET)
    assert phases.phase("Li2O").formation_energy_per_atom == pytest.approx(-2.066, abs=0.1)
    assert phases.phase("ZrO2").formation_energy_per_atom == pytest.approx(-3.80, abs=0.1)


def test_table_elements_are_zero() -> None:
    phases = table_phases([*GARNET, "Al"])
    elements = [p for p in phases.phases if p.composition.is_element]
    assert len(elements) == 5
    assert all(p.formation_energy_per_atom == 0 for p in elements)


def test_table_names_its_scheme() -> None:
    assert table_phases(["Li"]).scheme == MATERIALS_PROJECT_2019


def test_a_formula_may_be_written_in_any_order() -> None:
    assert table_phases(GARNET).phase("O12Zr2La3Li7").formula == "Li7La3Zr2O12"


def test_a_missing_band_gap_is_none() -> None:
    assert table_phases(["La", "Zr", "Ac"]).phase("Ac3Zr").band_gap is None


def test_an_element_unknown_to_the_table_is_refused() -> None:
    with pytest.raises(InputError, match="contains He, Xx"):
        table_phases([*GARNET, "Xx", "He"])


def test_a_missing_phase_is_refused() -> None:
    with pytest.raises(InputError, match="Li9O is not among the reference phases"):
        table_phases(GARNET).phase("Li18O2")


def test_two_dopants_get_the_phases_of_each_and_of_both() -> None:
    phases = table_phases([*GARNET, "Al", "Ta"])
    assert {"LiAlO2", "LiTaO3", "Ta2Al", "Ta3Al4O14"} <= set(phases.by_formula)
    assert phases.notes == ()


@pytest.mark.parametrize(
    ("elements", "formulas"),
    [
        ("Li Al Ti P O", {"LiTi2(PO4)3", "AlPO4", "Li3PO4", "TiP", "TiAl"}),
        ("Li Ge P S", {"Li10Ge(PS6)2", "Li3PS4", "Li2S", "GeS2", "Li3P"}),
        ("Li P S Cl", {"Li6PS5Cl", "LiCl", "Li3PS4"}),
        ("Li Y Cl", {"LiCl", "YCl3"}),
        ("Li N", {"Li3N", "N2"}),
        ("Na Zr Si P O", {"Na3Zr2Si2PO12", "Na2ZrO3", "Na3P"}),
    ],
)
def test_the_table_holds_the_phases_of_any_host(elements: str, formulas: set[str]) -> None:
    phases = table_phases(elements.split())
    assert formulas <= set(phases.by_formula)
    assert phases.elements == set(elements.split())


def test_phases_come_in_the_order_of_their_formulas() -> None:
    # Which of two equal sums of products a linear programme names depends on it.
    formulas = [phase.formula for phase in table_phases([*GARNET, "Al"]).phases]
    assert formulas == sorted(formulas)


def test_garnets_with_one_dopant_have_the_phases_of_the_reference_result() -> None:
    formulas = {phase.formula for phase in whole_table().phases}
    assert len(formulas) == 3181
    assert "Ta2Al" not in formulas


def test_digest_depends_on_energies_and_not_on_order() -> None:
    first, second = (
        Phase(formula="Li", formation_energy_per_atom=0.0),
        Phase(formula="Li2O", formation_energy_per_atom=-2.0),
    )
    changed = second.model_copy(update={"formation_energy_per_atom": -2.1})

    def digest(*phases: Phase) -> str:
        return ReferencePhases(source="", scheme=MATERIALS_PROJECT_2019, phases=phases).digest

    assert digest(first, second) == digest(second, first)
    assert digest(first, second) != digest(first, changed)


def test_crystals_have_the_composition_of_their_formula() -> None:
    crystals = table_crystals()
    for formula in ("Li", "O2", "Li2O", "Al2O3", "WO3", "Mn2O7", "Li7La3Zr2O12"):
        assert crystals[formula].composition.reduced_formula == formula


def test_known_ground_states_are_chosen() -> None:
    crystals = table_crystals()
    chosen = {f: crystals.material_id(f) for f in ("Li2O", "Al2O3", "La2O3", "MgO", "CeO2")}
    # Antifluorite, corundum, bixbyite (lowest of the 2019 La2O3 too), rock salt, fluorite.
    assert chosen == {
        "Li2O": "mp-1960",
        "Al2O3": "mp-1143",
        "La2O3": "mp-2292",
        "MgO": "mp-1265",
        "CeO2": "mp-20194",
    }


def test_host_crystal_is_the_tetragonal_entry() -> None:
    crystals = table_crystals()
    assert crystals.material_id("Li7La3Zr2O12") == "mp-942733"
    assert crystals["Li7La3Zr2O12"].get_space_group_info(0.1)[0] == "I4_1/acd"


def test_every_tabulated_oxide_of_the_usual_dopants_has_a_crystal() -> None:
    crystals = table_crystals()
    for element in ("Al", "Ga", "Nb", "Ta", "W", "Y", "Sc", "Hf", "Te", "Ce", "Ca", "Gd", "Sr"):
        oxides = {
            p.formula
            for p in table_phases([element, "O"]).phases
            if len(p.composition) == 2 and p.formula in crystals
        }
        assert oxides


def test_a_crystal_is_new_each_time_so_that_changing_it_harms_nobody() -> None:
    crystals = table_crystals()
    crystals["Li2O"].scale_lattice(1.0)
    assert crystals["Li2O"].volume > 10


def test_file_formation_energies_use_the_elements_of_the_file(tmp_path: Path) -> None:
    # By hand: -15 eV less two Li of -2 eV and one O of -5 eV is -6 eV for three atoms.
    path = write(tmp_path, [entry("Li", -2), entry("O2", -10), entry("Li2O", -15)])
    phases, crystals = file_phases(path)
    assert phases.phase("Li2O").formation_energy_per_atom == pytest.approx(-2.0)
    assert phases.element_energies == {"Li": -2.0, "O": -5.0}
    assert crystals == {}


def test_file_keeps_the_lowest_entry_and_the_smallest_gap(tmp_path: Path) -> None:
    entries = [
        entry("Li", -2),
        entry("O2", -10),
        entry("Li2O", -15, band_gap=5.0),
        entry("Li4O2", -29, band_gap=4.5),
    ]
    phases, _ = file_phases(write(tmp_path, entries))
    assert phases.phase("Li2O").formation_energy_per_atom == pytest.approx(-2.0)
    assert phases.phase("Li2O").band_gap == 4.5
    assert phases.phase("Li").band_gap is None


def test_compressed_file_with_crystals_gives_them_back(tmp_path: Path) -> None:
    lithium = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    crystal = ComputedStructureEntry(lithium, -4, parameters=MP_PARAMETERS)
    phases, crystals = file_phases(write(tmp_path, [crystal], "entries.json.gz"))
    assert phases.element_energies == {"Li": -2.0}
    assert crystals["Li"] == lithium


def test_entries_corrected_as_the_materials_project_does_are_on_its_scheme(tmp_path: Path) -> None:
    parameters = MP_PARAMETERS | {"potcar_symbols": ["PBE Li_sv", "PBE O"]}
    oxide = ComputedEntry(
        "Li2O", -14.3, parameters=parameters, data={"oxide_type": "oxide"}, entry_id="oxide"
    )
    MaterialsProject2020Compatibility(check_potcar=False).process_entries([oxide], inplace=True)
    phases, _ = file_phases(write(tmp_path, [entry("Li", -2), entry("O2", -10), oxide]))
    assert phases.scheme == MATERIALS_PROJECT_2020
    # The correction of an oxide is -0.687 eV per O; the elements of Li2O sum to -9 eV.
    formed = (-14.3 - 0.687 + 9) / 3
    assert phases.phase("Li2O").formation_energy_per_atom == pytest.approx(formed)


def test_file_of_two_functionals_is_refused_with_both_named(tmp_path: Path) -> None:
    other = ComputedEntry("Li2O", -15, parameters={"run_type": "R2SCAN"})
    path = write(tmp_path, [entry("Li", -2), entry("O2", -10), other])
    with pytest.raises(SchemeMismatchError, match=r"Li \(PBE\) and Li2O \(R2SCAN\)"):
        file_phases(path)


def test_a_missing_elemental_entry_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, [entry("Li", -2), entry("Li2O", -15)])
    with pytest.raises(InputError, match="no entry for the element O, which Li2O contains"):
        file_phases(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file of reference entries at .*absent\.json"):
        file_phases(tmp_path / "absent.json")


@pytest.mark.parametrize("content", ['{"a": 1}', "[]", '[{"a": 1}]', "no json", "[1, 2]"])
def test_a_file_that_holds_no_entries_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "entries.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"entries\.json"):
        file_phases(path)


def test_a_file_that_is_not_compressed_though_its_name_says_so_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entries.json.gz"
    path.write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        file_phases(path)


def test_a_cut_off_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entries.json.gz"
    path.write_bytes(gzip.compress(b"[" + b"1, " * 1000 + b"2]")[:-20])
    with pytest.raises(InputError, match="cannot be read"):
        file_phases(path)


def test_within_keeps_only_phases_of_the_elements() -> None:
    phases = table_phases([*GARNET, "Al"]).within(["Li", "O"])
    assert phases.elements == {"Li", "O"}
    assert Composition("Li2O").reduced_formula in phases.by_formula
