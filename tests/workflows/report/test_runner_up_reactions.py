"""The runners-up of a campaign's compounds, from the stored reference phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.reactions.interface import react
from analysis.structures.compensation import compound_composition
from workflows.dispatch.submission import submit
from workflows.report.model import CompoundView
from workflows.report.runner_up_reactions import NUMBER, RunnersUp

if TYPE_CHECKING:
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

ENERGY = -3.1  # eV/atom


@pytest.fixture
def entries(small_plan: Plan) -> list[CompoundView]:
    nodes = [node for node in small_plan.campaign.nodes() if node.compound]
    result = {"formation_energy_per_atom": ENERGY}
    landed = [
        CompoundView(key=n.uuid, name=n.label, state="landed", result=result) for n in nodes[:2]
    ]
    return [*landed, CompoundView(key=nodes[2].uuid, name="not yet", state="queued")]


def test_they_come_after_the_best_and_are_other_products(
    database: Database, small_plan: Plan, entries: list[CompoundView]
) -> None:
    submit(database, small_plan)
    warnings: list[str] = []
    undoped, niobium, waiting = RunnersUp().add(database, "small", entries, warnings)
    assert warnings == []
    assert waiting.runners_up == ()
    assert len(undoped.runners_up) == len(niobium.runners_up) == NUMBER
    campaign = small_plan.campaign
    planned = campaign.compounds[1]
    composition = compound_composition(campaign.host_crystal, planned.compound)
    best = react(
        composition,
        ENERGY * composition.num_atoms,
        small_plan.phases[planned.phases],
        exclude=[campaign.host_crystal.formula_unit.reduced_formula],
    )
    energies = [each.reaction_energy for each in niobium.runners_up]
    assert energies == sorted(energies)
    assert energies[0] >= best.reaction_energy - 1e-9
    assert all(each.products.keys() != best.products.keys() for each in niobium.runners_up)


def test_those_that_are_known_are_not_computed_again(
    database: Database, entries: list[CompoundView]
) -> None:
    runners = RunnersUp(known={entry.key: () for entry in entries})
    assert [each.runners_up for each in runners.add(database, "small", entries, [])] == [()] * 3


def test_what_is_missing_is_named(
    database: Database, small_plan: Plan, entries: list[CompoundView]
) -> None:
    submit(database, small_plan)
    database.jobs.delete_many({})
    warnings: list[str] = []
    found = RunnersUp().add(database, "small", entries, warnings)
    assert [each.runners_up for each in found] == [()] * 3
    assert "are not in the job store" in warnings[0]
