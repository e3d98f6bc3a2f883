"""The state of a campaign: what has landed, what runs, what failed and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows.advance import landed, load_nodes
from workflows.campaign import Kind, Node
from workflows.database import Database

_OVER = frozenset({"COMPLETED", "FIZZLED", "DEFUSED", "ARCHIVED"})


class State(StrEnum):
    """State of one node of the campaign."""

    LANDED = "landed"
    RUNNING = "running"
    QUEUED = "queued"
    WAITING = "waiting"
    FAILED = "failed"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Failure:
    """Why a step failed."""

    compound: str
    step: str
    fw_id: int
    error: str


@dataclass(frozen=True)
class Status:
    """What a person wants to know of a campaign at a glance."""

    campaign: str
    nodes: Mapping[Kind, Counter[State]]
    steps: Mapping[str, Counter[str]]
    running: Sequence[str]
    failures: Sequence[Failure] = field(default_factory=tuple)

    @property
    def relaxations_done(self) -> int:
        """Count the relaxations that have ended well."""
        return sum(self.steps.get(step, Counter())["COMPLETED"] for step in ("relax", "reference"))

    @property
    def finished(self) -> bool:
        """Say whether nothing is left that could run."""
        return not any(
            counts[state]
            for counts in self.nodes.values()
            for state in (State.RUNNING, State.QUEUED, State.WAITING)
        )

    def count(self, kind: Kind, state: State | None = None) -> int:
        """Count the nodes of a kind, in one state or in any."""
        counts = self.nodes[kind]
        return counts[state] if state else counts.total()


def campaign_status(database: Database, name: str) -> Status:
    """Read the state of a campaign from the database."""
    nodes = load_nodes(database, {"campaign": name})
    states = node_states(database, nodes)
    return Status(
        campaign=name,
        nodes={
            kind: Counter(states[node.uuid] for node in nodes if node.kind is kind) for kind in Kind
        },
        steps=_steps(database, name),
        running=_running(database, name),
        failures=_failures(database, name),
    )


def node_states(database: Database, nodes: Sequence[Node]) -> dict[str, State]:
    """Give the state of each node, by uuid; `nodes` go from parents to children."""
    uuids = [node.uuid for node in nodes]
    done = landed(database, uuids)
    workflows = {
        workflow["metadata"]["digest"]: set(workflow["fw_states"].values())
        for workflow in database.workflows.find(
            {"metadata.digest": {"$in": [u for u in uuids if u not in done]}},
            {"metadata.digest": 1, "fw_states": 1},
        )
    }
    states: dict[str, State] = {}
    for node in nodes:
        parents = [states.get(parent, State.LANDED) for parent in node.parents]
        states[node.uuid] = _state(node.uuid in done, workflows.get(node.uuid), parents)
    return states


def _state(done: bool, firework_states: set[str] | None, parents: Iterable[State]) -> State:
    if done:
        return State.LANDED
    if firework_states is None:
        lost = any(parent in (State.FAILED, State.BLOCKED) for parent in parents)
        return State.BLOCKED if lost else State.WAITING
    if firework_states <= _OVER:
        return State.FAILED
    return State.RUNNING if "RUNNING" in firework_states else State.QUEUED


def _steps(database: Database, name: str) -> dict[str, Counter[str]]:
    groups = database.fireworks.aggregate(
        [
            {"$match": {"spec.campaign": name}},
            {"$group": {"_id": {"step": "$spec.step", "state": "$state"}, "n": {"$sum": 1}}},
        ]
    )
    steps: dict[str, Counter[str]] = {}
    for group in groups:
        steps.setdefault(group["_id"]["step"], Counter())[group["_id"]["state"]] = group["n"]
    return steps


def _running(database: Database, name: str) -> list[str]:
    running = database.fireworks.find({"spec.campaign": name, "state": "RUNNING"}, {"name": 1})
    return sorted(firework["name"] for firework in running)


def _failures(database: Database, name: str) -> list[Failure]:
    fizzled = database.fireworks.aggregate(
        [
            {"$match": {"spec.campaign": name, "state": "FIZZLED"}},
            {"$sort": {"fw_id": 1}},
            {
                "$lookup": {
                    "from": "launches",
                    "localField": "launches",
                    "foreignField": "launch_id",
                    "pipeline": [{"$project": {"action": 1, "launch_id": 1}}],
                    "as": "launched",
                }
            },
            {"$project": {"spec.compound": 1, "spec.step": 1, "fw_id": 1, "launched": 1}},
        ]
    )
    return [
        Failure(
            compound=firework["spec"].get("compound", ""),
            step=firework["spec"].get("step", ""),
            fw_id=firework["fw_id"],
            error=_last_error(firework["launched"]),
        )
        for firework in fizzled
    ]


def _last_error(launches: Sequence[Mapping[str, Any]]) -> str:
    """Give the last line of the last traceback."""
    if not launches:
        return "no launch is recorded"
    last = max(launches, key=lambda launch: launch["launch_id"])
    stored = (last.get("action") or {}).get("stored_data") or {}
    trace = (stored.get("_exception") or {}).get("_stacktrace") or ""
    lines = [line for line in trace.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "the run was lost: killed, or its machine went away"
