from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from monty.serialization import dumpfn
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.entries.computed_entries import ComputedEntry

from analysis.compensation import compound_composition
from analysis.errors import InputError
from analysis.reference_phases import table_phases
from makers.naming import digest
from workflows.specification.campaign import Campaign, Kind
from workflows.specification.plan import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
ALUMINIUM = {"element": "Al", "valence": 3, "site": "Li"}


def plan(**changes: Any) -> Plan:
    spec = CampaignSpec.model_validate({"name": "demo", "dopants": [ALUMINIUM], **changes})
    return make_plan(spec, phase_source(spec.reference_phases, None))


TANTALUM = {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.25}
NIOBIUM = TANTALUM | {"element": "Nb", "concentration": 1}
CALCIUM = {"element": "Ca", "valence": 2, "site": "La", "concentration": 0.25}
AL_AND_TA = [ALUMINIUM | {"concentration": 0.25}, TANTALUM]


def with_codoped(**changes: Any) -> dict[str, Any]:
    return {"codoped": [[ALUMINIUM | {"concentration": 0.25}, TANTALUM | changes]]}


def compounds(plan: Plan) -> list[str]:
    """Give the compounds of a plan in words."""
    return [planned.compound.label("LLZO") for planned in plan.campaign.compounds]


def with_dopant(**changes: Any) -> dict[str, Any]:
    return {"dopants": [ALUMINIUM | changes]}


@pytest.fixture(scope="module")
def demo() -> Plan:
    spec = CampaignSpec.from_file(ROOT / "campaigns" / "demo.yaml")
    return make_plan(spec, phase_source(spec.reference_phases, None))


def total(parts: dict[str, float]) -> dict[str, float]:
    """Add crystals up, element by element; what is given off counts negative."""
    amounts: dict[str, float] = {}
    for formula, number in parts.items():
        for element, amount in Composition(formula).get_el_amt_dict().items():
            amounts[element] = amounts.get(element, 0.0) + number * amount
    return amounts


def test_the_demo_has_its_compounds_the_host_first(demo: Plan) -> None:
    compounds = [planned.compound for planned in demo.campaign.compounds]
    assert compounds[0].dopants == ()
    assert [c.dopants[0].element for c in compounds[1:]] == (
        ["Al", "Ga", "Nb", "Ta", "W", "Y", "Sc", "Hf", "Te", "Ce", "Ca", "Gd", "Sr"]
    )
    assert {c.dopants[0].site for c in compounds[1:]} == {"Li", "La", "Zr"}


def test_the_demo_is_aligned_through_the_hosts_own_entry_and_binary_oxides(demo: Plan) -> None:
    aligned = {p.compound.label("LLZO"): p.aligned for p in demo.campaign.compounds}
    host = aligned["LLZO"]
    aluminium = aligned["LLZO:Al3+(Li)0.25"]
    assert host is not None
    assert aluminium is not None
    assert host.coefficients == {"Li7La3Zr2O12": 1}
    # Li6.25Al0.25La3Zr2O12 = Li7La3Zr2O12 + 0.125 Al2O3 - 0.375 Li2O
    assert aluminium.coefficients == pytest.approx(
        {"Li7La3Zr2O12": 1, "Al2O3": 0.125, "Li2O": -0.375}
    )


def test_every_alignment_and_exchange_is_balanced(demo: Plan) -> None:
    host = demo.campaign.host_crystal
    for planned in demo.campaign.compounds:
        amounts = compound_composition(host, planned.compound).get_el_amt_dict()
        assert planned.aligned is not None
        assert total(planned.aligned.coefficients) == pytest.approx(amounts, abs=1e-6)
        if planned.exchanged:
            change = total(planned.exchanged.coefficients)
            for element in set(amounts) | set(change):
                before = host.formula_unit[element]
                assert before + change.get(element, 0) == pytest.approx(amounts.get(element, 0))


def test_the_demo_relaxes_every_crystal_it_is_aligned_through(demo: Plan) -> None:
    campaign = demo.campaign
    needed = {formula for planned in campaign.compounds for formula in planned.crystals}
    assert set(campaign.crystals) == needed
    assert {"Li7La3Zr2O12", "Li2O", "Al2O3", "CaO", "WO3"} <= needed
    for formula in needed:
        assert campaign.crystal(formula).composition.reduced_formula == formula


def test_a_compounds_phases_are_those_of_its_elements(demo: Plan) -> None:
    planned = demo.campaign.compounds[1]
    assert demo.phases[planned.phases].elements == {"Li", "Al", "La", "Zr", "O"}


def test_parents_come_before_children_and_nothing_twice(demo: Plan) -> None:
    seen: set[str] = set()
    for node in demo.campaign.nodes():
        assert set(node.parents) <= seen
        assert node.uuid not in seen
        seen.add(node.uuid)


def test_compounds_wait_for_host_crystals_and_the_undoped_hosts_result(demo: Plan) -> None:
    nodes = list(demo.campaign.nodes())
    kinds = {node.uuid: node.kind for node in nodes}
    for node in nodes:
        parents = [kinds[parent] for parent in node.parents]
        if node.kind is not Kind.COMPOUND:
            assert parents == []
        else:
            assert parents.count(Kind.HOST) == 1
            assert parents.count(Kind.COMPOUND) == (1 if node.compound.dopants else 0)  # type: ignore[union-attr]  # compounds have one


def test_a_stored_campaign_gives_the_same_jobs(demo: Plan) -> None:
    stored = Campaign.model_validate(demo.campaign.model_dump(mode="json"))
    assert list(stored.nodes()) == list(demo.campaign.nodes())


def uuids(plan: Plan, kind: Kind = Kind.COMPOUND) -> set[str]:
    return {node.uuid for node in plan.campaign.nodes() if node.kind is kind}


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"host": {"arrangements": 4}},
        {"host": {"minimum_distance": 1.9}},
        {"engine": {"settings": {"force_threshold": 0.05}}},
    ],
)
def test_what_changes_the_host_changes_every_job_that_starts_from_it(
    changes: dict[str, Any],
) -> None:
    before, after = plan(), plan(**changes)
    for kind in (Kind.HOST, Kind.COMPOUND):
        assert not uuids(before, kind) & uuids(after, kind)


def uuids_of_doped(plan: Plan) -> set[str]:
    return {node.uuid for node in plan.campaign.nodes() if node.compound and node.compound.dopants}


@pytest.mark.parametrize("changes", [{"choices": 2}, {"compensation": "none"}])
def test_what_changes_compounds_alone_leaves_the_host(changes: dict[str, Any]) -> None:
    before, after = plan(), plan(**changes)
    assert uuids(before, Kind.HOST) == uuids(after, Kind.HOST)
    assert uuids(before, Kind.CRYSTAL) <= uuids(after, Kind.CRYSTAL)
    assert not uuids_of_doped(before) & uuids_of_doped(after)


def test_a_change_of_screening_relaxes_nothing_again() -> None:
    before, after = plan(), plan(screening={"band_gap": 3.0})
    assert not uuids(before) & uuids(after)
    one, other = (
        [p._lowest_uuid(c.compound) for c in p.compounds] for p in (before.campaign, after.campaign)
    )
    assert one == other


def test_the_number_of_formula_units_is_part_of_every_result() -> None:
    # The same crystal with other formula units: x and energies per formula unit change.
    host = {"crystal": str(DATA / "li2zro3.cif"), "oxidation_states": {"Li": 1, "Zr": 4, "O": -2}}
    magnesium = {"element": "Mg", "valence": 2, "site": "Li", "concentration": 1.0}
    one = plan(host=host | {"formula_units": 1}, dopants=[magnesium])
    two = plan(host=host | {"formula_units": 2}, dopants=[magnesium])
    assert not uuids(one) & uuids(two)


def test_another_name_or_category_changes_no_job() -> None:
    other = plan(name="other", categories={"default": "cpu"})
    assert list(other.campaign.nodes()) == list(plan().campaign.nodes())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (with_dopant(element="Xy"), r"unknown element 'Xy': give its symbol, like Al"),
        (with_dopant(valence=5), r"Al is never 5\+; its known valences: .*3\+"),
        (with_dopant(site="Y"), r"unknown site 'Y': the host's sites are Li, La, Zr"),
        (
            with_dopant(concentration=0.3),
            r"x=0\.3: LLZO in a cell of 4 formula units .* holds multiples of 0\.25 up to 7",
        ),
        (with_dopant(element="Zr", valence=4, site="Zr"), r"Zr on Zr is the host's own ion"),
        (with_dopant(element="W", valence=6, concentration=2), r"too few Li to compensate"),
        (with_dopant(concentration=[0.25, 0.25]), r"listed twice under dopants: Al3\+ on Li"),
        (with_dopant(element="Cm", site="La"), r"the engine chgnet does not know Cm"),
        (with_codoped(element="Xy"), r"unknown element 'Xy'"),
        (with_codoped(valence=9), r"Ta is never 9\+; its known valences"),
        (with_codoped(site="Y"), r"unknown site 'Y': the host's sites are Li, La, Zr"),
        (with_codoped(concentration=0.3), r"x=0\.3: .* holds multiples of 0\.25 up to 2"),
        (
            {"codoped": [[NIOBIUM, TANTALUM | {"concentration": 1.5}]]},
            r"Nb5\+\(Zr\)1\+Ta5\+\(Zr\)1\.5 asks for 10 dopants on 8 Zr: lower a concentration",
        ),
        (
            {"codoped": [[ALUMINIUM | {"concentration": 2}, TANTALUM | {"concentration": 2}]]},
            r"too few Li to compensate",
        ),
        ({"host": {"crystal": "NASICON"}}, r"no built-in host is called 'NASICON'"),
        ({"electrode": "Xx"}, r"electrode 'Xx' is no formula"),
        ({"electrode": "metal"}, r"electrode 'metal' is no formula"),
        (
            {"electrode": "LiAl3"},
            r"electrode LiAl3 lies 0\.0065 eV/atom above the hull .* choose Al or LiAl",
        ),
        ({"screening": {"max_elements": 3}, "electrode": "Cm"}, r"chgnet does not know Cm"),
        ({"electrode": "LiAl4"}, r"LiAl4 is not among the reference phases"),
        ({"engine": {"name": "lammps"}}, r"Unknown engine 'lammps': choose one of chgnet, vasp"),
        (
            {"engine": {"settings": {"fmax": 0.1}}},
            r"Settings of the engine chgnet: fmax: .*It knows force_threshold",
        ),
        ({"dopants": (), "rule": {"elements": ["Xy"]}}, r"unknown element 'Xy'"),
        ({"dopants": (), "rule": {"sites": ["Na"]}}, r"unknown site 'Na'"),
        (
            {"dopants": (), "rule": {"elements": ["Al"], "concentration": 0.3}},
            r"rule: none of its \d+ candidates can be computed: .*holds multiples of 0\.25",
        ),
    ],
)
def test_what_cannot_be_computed_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan(**changes)


def test_two_dopants_on_two_sites_are_one_compound() -> None:
    found = plan(dopants=(), codoped=[AL_AND_TA])
    assert compounds(found) == ["LLZO", "LLZO:Al3+(Li)0.25+Ta5+(Zr)0.25"]
    _, planned = found.campaign.compounds
    composition = compound_composition(found.campaign.host_crystal, planned.compound)
    # 0.25 Al3+ for Li+ and 0.25 Ta5+ for Zr4+ take 0.25 + 0.5 + 0.25 of 7 Li.
    assert composition == Composition("Li6Al0.25La3Zr1.75Ta0.25O12")
    assert planned.aligned is not None
    assert total(planned.aligned.coefficients) == pytest.approx(composition.get_el_amt_dict())
    assert planned.exchanged is not None
    assert planned.exchanged.coefficients == pytest.approx(
        {"Al2O3": 0.125, "Ta2O5": 0.125, "ZrO2": -0.25, "Li2O": -0.5}
    )


def test_dopants_in_another_order_are_the_same_job() -> None:
    one, other = (plan(dopants=(), codoped=[each]) for each in (AL_AND_TA, AL_AND_TA[::-1]))
    assert list(one.campaign.nodes()) == list(other.campaign.nodes())


def test_the_table_gives_a_co_doped_compound_all_phases_of_its_dopants_and_says_what_lacks() -> (
    None
):
    found = plan(codoped=[AL_AND_TA])
    single = found.phases[found.campaign.compounds[1].phases]
    both = found.phases[found.campaign.compounds[2].phases]
    tantalum = table_phases(["Li", "La", "Zr", "O", "Ta"])
    assert set(both.by_formula) == set(single.by_formula) | set(tantalum.by_formula)
    (note,) = found.notes
    assert "phases that contain both of Al-Ta are missing" in note


def test_every_compound_is_planned_each_way() -> None:
    found = plan(codoped=[AL_AND_TA], compensation=["lithium", "none"])
    assert compounds(found) == [
        "LLZO",
        "LLZO:Al3+(Li)0.25",
        "LLZO:Al3+(Li)0.25 uncompensated",
        "LLZO:Al3+(Li)0.25+Ta5+(Zr)0.25",
        "LLZO:Al3+(Li)0.25+Ta5+(Zr)0.25 uncompensated",
    ]


def test_what_needs_no_balance_is_planned_once() -> None:
    hafnium = {"element": "Hf", "valence": 4, "site": "Zr"}
    found = plan(
        dopants=[hafnium],
        codoped=[[CALCIUM, TANTALUM]],
        rule={"sites": ["La"], "elements": ["Y"]},
        compensation=["lithium", "none"],
    )
    # Hf4+ for Zr4+, Y3+ for La3+; Ca2+ for La3+ balances Ta5+ for Zr4+.
    assert compounds(found) == [
        "LLZO",
        "LLZO:Hf4+(Zr)0.25",
        "LLZO:Ca2+(La)0.25+Ta5+(Zr)0.25",
        "LLZO:Y3+(La)0.25",
    ]


def test_the_undoped_host_is_the_same_whatever_balances_the_charge() -> None:
    plans = [plan(compensation=ways) for ways in ("lithium", "none", ["none", "lithium"])]
    assert len({each.campaign.undoped_uuid for each in plans}) == 1


def test_one_compensation_gives_the_jobs_that_a_list_of_it_gives() -> None:
    one, other = plan(compensation="none"), plan(compensation=["none"])
    assert list(one.campaign.nodes()) == list(other.campaign.nodes())


@pytest.mark.parametrize("electrode", ["Na", "Mg", "K"])
def test_another_metal_may_be_the_electrode(electrode: str) -> None:
    found = plan(electrode=electrode)
    planned = found.campaign.compounds[1]
    assert electrode in found.phases[planned.phases].by_formula
    assert planned.aligned is not None
    assert planned.aligned.charge_balanced


def test_an_electrode_that_the_entries_lack_is_named(oxide_entries: Path) -> None:
    with pytest.raises(InputError, match=r"No reference phase of .*oxides\.json contains Na"):
        plan(
            host={"crystal": str(DATA / "latp.cif")},
            dopants=[TANTALUM | {"element": "Zr", "valence": 4, "site": "Ti"}],
            reference_phases={"source": "file", "path": oxide_entries},
            electrode="Na",
        )


def test_a_mobile_ion_with_nowhere_to_jump_is_named(tmp_path: Path) -> None:
    Structure(Lattice.cubic(9), ["Na+", "Cl-"], [[0, 0, 0], [0.5] * 3]).to(tmp_path / "wide.cif")
    host = {"crystal": str(tmp_path / "wide.cif"), "mobile": "Na", "formula_units": 1}
    host["oxidation_states"] = {"Na": 1, "Cl": -1}
    with pytest.raises(InputError, match="no two Na sites are 1 to 8 angstrom apart"):
        plan(host=host)


def test_an_element_of_the_host_that_does_not_move_is_named() -> None:
    host = {"crystal": str(DATA / "latp.cif"), "mobile": "Na"}
    with pytest.raises(InputError, match="has no Na to move or to balance charge; it has Li"):
        plan(host=host)


def test_a_missing_cif_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.cif"):
        plan(host={"crystal": str(tmp_path / "absent.cif")})


def test_a_host_without_oxidation_states_is_refused(tmp_path: Path) -> None:
    bare = Structure.from_file(DATA / "li2zro3.cif")
    bare.remove_oxidation_states()
    bare.to(tmp_path / "bare.cif")
    with pytest.raises(InputError, match=r"bare\.cif has no oxidation state for Li, O, Zr"):
        plan(host={"crystal": str(tmp_path / "bare.cif"), "formula_units": 2})


def test_a_host_that_cannot_be_neutral_is_refused() -> None:
    states = {"Li": 1, "Zr": 3, "O": -2}
    with pytest.raises(InputError, match="neutral"):
        plan(host={"crystal": str(DATA / "li2zro3.cif"), "oxidation_states": states})


def test_the_materials_project_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MP_API_KEY", "PMG_MAPI_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pymatgen.core.SETTINGS", {})
    with pytest.raises(InputError, match="MP_API_KEY"):
        plan(reference_phases={"source": "materials_project"})


def entries(path: Path, *entries: ComputedEntry) -> dict[str, Any]:
    dumpfn(list(entries), path)
    return {"reference_phases": {"source": "file", "path": path}}


def test_reference_entries_of_two_schemes_are_refused(tmp_path: Path) -> None:
    mixed = entries(
        tmp_path / "mixed.json",
        ComputedEntry("Li", -2, parameters={"run_type": "GGA"}),
        ComputedEntry("O2", -10, parameters={"run_type": "R2SCAN"}),
    )
    with pytest.raises(InputError, match=r"two energy schemes.*PBE.*R2SCAN"):
        plan(**mixed)


def test_an_element_the_phases_do_not_know_is_named(tmp_path: Path) -> None:
    lithium = entries(
        tmp_path / "lithium.json", ComputedEntry("Li", -2, parameters={"run_type": "GGA"})
    )
    with pytest.raises(
        InputError, match=r"No reference phase of entries of lithium\.json contains"
    ):
        plan(**lithium)


def test_a_missing_file_of_entries_is_named(tmp_path: Path) -> None:
    source = {"source": "file", "path": tmp_path / "absent.json"}
    with pytest.raises(InputError, match=r"no file of reference entries at .*absent\.json"):
        plan(reference_phases=source)


def test_the_rule_leaves_out_what_cannot_be_computed_and_says_why() -> None:
    found = plan(dopants=(), rule={"sites": ["Li"], "elements": ["Al", "W"], "concentration": 2})
    kept = {p.compound.dopants[0].label for p in found.campaign.compounds[1:]}
    assert "Al3+ on Li, x=2" in kept
    left_out = {c.dopants[0].label: reason for c, reason in found.left_out}
    # 2 W6+ on Li push out 2 + 10 of 7 Li.
    assert "too few Li to compensate" in left_out["W6+ on Li, x=2"]
    assert not kept & set(left_out)
    # The summary of the stored campaign counts them.
    assert [(e.compound, e.reason) for e in found.campaign.left_out] == found.left_out


def test_a_listed_dopant_is_not_planned_again_by_the_rule() -> None:
    found = plan(rule={"sites": ["Li"], "elements": ["Al"]})
    assert len(found.campaign.compounds) == 2


def test_a_dopant_may_replace_all_ions_of_a_site() -> None:
    # Li7La3Hf2O12: zirconium is given off as its oxide, though the compound has none.
    hafnium = {"element": "Hf", "valence": 4, "site": "Zr", "concentration": 2}
    (_, planned) = plan(dopants=[hafnium]).campaign.compounds
    assert planned.exchanged is not None
    assert planned.exchanged.coefficients == pytest.approx({"HfO2": 2, "ZrO2": -2})


def test_a_nasicon_is_planned_through_its_oxides(oxide_entries: Path) -> None:
    zirconium = {"element": "Zr", "valence": 4, "site": "Ti", "concentration": 0.5}
    found = plan(
        host={"crystal": str(DATA / "latp.cif"), "name": "LATP"},
        dopants=[zirconium],
        screening={"max_elements": 4},
        reference_phases={"source": "file", "path": oxide_entries},
    )
    host = found.campaign.host_crystal
    assert host.formula_units == 2
    doped = found.campaign.compounds[1]
    composition = compound_composition(host, doped.compound)
    assert composition["Zr"] == 0.5
    assert doped.aligned is not None
    assert set(doped.aligned.formulas) == {"Li2O", "Al2O3", "TiO2", "P2O5", "ZrO2"}
    amounts = composition.get_el_amt_dict()
    assert total(doped.aligned.coefficients) == pytest.approx(amounts, abs=1e-6)


def test_uuids_depend_on_the_phases_alone_that_a_compound_needs(demo: Plan) -> None:
    planned = demo.campaign.compounds[1]
    phases = table_phases(["Li", "Al", "La", "Zr", "O"])
    assert planned.phases == digest("phases", phases.digest)
