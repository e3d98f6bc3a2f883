"""What a kill leaves in the database, at each of the moments FireWorks may be in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fireworks import Firework, FWAction, FWorker, Workflow
from pymongo.collection import Collection

from workflows.base.settings import load_settings
from workflows.dispatch.advance_task import AdvanceTask
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.recovery.recovery import recover, recover_local, retry_failed
from workflows.specification.campaign import Campaign, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]


class Cut(BaseException):
    """The process was killed here."""


@pytest.fixture
def nodes(
    database: Database, small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Node]:
    monkeypatch.chdir(tmp_path)
    nodes = save_campaign(database, small_plan.campaign)
    advance(database, "small")
    return nodes


@pytest.fixture
def host(nodes: list[Node]) -> str:
    return next(node.uuid for node in nodes if node.kind is NodeKind.HOST)


def steps(database: Database, uuid: str) -> dict[str, str]:
    """Return the state of each step of a node."""
    found = database.fireworks.find({"spec.node": uuid})
    return {step["spec"]["step"]: step["state"] for step in found}


def told(database: Database, uuid: str) -> list[str]:
    """Return the states as the workflow knows them."""
    workflow = database.workflows.find_one({"metadata.digest": uuid}) or {}
    return sorted(workflow["fw_states"].values())


def begin(database: Database) -> tuple[Firework, int]:
    """Take the step of highest priority, as a rocket does; the host's first."""
    firework, launch_id = database.launchpad.checkout_fw(FWorker(), ".")
    return firework, launch_id


def detour(uuid: str) -> FWAction:
    """Ask for two more steps, as a step that relaxes candidates does."""
    relaxations = [
        Firework(AdvanceTask(node="none"), {"node": uuid, "step": f"relax {n}"}, fw_id=-n)
        for n in (1, 2)
    ]
    return FWAction(detours=[Workflow(relaxations)])


def test_a_lost_run_runs_again(database: Database, host: str) -> None:
    begin(database)
    assert steps(database, host)["arrange"] == "RUNNING"
    assert recover_local(database, "small").rerun == 1
    assert steps(database, host)["arrange"] == "READY"
    assert recover_local(database, "small").rerun == 0


def test_a_run_that_is_lost_again_and_again_is_given_up(database: Database, host: str) -> None:
    for _ in range(load_settings().max_reruns):
        begin(database)
        assert recover_local(database, "small").rerun == 1
    begin(database)
    assert recover_local(database, "small").rerun == 0
    assert steps(database, host)["arrange"] == "FIZZLED"


def test_a_step_that_was_being_taken_is_ready_again(database: Database, host: str) -> None:
    database.launchpad._get_a_fw_to_run()  # a kill after the first write of a check-out
    assert steps(database, host)["arrange"] == "RESERVED"
    recover_local(database, "small")
    assert steps(database, host)["arrange"] == "READY"


def test_a_lock_of_a_killed_process_is_opened(database: Database, host: str) -> None:
    database.workflows.update_one({"metadata.digest": host}, {"$set": {"locked": True}})
    recover_local(database, "small")
    assert database.workflows.count_documents({"locked": True}) == 0


def test_a_step_that_no_workflow_has_is_not_waited_for(
    database: Database, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill left it half added, and a rocket took it: FireWorks has nothing to rerun it in."""
    monkeypatch.setenv("INTERPHASE_LAUNCH_PATIENCE", "0.001")
    taken, launch_id = begin(database)
    database.workflows.update_one({"nodes": taken.fw_id}, {"$pull": {"nodes": taken.fw_id}})
    monkeypatch.setattr(database.launchpad, "rerun_fw", _cut)  # it waits for the workflow's lock
    found = recover(database, ["small"], queue=None)
    assert (found.rerun, found.hindered) == (0, [])
    assert database.launches.find_one({"launch_id": launch_id})["state"] == "FIZZLED"
    long_ago = {"$set": {"updated_on": "2026-01-01T00:00:00"}}
    database.fireworks.update_one({"fw_id": taken.fw_id}, long_ago)
    recover(database, ["small"], queue=None)
    assert "arrange" not in steps(database, host)


def test_a_step_that_was_marked_as_failed_by_hand_lets_its_children_go(
    database: Database, host: str
) -> None:
    # FireWorks does that where it cannot refresh the workflow: for the database went away, say.
    firework, launch_id = begin(database)
    fizzled = {"$set": {f"fw_states.{firework.fw_id}": "FIZZLED"}}
    database.launches.update_one({"launch_id": launch_id}, {"$set": {"state": "FIZZLED"}})
    database.fireworks.update_one({"fw_id": firework.fw_id}, {"$set": {"state": "FIZZLED"}})
    database.workflows.update_one({"metadata.digest": host}, fizzled)
    recover_local(database, "small")
    assert steps(database, host) == {
        "arrange": "FIZZLED",
        "lowest": "READY",
        "advance": "WAITING",
    }


def test_a_step_whose_end_its_workflow_was_not_told_of_lets_its_children_go(
    database: Database, host: str
) -> None:
    _, launch_id = begin(database)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(database.launchpad, "_refresh_wf", _cut)
        with pytest.raises(Cut):
            database.launchpad.complete_launch(launch_id, detour(host))
    recover_local(database, "small")
    assert steps(database, host) == {
        "arrange": "COMPLETED",
        "relax 1": "READY",
        "relax 2": "READY",
        "lowest": "WAITING",
        "advance": "WAITING",
    }


def _cut(*_: Any, **__: Any) -> None:
    raise Cut


@pytest.mark.parametrize("writes", range(4))
def test_a_kill_while_steps_are_added_loses_none_and_adds_none_twice(
    database: Database, host: str, writes: int
) -> None:
    # FireWorks writes the two new steps, then the one that asked for them, and at last the
    # workflow that knows them.
    _, launch_id = begin(database)
    replace = Collection.find_one_and_replace
    left = [writes]

    def count_down(self: Any, *args: Any, **options: Any) -> Any:
        if self.name in ("fireworks", "workflows"):
            if not left[0]:
                raise Cut
            left[0] -= 1
        return replace(self, *args, **options)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Collection, "find_one_and_replace", count_down)
        with pytest.raises(Cut):
            database.launchpad.complete_launch(launch_id, detour(host))
    recover_local(database, "small")
    mine = list(database.fireworks.find({"spec.node": host}))
    workflow = database.workflows.find_one({"metadata.digest": host}) or {}
    assert sorted(step["fw_id"] for step in mine) == sorted(workflow["nodes"])
    assert steps(database, host) == {
        "arrange": "COMPLETED",
        "relax 1": "READY",
        "relax 2": "READY",
        "lowest": "WAITING",
        "advance": "WAITING",
    }
    assert len(mine) == 5
    assert told(database, host) == ["COMPLETED", "READY", "READY", "WAITING", "WAITING"]


def test_a_failure_its_workflow_was_not_told_of_lets_the_last_step_go(
    database: Database, host: str
) -> None:
    _, launch_id = begin(database)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(database.launchpad, "_refresh_wf", _cut)
        with pytest.raises(Cut):
            database.launchpad.complete_launch(launch_id, FWAction(), "FIZZLED")
    recover_local(database, "small")
    # The step that keeps the lowest runs after failures too, and fails of its own.
    assert steps(database, host)["lowest"] == "READY"


def test_what_has_ended_well_is_left_alone(
    database: Database, nodes: list[Node], land: Land
) -> None:
    for node in nodes:
        land(database, node.uuid)
    before = list(database.fireworks.find().sort("fw_id"))
    recovered = recover_local(database, "small")
    assert (recovered.rerun, recovered.refreshed, recovered.half_added) == (0, 0, 0)
    assert list(database.fireworks.find().sort("fw_id")) == before


def test_another_campaign_on_a_shared_server_is_left_alone(
    database: Database, host: str, respecified: Callable[..., Campaign]
) -> None:
    begin(database)
    save_campaign(database, respecified(name="other", seed=1))
    assert recover_local(database, "other").rerun == 0
    assert steps(database, host)["arrange"] == "RUNNING"


def test_what_failed_runs_again_when_asked(database: Database, host: str) -> None:
    _, launch_id = begin(database)
    database.launchpad.complete_launch(launch_id, FWAction(), "FIZZLED")
    for _ in ("lowest", "advance"):
        firework, launch_id = begin(database)
        assert firework.spec["node"] == host
        database.launchpad.complete_launch(launch_id, FWAction(), "FIZZLED")
    assert retry_failed(database, "small") == 3
    assert steps(database, host) == {
        "arrange": "READY",
        "lowest": "WAITING",
        "advance": "WAITING",
    }


def test_a_result_that_is_there_is_not_tried_again(database: Database, host: str) -> None:
    # One of its candidates failed: what depends on it has been computed from the others.
    _, launch_id = begin(database)
    database.launchpad.complete_launch(launch_id, FWAction(), "FIZZLED")
    for _ in ("lowest", "advance"):
        _, launch_id = begin(database)
        database.launchpad.complete_launch(launch_id, FWAction())
    database.jobs.insert_one({"uuid": host, "index": 1})
    assert retry_failed(database, "small") == 0
    assert steps(database, host)["arrange"] == "FIZZLED"


def test_an_end_that_failed_after_its_result_landed_runs_again(
    database: Database, host: str
) -> None:
    # its workflow would count as failed for ever, with a result that is there
    for _ in ("arrange", "lowest"):
        _, launch_id = begin(database)
        database.launchpad.complete_launch(launch_id, FWAction())
    database.jobs.insert_one({"uuid": host, "index": 1})
    _, launch_id = begin(database)
    database.launchpad.complete_launch(launch_id, FWAction(), "FIZZLED")
    (step,) = recover(database, ["small"], queue=None).again
    assert step.name.endswith(": advance")
    assert steps(database, host)["advance"] == "READY"
