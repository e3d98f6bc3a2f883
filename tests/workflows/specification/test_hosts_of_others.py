"""Hosts, specifications and entries as other people write them: a right plan, or one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from standins.plans import DATA

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.structures.compensation import formula_per_unit
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec, ReferenceSpec

HOSTS = DATA / "hosts"


def plan_of(case: str) -> Plan:
    spec = CampaignSpec.from_file(HOSTS / case)
    return make_plan(spec, phase_source(spec.reference_phases, None))


def with_phases(case: str, **changes: Any) -> Plan:
    """Plan a case with something else said of its reference phases."""
    spec = CampaignSpec.from_file(HOSTS / case)
    phases = ReferenceSpec.model_validate(spec.reference_phases.model_dump() | changes)
    changed = spec.model_copy(update={"reference_phases": phases})
    return make_plan(changed, phase_source(phases, None))


def others_than_abroad(found: Plan) -> list[str]:
    """Return the remarks but for that on the engine's error, which these hosts all have."""
    assert any(Reason.ABROAD in note for note in found.notes)
    return [note for note in found.notes if Reason.ABROAD not in note]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("alignment_through_elements/plain.yaml", r"no crystal of LiCl, MgCl2 is at hand"),
        ("alignment_through_elements/table.yaml", r"no crystal of LiCl, MgCl2 is at hand"),
        # The P2_1/c cell has 24 atoms, as it should: what is missing are crystals.
        ("symmetry_not_read/spec.yaml", r"no crystal of AlCl3, LiCl, NaCl is at hand"),
        (
            "formula_units_of_another_size/z3.yaml",
            r"_cell_formula_units_Z is 3, and its cell holds Na18Zr12Si12P6O72, 6 formula units",
        ),
        (
            "formula_units_of_another_size/z18.yaml",
            r"_cell_formula_units_Z is 18, and its cell holds Na18Zr12Si12P6O72, 6 formula units",
        ),
        (
            # x is short of 2/3 by 0.0007, of 9 angstrom.
            "coordinates_of_three_digits/host.yaml",
            r"sites Na2 \(\d+\) and Na2 \(\d+\) are 0\.0054 angstrom apart.*give more",
        ),
        (
            "entries_found_bad_late/energy_null.yaml",
            r"entry 5 \(Li2O, Li2O1\): its energy is None, expected a number",
        ),
        (
            "entries_found_bad_late/gap_text.yaml",
            r"entry 5 \(Li2O, Li2O1\): its band_gap is 'n/a', expected a number",
        ),
        (
            "entries_found_bad_late/scheme_partial.yaml",
            r'entry 1 \(Li, Li1\): its data\["scheme"\] lacks corrections, elements, plus_u, pot',
        ),
        ("not_finite_numbers/concentration.yaml", r"dopants\.0\.concentration\.0: must be finite"),
        (
            "unknown_oxidation_key/spec.yaml",
            r"oxidation_states names Ti4\+, Zz, and .* has Al, Li, O, P, Ti",
        ),
        (
            # Of 5 sites 0.35 Li round to none; of 15, 1.05 to one: La2LiTi2AlO9 is neutral.
            "small_cell_loses_mobile_ion/spec.yaml",
            r"leave out Li \(0\.35 atoms\), Ti \(0\.7 atoms\): the smallest .* is \[1, 1, 3\]",
        ),
        # An anion is exchanged through its compound with the mobile ion.
        ("anion_dopant/spec.yaml", r"no crystal of LiBr, LiCl is at hand"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_name(case: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(case)


def test_chlorides_with_their_crystals_align_an_antiperovskite() -> None:
    host, doped = plan_of("alignment_through_elements/with_chlorides.yaml").campaign.compounds
    assert host.aligned is not None
    assert host.aligned.coefficients == pytest.approx({"LiCl": 1, "Li2O": 1})
    assert doped.exchanged is not None
    # Mg2+ for 2 Li+, 0.125 of them: MgCl2 enters, twice as much LiCl leaves.
    assert doped.exchanged.coefficients == pytest.approx({"MgCl2": 0.125, "LiCl": -0.25})


def test_a_poor_alignment_that_is_accepted_is_noted_in_every_alignment() -> None:
    found = with_phases("alignment_through_elements/table.yaml", accept_poor_alignment=True)
    for planned in found.campaign.compounds:
        assert planned.aligned is not None
        assert any("LiCl: poor alignment accepted" in note for note in planned.aligned.notes)
    assert any("MgCl2: poor alignment accepted" in note for note in found.notes)


def test_crystals_of_ones_own_complete_the_table(tmp_path: Path) -> None:
    # Rock salt, and the fluorite that stands for MgCl2 here: only that they are used counts.
    cif = (HOSTS / "alignment_through_elements" / "li3ocl.cif").read_text()
    head, _, _ = cif.partition("loop_\n_atom_site_label")
    head = head.replace("'Li3 O Cl'", "'{}'").replace("P m -3 m", "F m -3 m").replace("221", "225")
    head = head.replace("3.91", "5.1").replace("units_Z 1", "units_Z 4").replace("O2- -2\n", "")
    atoms = "loop_\n_atom_site_label\n" + "".join(f"_atom_site_fract_{x}\n" for x in "xyz")
    salt = head.replace("{}", "Li Cl") + atoms + "Li 0 0 0\nCl 0.5 0.5 0.5\n"
    fluorite = head.replace("{}", "Mg Cl2").replace("Li+ 1", "Mg2+ 2") + atoms
    (tmp_path / "licl.cif").write_text(salt)
    (tmp_path / "mgcl2.cif").write_text(fluorite + "Mg 0 0 0\nCl 0.25 0.25 0.25\n")
    files = (tmp_path / "licl.cif", tmp_path / "mgcl2.cif")
    found = with_phases("alignment_through_elements/table.yaml", crystals=files)
    host, _ = found.campaign.compounds
    assert host.aligned is not None
    assert host.aligned.coefficients == pytest.approx({"LiCl": 1, "Li2O": 1})
    assert len(found.campaign.crystal("LiCl")) == 8
    assert others_than_abroad(found) == []


def test_a_crystal_that_is_not_needed_is_noted() -> None:
    case = "table_lacks_the_hosts_own_phases/table.yaml"
    found = with_phases(case, crystals=[DATA / "li2zro3.cif"])
    unused = "reference_phases.crystals: li2zro3.cif (Li2ZrO3) is not needed"
    assert others_than_abroad(found) == [unused]


def test_the_table_holds_the_hosts_own_phases() -> None:
    found = plan_of("table_lacks_the_hosts_own_phases/table.yaml")
    host = found.campaign.compounds[0]
    formulas = set(found.phases[host.phases].by_formula)
    # With these LATP lies 0.021 eV/atom above the hull, and titanium ends as Ti3P and TiAl.
    assert {"LiTi2(PO4)3", "AlPO4", "Ti3P", "TiAl"} <= formulas
    assert others_than_abroad(found) == []


def test_a_space_group_that_pymatgen_does_not_know_gives_all_atoms() -> None:
    found = with_phases("symmetry_not_read/spec.yaml", accept_poor_alignment=True)
    host = found.campaign.host_crystal
    assert len(host.structure) == 24
    assert (host.formula_units, formula_per_unit(host.formula_unit)) == (4, "LiAlCl4")


def test_occupancies_that_add_up_to_one_but_for_rounding_are_scaled() -> None:
    host = plan_of("occupancy_sum_1.0001/host.yaml").campaign.host_crystal
    assert host.notes == ("occupancies of site P add up to 1.0001: scaled to 1",)
    assert host.formula_unit.get_el_amt_dict() == {"Na": 3, "Zr": 2, "Si": 2, "P": 1, "O": 12}


def test_a_larger_cell_keeps_all_elements() -> None:
    host = plan_of("small_cell_loses_mobile_ion/larger.yaml").campaign.host_crystal
    assert {ion.symbol: count for ion, count in host.counts.items()} == {
        "Li": 6,
        "La": 12,
        "Ti": 12,
        "Al": 6,
        "O": 54,
    }


def test_a_host_of_two_valences_is_aligned_by_its_ions() -> None:
    host, aluminium, titanium = plan_of("mixed_valence_host/spec.yaml").campaign.compounds
    assert host.aligned is not None
    # LiMn3+Mn4+O4 = 1/2 Li2O + 1/2 Mn2O3 + MnO2
    assert host.aligned.coefficients == pytest.approx({"Li2O": 0.5, "Mn2O3": 0.5, "MnO2": 1})
    assert aluminium.exchanged is not None
    assert aluminium.exchanged.coefficients == pytest.approx({"Al2O3": 0.25, "Mn2O3": -0.25})
    assert titanium.exchanged is not None
    assert titanium.exchanged.coefficients == pytest.approx({"TiO2": 0.5, "MnO2": -0.5})
    assert titanium.aligned is not None
    # LiMn3+Mn4+0.5Ti0.5O4
    assert titanium.aligned.coefficients == pytest.approx(
        {"Li2O": 0.5, "Mn2O3": 0.5, "MnO2": 0.5, "TiO2": 0.5}
    )


def test_a_merge_takes_what_is_not_said_again() -> None:
    spec = CampaignSpec.from_file(HOSTS / "yaml_merge" / "spec.yaml")
    assert [dopant.element for dopant in spec.dopants] == ["Al", "Ga"]
    assert {(d.valence, d.site, d.concentration) for d in spec.dopants} == {(3, "Li", (0.25,))}
