"""A specification that changes while its campaign is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workflows.dispatch.submission import submit
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec

if TYPE_CHECKING:
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database


@pytest.fixture
def without_tantalum(small_plan: Plan) -> Plan:
    spec = small_plan.campaign.spec.model_dump()
    spec["dopants"] = [dopant for dopant in spec["dopants"] if dopant["element"] != "Ta"]
    return make_plan(CampaignSpec.model_validate(spec), TableSource())


def states(database: Database, compound: str) -> dict[str, str]:
    found = database.fireworks.find({"spec.compound": compound})
    return {step["spec"]["step"]: step["state"] for step in found}


def test_what_is_no_longer_asked_for_is_kept_from_rockets_until_it_is_again(
    database: Database, small_plan: Plan, without_tantalum: Plan
) -> None:
    queued = {"reference": "READY", "advance": "WAITING"}
    submit(database, small_plan)
    assert states(database, "Ta2O5") == queued
    submit(database, without_tantalum)
    assert states(database, "Ta2O5") == {"reference": "PAUSED", "advance": "PAUSED"}
    assert states(database, "Nb2O5") == queued
    assert submit(database, small_plan) == []  # what was shelved is not added a second time
    assert states(database, "Ta2O5") == queued
