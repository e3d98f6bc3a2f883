"""From a specification to compounds, their parents and their phases."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymatgen.core import Composition
from standins.plans import AL_AND_TA, CALCIUM, DATA, TANTALUM, demo_plan, plan

from analysis.energies import engine_errors
from analysis.energies.balance import Balance
from analysis.energies.reference_phases import table_phases
from analysis.structures.compensation import compound_composition
from workflows.specification.campaign import NodeKind
from workflows.specification.planning import Plan


@pytest.fixture(scope="module")
def demo() -> Plan:
    return demo_plan()


def compounds(plan: Plan) -> list[str]:
    """Return the compounds of a plan in words."""
    return [planned.compound.label("LLZO") for planned in plan.campaign.compounds]


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
        if node.kind is not NodeKind.COMPOUND:
            assert parents == []
        else:
            assert parents.count(NodeKind.HOST) == 1
            assert parents.count(NodeKind.COMPOUND) == (1 if node.compound.dopants else 0)  # type: ignore[union-attr]  # compounds have one


def test_a_compound_waits_for_the_crystals_of_both_its_sums(demo: Plan) -> None:
    doped = demo.campaign.compounds[1]
    exchanged = Balance(coefficients={"RaO": 1.0}, metal="Li")
    assert doped.aligned is not None
    crystals = doped.model_copy(update={"exchanged": exchanged}).crystals
    assert set(crystals) == {*doped.aligned.formulas, "RaO"}


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


def test_the_table_gives_a_co_doped_compound_all_phases_of_its_dopants() -> None:
    found = plan(codoped=[AL_AND_TA])
    single = found.phases[found.campaign.compounds[1].phases]
    both = found.phases[found.campaign.compounds[2].phases]
    tantalum = table_phases(["Li", "La", "Zr", "O", "Ta"])
    together = {p.formula for p in both.phases if {"Al", "Ta"} <= {e.symbol for e in p.composition}}
    assert {"Ta2Al", "Ta3Al4O14"} <= together
    assert set(both.by_formula) - together == set(single.by_formula) | set(tantalum.by_formula)
    assert found.notes == ()


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


@pytest.mark.parametrize("electrode", ["Na", "Mg", "K"])
def test_another_metal_may_be_the_electrode(electrode: str) -> None:
    found = plan(electrode=electrode)
    planned = found.campaign.compounds[1]
    assert electrode in found.phases[planned.phases].by_formula
    assert planned.aligned is not None
    assert planned.aligned.charge_balanced


def test_a_listed_dopant_is_not_planned_again_by_the_rule() -> None:
    found = plan(rule={"sites": ["Li"], "elements": ["Al"]})
    assert len(found.campaign.compounds) == 2


def test_concentrations_of_the_same_atoms_are_one_compound() -> None:
    rule = {"sites": ["La"], "elements": ["Ca"], "concentration": [0.2498, 0.25]}
    found = plan(dopants=[], rule=rule)  # one atom of a cell of four formula units
    (_, planned) = found.campaign.compounds
    assert planned.compound.dopants[0].concentration == 0.25


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


def test_a_campaign_that_is_too_small_to_learn_what_it_asks_for_is_noted() -> None:
    found = plan(learning={"held_out": [TANTALUM]})
    (note,) = [note for note in found.notes if note.startswith("learning")]
    assert "1 compounds of 1 elements are too few, at least 10 of 5 are needed" in note
    assert not [note for note in plan().notes if note.startswith("learning")]


@pytest.mark.parametrize("measured", ["7net-0", "7net-l3i5"])
def test_an_engine_whose_errors_no_table_holds_is_noted(
    measured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sevenn")
    engine = {"name": "sevennet", "settings": {"model": measured}}
    asked = "interphase calibrate sevennet"
    assert not [note for note in plan(engine=engine).notes if asked in note]
    monkeypatch.setattr(engine_errors, "shipped_error_tables", lambda: ())
    (note,) = [note for note in plan(engine=engine).notes if asked in note]
    assert note.startswith(f"the error of the engine sevennet {measured}")
