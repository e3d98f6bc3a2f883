"""What a job's uuid depends on, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from standins.plans import AL_AND_TA, DATA, demo_plan, plan

from analysis.energies.reference_phases import table_phases
from makers.naming import digest
from workflows.specification.campaign import Campaign, NodeKind
from workflows.specification.planning import Plan


@pytest.fixture(scope="module")
def demo() -> Plan:
    return demo_plan()


def uuids(plan: Plan, kind: NodeKind = NodeKind.COMPOUND) -> set[str]:
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
    for kind in (NodeKind.HOST, NodeKind.COMPOUND):
        assert not uuids(before, kind) & uuids(after, kind)


def uuids_of_doped(plan: Plan) -> set[str]:
    return {node.uuid for node in plan.campaign.nodes() if node.compound and node.compound.dopants}


@pytest.mark.parametrize("changes", [{"choices": 2}, {"compensation": "none"}])
def test_what_changes_compounds_alone_leaves_the_host(changes: dict[str, Any]) -> None:
    before, after = plan(), plan(**changes)
    assert uuids(before, NodeKind.HOST) == uuids(after, NodeKind.HOST)
    assert uuids(before, NodeKind.CRYSTAL) <= uuids(after, NodeKind.CRYSTAL)
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


def test_a_stored_campaign_gives_the_same_jobs(demo: Plan) -> None:
    stored = Campaign.model_validate(demo.campaign.model_dump(mode="json"))
    assert list(stored.nodes()) == list(demo.campaign.nodes())


def test_dopants_in_another_order_are_the_same_job() -> None:
    one, other = (plan(dopants=(), codoped=[each]) for each in (AL_AND_TA, AL_AND_TA[::-1]))
    assert list(one.campaign.nodes()) == list(other.campaign.nodes())


def test_the_undoped_host_is_the_same_whatever_balances_the_charge() -> None:
    plans = [plan(compensation=ways) for ways in ("lithium", "none", ["none", "lithium"])]
    assert len({each.campaign.undoped_uuid for each in plans}) == 1


def test_one_compensation_gives_the_jobs_that_a_list_of_it_gives() -> None:
    one, other = plan(compensation="none"), plan(compensation=["none"])
    assert list(one.campaign.nodes()) == list(other.campaign.nodes())


def test_uuids_depend_on_the_phases_alone_that_a_compound_needs(demo: Plan) -> None:
    planned = demo.campaign.compounds[1]
    phases = table_phases(["Li", "Al", "La", "Zr", "O"])
    assert planned.phases == digest("phases", phases.digest)
