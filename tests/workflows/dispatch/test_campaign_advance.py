from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from workflows.dispatch.campaign_advance import advance, advance_from
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.campaign import Campaign, Node, NodeKind
from workflows.storage.campaigns import load_campaign, load_nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]


@pytest.fixture
def nodes(database: Database, small_plan: Plan) -> list[Node]:
    return save_campaign(database, small_plan.campaign)


def of_kind(nodes: list[Node], kind: NodeKind) -> list[Node]:
    return [node for node in nodes if node.kind is kind]


def undoped(nodes: list[Node]) -> Node:
    return of_kind(nodes, NodeKind.COMPOUND)[0]


def doped(nodes: list[Node], element: str) -> Node:
    return next(n for n in of_kind(nodes, NodeKind.COMPOUND)[1:] if f":{element}" in n.label)


def on_launchpad(database: Database) -> set[str]:
    return {found["metadata"]["digest"] for found in database.workflows.find()}


def test_host_and_crystals_come_first(database: Database, nodes: list[Node]) -> None:
    added = advance(database, "small")
    first = [*of_kind(nodes, NodeKind.CRYSTAL), *of_kind(nodes, NodeKind.HOST)]
    assert set(added) == {node.uuid for node in first} == on_launchpad(database)


def test_nothing_is_added_twice(database: Database, nodes: list[Node]) -> None:
    assert nodes
    advance(database, "small")
    assert advance(database, "small") == []


def test_a_child_is_added_when_its_last_parent_has_landed(
    database: Database, nodes: list[Node], land: Land
) -> None:
    parents = undoped(nodes).parents
    for parent in parents[:-1]:
        land(database, parent)
        assert advance_from(database, parent) == []
    land(database, parents[-1])
    assert advance_from(database, parents[-1]) == [undoped(nodes).uuid]


def test_doped_compounds_wait_for_the_undoped_result_and_their_own_crystals(
    database: Database, nodes: list[Node], land: Land
) -> None:
    tantalum = next(node for node in nodes if node.formula == "Ta2O5")
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND and node is not tantalum:
            land(database, node.uuid)
    land(database, undoped(nodes).uuid)
    added = set(advance(database, "small"))
    assert doped(nodes, "Ta").uuid not in added
    assert {doped(nodes, "Nb").uuid, doped(nodes, "Mg").uuid} <= added


def test_a_failed_parent_adds_nothing(database: Database, nodes: list[Node], end: Land) -> None:
    advance(database, "small")
    host = of_kind(nodes, NodeKind.HOST)[0]
    end(database, host.uuid, "FIZZLED")
    assert advance_from(database, host.uuid) == []
    assert not on_launchpad(database) & {n.uuid for n in of_kind(nodes, NodeKind.COMPOUND)}


def test_what_has_landed_is_not_added_again(
    database: Database, nodes: list[Node], land: Land
) -> None:
    for node in nodes:
        land(database, node.uuid, formula=node.label)
    assert advance(database, "small") == []
    assert database.results.count_documents({"campaign": "small"}) == 5


def test_a_compound_that_lands_is_stored_and_a_crystal_is_not(
    database: Database, nodes: list[Node], land: Land
) -> None:
    compound, crystal = undoped(nodes), of_kind(nodes, NodeKind.CRYSTAL)[0]
    for node in (compound, crystal):
        land(database, node.uuid, formula=node.label)
        advance_from(database, node.uuid)
    assert [r["job_uuid"] for r in database.results.find()] == [compound.uuid]


def test_all_campaigns_that_share_a_node_go_on(
    database: Database, nodes: list[Node], respecified: Callable[..., Campaign], land: Land
) -> None:
    save_campaign(database, respecified(name="other"))
    for parent in undoped(nodes).parents:
        land(database, parent)
    added = advance_from(database, undoped(nodes).parents[0])
    assert added == [undoped(nodes).uuid]  # once: both campaigns mean the same workflow
    land(database, undoped(nodes).uuid, formula="Li2ZrO3")
    advance_from(database, undoped(nodes).uuid)
    assert set(database.results.distinct("campaign")) == {"small", "other"}


def test_a_changed_campaign_keeps_the_nodes_it_still_has(
    database: Database, nodes: list[Node], small_plan: Plan
) -> None:
    campaign = small_plan.campaign
    fewer = campaign.model_copy(update={"compounds": campaign.compounds[:-1]})
    kept = save_campaign(database, fewer)
    assert load_nodes(database, {"campaign": "small"}) == kept
    # Mg was the last dopant: its oxide goes with it.
    gone = {nodes[-1].uuid, campaign.crystal_uuids["MgO"]}
    assert {n.uuid for n in nodes} - {n.uuid for n in kept} == gone


def test_a_stored_campaign_comes_back_as_it_was(
    database: Database, nodes: list[Node], small_plan: Plan
) -> None:
    loaded = load_campaign(database, "small")
    assert loaded.spec == small_plan.campaign.spec
    assert list(loaded.nodes()) == nodes


def test_an_unknown_campaign_is_named(database: Database) -> None:
    with pytest.raises(InputError, match="there is no campaign 'absent' in this database"):
        load_campaign(database, "absent")


def test_every_step_of_a_workflow_knows_its_node_and_its_dopant(
    database: Database, nodes: list[Node], land: Land
) -> None:
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND or node is undoped(nodes):
            land(database, node.uuid)
    advance(database, "small")
    node = doped(nodes, "Ta")
    steps = list(database.fireworks.find({"spec.node": node.uuid}))
    assert {step["spec"]["step"] for step in steps} == {
        "dope",
        "lowest",
        "migration",
        "interface",
        "advance",
    }
    expected: dict[str, Any] = {"campaign": "small", "dopant": "Ta", "valence": 5, "site": "Zr"}
    for step in steps:
        assert expected.items() <= step["spec"].items()
