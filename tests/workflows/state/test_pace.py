from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.campaign import NodeKind
from workflows.state.campaign_status import campaign_status
from workflows.state.estimate import estimate
from workflows.state.pace import campaign_pace, landing_times, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


def test_the_rate_counts_what_landed_after_the_first() -> None:
    pace = measure(hours_ago(4, 3, 2, 1, 0.5), NOW, remaining=10)
    assert pace.per_hour == pytest.approx(1.0)  # four in four hours
    assert pace.left == timedelta(hours=10)


def test_a_pause_slows_the_rate() -> None:
    assert measure(hours_ago(10, 9), NOW, remaining=1).per_hour == pytest.approx(0.1)


def test_what_landed_more_than_a_day_ago_does_not_count() -> None:
    pace = measure(hours_ago(100, 99, 98, 2, 1), NOW, remaining=1)
    assert pace.per_hour == pytest.approx(0.5)


@pytest.mark.parametrize("times", [[], [1.0], [50.0, 49.0]])
def test_without_two_recent_ones_no_rate_is_made_up(times: list[float]) -> None:
    pace = measure(hours_ago(*times), NOW, remaining=3)
    assert pace.per_hour is None
    assert pace.left is None


def test_nothing_left_takes_no_time() -> None:
    assert measure([], NOW, remaining=0).left == timedelta(0)


def put_step(database: Database, node: str, time: Any, **changes: Any) -> None:
    """Store a relaxation that has landed."""
    number = database.fireworks.count_documents({}) + 1000
    spec = {"node": node, "step": "relax"}
    step = {"fw_id": number, "spec": spec, "state": "COMPLETED", "updated_on": time}
    database.fireworks.insert_one(step | changes)


def test_times_are_read_as_fireworks_writes_them(database: Database, small_plan: Plan) -> None:
    node = save_campaign(database, small_plan.campaign)[0].uuid
    new, old = hours_ago(1, 30)
    for time in (new, new.isoformat(), old, old.isoformat()):
        put_step(database, node, time)
    put_step(database, node, new, state="RUNNING")
    put_step(database, node, new, spec={"node": node, "step": "interface"})
    put_step(database, "of another campaign", new)
    times = landing_times(database, "small", since=NOW - timedelta(hours=24))
    assert times == [new, new]


def test_what_is_left_is_the_estimate_less_what_landed_and_what_is_lost(
    database: Database, small_plan: Plan, end: Callable[..., None]
) -> None:
    nodes = save_campaign(database, small_plan.campaign)
    advance(database, "small")
    total = estimate(small_plan.campaign).relaxations
    assert _remaining(database) == total
    put_step(database, nodes[0].uuid, NOW)
    assert _remaining(database) == total - 1
    # Without the host no compound can be computed; the crystals and the host itself still count.
    end(database, next(node.uuid for node in nodes if node.kind is NodeKind.HOST), "FIZZLED")
    lost = sum(node.kind is NodeKind.COMPOUND for node in nodes)
    assert _remaining(database) == total - 1 - lost * small_plan.campaign.spec.choices


def _remaining(database: Database) -> int:
    return campaign_pace(database, "small", campaign_status(database, "small")).remaining
