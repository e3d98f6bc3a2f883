"""Core-hours of runs that landed, failed, were lost, and run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from workflows.state.core_hours import usage

if TYPE_CHECKING:
    from workflows.storage.database import Database

BEGAN = datetime(2026, 11, 28, 12, tzinfo=UTC)


def entry(state: str, hours: float, **more: Any) -> dict[str, Any]:
    return {"state": state, "created_on": BEGAN + timedelta(hours=hours), **more}


def put(database: Database, number: int, step: str, history: list[Any], trace: str = "") -> None:
    database.fireworks.insert_one(
        {"fw_id": number, "spec": {"node": "n", "step": step}, "state": history[-1]["state"]}
    )
    database.launches.insert_one(
        {
            "launch_id": number,
            "fw_id": number,
            "state": history[-1]["state"],
            "state_history": history,
            "action": {"stored_data": {"_exception": {"_stacktrace": trace}}} if trace else None,
        }
    )


def test_runs_are_counted_by_step_and_outcome(database: Database) -> None:
    database.nodes.insert_one({"uuid": "n", "campaign": "c"})
    record = {"process": {"cores": 32}}
    seen = {**record, "updated_on": BEGAN + timedelta(hours=3)}
    put(database, 1, "relax", [entry("RUNNING", 0, **record), entry("COMPLETED", 2)])
    put(database, 2, "relax", [entry("RUNNING", 0, **record), entry("COMPLETED", 1)])
    # found two days later: the last sign of life counts
    lost = "the run was lost: slurm: job 7 ended as TIMEOUT"
    put(database, 3, "relax", [entry("RUNNING", 0, **seen), entry("FIZZLED", 50)], lost)
    put(database, 4, "dope", [entry("RUNNING", 0), entry("FIZZLED", 0.5)], "InputError: no")
    put(database, 5, "dope", [entry("RESERVED", 0)])
    put(database, 6, "dope", [entry("RUNNING", 0, updated_on=BEGAN + timedelta(hours=0.25))])
    found = {key: (u.runs, u.hours, u.core_hours) for key, u in usage(database, "c").items()}
    assert found == {
        ("dope", "input"): (1, pytest.approx(0.5), pytest.approx(0.5)),
        ("dope", "running"): (1, pytest.approx(0.25), pytest.approx(0.25)),
        ("relax", "landed"): (2, pytest.approx(3), pytest.approx(96)),
        ("relax", "walltime"): (1, pytest.approx(3), pytest.approx(96)),
    }
    assert usage(database, "another") == {}
