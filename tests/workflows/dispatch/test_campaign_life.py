"""A campaign rests, goes on, goes first, goes away, and survives `lpad reset`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fireworks import FWorker

from analysis.base.errors import InputError
from workflows.dispatch.campaign_advance import advance
from workflows.dispatch.campaign_life import delete, pause, prioritize, resume
from workflows.dispatch.submission import submit
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.campaign import NodeKind
from workflows.storage.campaigns import is_paused, load_nodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.specification.campaign import Campaign
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]


@pytest.fixture
def submitted(database: Database, small_plan: Plan) -> Database:
    submit(database, small_plan)
    return database


def states(database: Database) -> dict[str, int]:
    names = database.fireworks.distinct("state")
    return {name: database.fireworks.count_documents({"state": name}) for name in names}


def take(database: Database, folder: Path) -> int:
    """Let a rocket take the next step; give its number."""
    firework, launch = database.launchpad.checkout_fw(FWorker(), str(folder))
    assert launch
    return int(firework.fw_id)


def test_a_campaign_that_rests_starts_nothing_and_adds_nothing(
    submitted: Database, small_plan: Plan, tmp_path: Path, land: Land
) -> None:
    before = states(submitted)
    running = take(submitted, tmp_path)
    paused = pause(submitted, "small")
    assert is_paused(submitted, "small")
    assert not submitted.launchpad.run_exists(FWorker())
    # the step that runs may end; the one behind it is kept
    assert states(submitted)["RUNNING"] == 1
    assert paused == before["READY"] - 1 + len(behind(submitted, running))
    for crystal in load_nodes(submitted, {"campaign": "small", "kind": NodeKind.CRYSTAL}):
        land(submitted, crystal.uuid)
    land(submitted, small_plan.campaign.host_uuid)
    assert advance(submitted, "small") == []
    resume(submitted, "small")
    undoped = {"metadata.digest": small_plan.campaign.undoped_uuid}
    assert submitted.workflows.count_documents(undoped) == 1
    assert "PAUSED" not in states(submitted)


def behind(database: Database, fw_id: int) -> list[int]:
    workflow: dict[str, Any] = database.workflows.find_one({"nodes": fw_id}) or {}
    waiting = {"fw_id": {"$in": workflow["nodes"]}, "state": {"$in": ["WAITING", "PAUSED"]}}
    found: list[int] = database.fireworks.distinct("fw_id", waiting)
    return found


def test_submit_wakes_a_campaign_and_keeps_its_priority(
    submitted: Database, small_plan: Plan
) -> None:
    prioritize(submitted, "small", 3)
    pause(submitted, "small")
    submit(submitted, small_plan)
    assert not is_paused(submitted, "small")
    assert "PAUSED" not in states(submitted)
    assert (submitted.campaigns.find_one({}) or {})["priority"] == 3


def test_steps_that_another_campaign_shares_go_on(
    submitted: Database, respecified: Callable[..., Campaign]
) -> None:
    save_campaign(submitted, respecified(name="twin"))
    assert pause(submitted, "small") == 0
    assert pause(submitted, "twin") > 0  # nobody wants them now
    with pytest.raises(InputError, match="no campaign 'smal' in this database; there are: small, "):
        pause(submitted, "smal")


def test_the_campaign_of_higher_priority_goes_first(
    submitted: Database, small_plan: Plan, land: Land
) -> None:
    before = submitted.fireworks.distinct("spec._priority")
    prioritize(submitted, "small", 7)
    assert submitted.fireworks.distinct("spec._priority") == [700 + each for each in before]
    prioritize(submitted, "small", 2)
    assert submitted.fireworks.distinct("spec._priority") == [200 + each for each in before]
    for node in load_nodes(submitted, {"campaign": "small", "kind": {"$ne": NodeKind.COMPOUND}}):
        land(submitted, node.uuid)
    advance(submitted, "small")  # the undoped host is added later, and goes first too
    added = {"spec.node": small_plan.campaign.undoped_uuid}
    assert min(submitted.fireworks.distinct("spec._priority", added)) >= 200


def test_a_campaign_that_runs_is_not_deleted(submitted: Database, tmp_path: Path) -> None:
    take(submitted, tmp_path)
    with pytest.raises(InputError, match="1 steps of small are running"):
        delete(submitted, "small", outputs=False)
    assert submitted.campaigns.count_documents({}) == 1


def test_a_deleted_campaign_leaves_its_outputs_unless_they_are_to_go(
    submitted: Database, small_plan: Plan, land: Land
) -> None:
    land(submitted, small_plan.campaign.host_uuid)
    delete(submitted, "small", outputs=False)
    assert [
        submitted.mongo[n].count_documents({}) for n in ("campaigns", "nodes", "workflows")
    ] == [*(0, 0, 0)]
    submit(submitted, small_plan)
    host = {"metadata.digest": small_plan.campaign.host_uuid}
    assert submitted.workflows.count_documents(host) == 0  # it has landed
    delete(submitted, "small", outputs=True)
    assert submitted.jobs.count_documents({"uuid": small_plan.campaign.host_uuid}) == 0


def test_what_two_campaigns_share_stays_when_one_is_deleted(
    submitted: Database, respecified: Callable[..., Campaign]
) -> None:
    save_campaign(submitted, respecified(name="twin"))
    before = states(submitted)
    delete(submitted, "small", outputs=True)
    assert states(submitted) == before
    assert submitted.campaigns.distinct("name") == ["twin"]


def test_after_lpad_reset_submit_adds_what_has_not_landed(
    submitted: Database, small_plan: Plan, land: Land
) -> None:
    first = submitted.workflows.distinct("metadata.digest")
    land(submitted, small_plan.campaign.host_uuid)
    submitted.launchpad.reset("", require_password=False, max_reset_wo_password=100)
    assert states(submitted) == {}
    assert submitted.campaigns.count_documents({}) == 1
    again = submit(submitted, small_plan)
    assert set(again) == set(first) - {small_plan.campaign.host_uuid}
