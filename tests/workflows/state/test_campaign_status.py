from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.campaign import Campaign, Node, NodeKind
from workflows.state.campaign_status import State, Status, campaign_status, node_states

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]


@pytest.fixture
def nodes(database: Database, small_plan: Plan) -> list[Node]:
    nodes = save_campaign(database, small_plan.campaign)
    advance(database, "small")
    return nodes


def host(nodes: list[Node]) -> str:
    return next(node.uuid for node in nodes if node.kind is NodeKind.HOST)


def compounds(nodes: list[Node]) -> list[str]:
    return [node.uuid for node in nodes if node.kind is NodeKind.COMPOUND]


def set_state(database: Database, uuid: str, step: str, state: str) -> None:
    """Let one step of a node's workflow be in a state."""
    firework = database.fireworks.find_one_and_update(
        {"spec.node": uuid, "spec.step": step}, {"$set": {"state": state}}
    )
    assert firework
    key = f"fw_states.{firework['fw_id']}"
    database.workflows.update_one({"metadata.digest": uuid}, {"$set": {key: state}})


def test_a_new_campaign_is_queued_and_compounds_wait(database: Database, nodes: list[Node]) -> None:
    status = campaign_status(database, "small")
    assert status.nodes[NodeKind.HOST] == Counter({State.QUEUED: 1})
    assert status.nodes[NodeKind.CRYSTAL] == Counter({State.QUEUED: 5})
    assert status.nodes[NodeKind.COMPOUND] == Counter({State.WAITING: len(compounds(nodes))})
    assert not status.idle
    assert not status.finished
    assert not status.complete


def test_a_running_step_makes_its_node_run(database: Database, nodes: list[Node]) -> None:
    set_state(database, host(nodes), "arrange", "RUNNING")
    status = campaign_status(database, "small")
    assert status.nodes[NodeKind.HOST] == Counter({State.RUNNING: 1})
    assert status.running == ["LZO host: arrange"]


def test_a_node_whose_output_is_there_is_not_over_before_its_last_step(
    database: Database, nodes: list[Node]
) -> None:
    # The last step stores the result and adds what has waited: a run must not end before it.
    database.jobs.insert_one({"uuid": host(nodes), "index": 1})
    for step in ("arrange", "lowest"):
        set_state(database, host(nodes), step, "COMPLETED")
    assert node_states(database, nodes)[host(nodes)] is State.QUEUED
    set_state(database, host(nodes), "advance", "COMPLETED")
    assert node_states(database, nodes)[host(nodes)] is State.LANDED


def test_a_failed_host_blocks_all_compounds(
    database: Database, nodes: list[Node], end: Land, land: Land
) -> None:
    for node in nodes:
        if node.kind is NodeKind.CRYSTAL:
            land(database, node.uuid)
    end(database, host(nodes), "FIZZLED")
    status = campaign_status(database, "small")
    assert status.nodes[NodeKind.HOST] == Counter({State.FAILED: 1})
    assert status.nodes[NodeKind.COMPOUND] == Counter({State.BLOCKED: len(compounds(nodes))})
    assert status.finished
    assert not status.complete


def test_a_failed_crystal_blocks_the_compounds_that_need_it(
    database: Database, nodes: list[Node], end: Land, land: Land
) -> None:
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND and node.formula != "Ta2O5":
            land(database, node.uuid)
    tantalum = next(node.uuid for node in nodes if node.formula == "Ta2O5")
    end(database, tantalum, "FIZZLED")
    states = node_states(database, nodes)
    labels = {node.label: states[node.uuid] for node in nodes if node.kind is NodeKind.COMPOUND}
    assert labels["LZO:Ta5+(Zr)0.5"] is State.BLOCKED
    assert labels["LZO:Nb5+(Zr)0.5"] is State.WAITING


def test_a_finished_campaign_is_complete(database: Database, nodes: list[Node], land: Land) -> None:
    for node in nodes:
        land(database, node.uuid)
    status = campaign_status(database, "small")
    assert status.finished
    assert status.complete
    assert status.count(NodeKind.COMPOUND, State.LANDED) == status.count(NodeKind.COMPOUND) == 5


def test_a_campaign_is_complete_once_its_trainings_have_ended_well_too() -> None:
    landed = Counter({State.LANDED: 2})
    for training in (State.LANDED, State.FAILED):
        nodes = {NodeKind.COMPOUND: landed, NodeKind.LEARNING: Counter({training: 1})}
        status = Status("small", nodes=nodes, steps={}, running=())
        assert status.complete == (training is State.LANDED)


def fail(database: Database, uuid: str, step: str, trace: str | None) -> None:
    """Let a step fail with a traceback, or be lost without one."""
    set_state(database, uuid, step, "FIZZLED")
    firework = database.fireworks.find_one({"spec.node": uuid, "spec.step": step}) or {}
    action: dict[str, Any] | None = None
    if trace is not None:
        action = {"stored_data": {"_exception": {"_stacktrace": trace}}}
    launch = {"launch_id": firework["fw_id"] + 1000, "fw_id": firework["fw_id"], "action": action}
    database.mongo["launches"].insert_one(launch)
    database.fireworks.update_one(
        {"fw_id": firework["fw_id"]}, {"$set": {"launches": [launch["launch_id"]]}}
    )


def errors(status: Status) -> list[str]:
    return [failure.error for failure in status.failures]


def test_a_failure_shows_the_end_of_its_traceback(database: Database, nodes: list[Node]) -> None:
    trace = "Traceback:\n  line\nmakers.relax.NotConvergedError: it did not relax\n"
    fail(database, host(nodes), "arrange", trace)
    (failure,) = campaign_status(database, "small").failures
    assert (failure.compound, failure.step) == ("LZO host", "arrange")
    assert "it did not relax" in failure.error


def test_what_fails_for_want_of_its_parent_does_not_hide_the_cause(
    database: Database, nodes: list[Node]
) -> None:
    fail(database, host(nodes), "arrange", "ValueError: the cause")
    trace = "makers.flows.candidates.ParentFailedError: the step before failed"
    fail(database, host(nodes), "lowest", trace)
    (error,) = errors(campaign_status(database, "small"))
    assert "the cause" in error


def test_a_lost_run_says_that_it_was_lost(database: Database, nodes: list[Node]) -> None:
    fail(database, host(nodes), "arrange", None)
    (error,) = errors(campaign_status(database, "small"))
    assert "lost" in error


def test_failures_of_an_earlier_specification_are_not_shown(
    database: Database, nodes: list[Node], respecified: Callable[..., Campaign]
) -> None:
    fail(database, host(nodes), "arrange", "ValueError: of a host nobody asks for now")
    save_campaign(database, respecified(seed=1))  # other arrangements
    status = campaign_status(database, "small")
    assert list(status.failures) == []
    assert "arrange" not in status.steps
