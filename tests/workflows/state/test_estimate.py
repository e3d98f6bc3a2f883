"""How long a campaign is said to take."""

from __future__ import annotations

from typing import Any

import pytest
from standins.plans import plan

from makers.engines.registry import find_engine
from workflows.specification.campaign import NodeKind
from workflows.state.estimate import RELAXED_AGAIN, Estimate, estimate


def with_engine(**engine: Any) -> Estimate:
    return estimate(plan(engine={"name": "chgnet", **engine}).campaign)


def with_sevennet(relax: str) -> Estimate:
    pytest.importorskip("sevenn")
    return with_engine(then={"name": "sevennet", "relax": relax})


def seconds(estimated: Estimate) -> float:
    assert estimated.core_seconds is not None
    return estimated.core_seconds


def test_a_second_engine_costs_by_what_it_does() -> None:
    alone = with_engine()
    never, disagreeing, always = map(with_sevennet, ("never", "disagreeing", "always"))
    costs = [seconds(each) for each in (alone, never, disagreeing, always)]
    assert costs == sorted(costs)
    cost = find_engine("sevennet").core_seconds
    assert cost is not None
    again = RELAXED_AGAIN * alone.work[NodeKind.COMPOUND] * cost
    assert costs[2] - costs[1] == pytest.approx(again)
    assert costs[3] - costs[0] == pytest.approx(cost * sum(alone.work.values()))


def test_nobody_knows_how_long_vasp_takes() -> None:
    then = {"name": "vasp", "relax": "always"}
    assert with_engine(then=then).wall_seconds(2) is None


def test_workers_share_the_work() -> None:
    found = with_engine()
    one, two = found.wall_seconds(1), found.wall_seconds(2)
    assert one is not None
    assert two is not None
    assert one - two == pytest.approx(seconds(found) / 2)
