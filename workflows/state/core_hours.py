"""Core-hours that a campaign has used: by step, and by what became of the run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.state.failures import classify
from workflows.state.pace import utc_time
from workflows.storage.database import Database

LANDED: Final = "landed"
RUNNING: Final = "running"
_LOST: Final = "run was lost"


@dataclass
class Usage:
    """Runs of one step with one outcome.

    Attributes
    ----------
    runs
        Their number.
    hours, core_hours
        The time they took, and that times their cores.
    """

    runs: int = 0
    hours: float = 0.0
    core_hours: float = 0.0


def usage(database: Database, name: str) -> dict[tuple[str, str], Usage]:
    """Add up the runs of a campaign.

    Returns
    -------
    By step and outcome: `landed`, `running`, or the class of the failure. The time of a run that
    was lost is counted to its last sign of life.
    """
    nodes = database.nodes.distinct("uuid", {"campaign": name})
    fields = {"fw_id": 1, "spec.step": 1}
    found = database.fireworks.find({"spec.node": {"$in": nodes}}, fields)
    steps = {step["fw_id"]: step["spec"].get("step", "") for step in found}
    used: defaultdict[tuple[str, str], Usage] = defaultdict(Usage)
    for launch in _launches(database, list(steps)):
        if (hours := _hours(launch)) is not None:
            each = used[steps[launch["fw_id"]], _outcome(launch)]
            each.runs += 1
            each.hours += hours
            each.core_hours += hours * _cores(launch)
    return dict(sorted(used.items()))


def _launches(database: Database, fw_ids: list[int]) -> Iterator[Mapping[str, Any]]:
    fields = {"fw_id": 1, "state": 1, "state_history": 1, "action.stored_data._exception": 1}
    yield from database.launches.find({"fw_id": {"$in": fw_ids}}, fields)


def _outcome(launch: Mapping[str, Any]) -> str:
    if launch["state"] == "COMPLETED":
        return LANDED
    return RUNNING if launch["state"] == "RUNNING" else str(classify(_trace(launch)))


def _trace(launch: Mapping[str, Any]) -> str:
    stored = (launch.get("action") or {}).get("stored_data") or {}
    return (stored.get("_exception") or {}).get("_stacktrace") or ""


def _hours(launch: Mapping[str, Any]) -> float | None:
    """Return the time of a run; None if it never began."""
    entries = {entry["state"]: entry for entry in launch["state_history"]}
    if (began := entries.get("RUNNING")) is None:
        return None
    ended = entries.get(launch["state"], began)
    is_unknown = ended is began or _LOST in _trace(launch)
    end = began.get("updated_on", began["created_on"]) if is_unknown else ended["created_on"]
    return max(0.0, (utc_time(end) - utc_time(began["created_on"])).total_seconds() / 3600)


def _cores(launch: Mapping[str, Any]) -> float:
    records = [entry["process"] for entry in launch["state_history"] if entry.get("process")]
    return float(records[-1].get("cores", 1.0)) if records else 1.0
