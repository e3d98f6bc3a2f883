"""The state of a campaign: what has landed, what runs, what failed and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from makers.flows.candidates import ParentFailedError
from workflows.specification.campaign import NodeKind
from workflows.state.failures import FailureClass, classify, reason
from workflows.storage.campaigns import ADVANCE, landed
from workflows.storage.database import Database

# Steps in the order of a campaign; those of later kinds of work follow by name.
_ORDER = (
    *("reference", "arrange", "dope", "prerelax", "relax", "lowest"),
    *("migration", "interface", "learn", ADVANCE),
)
# Lines of a traceback: enough for an error with its cause.
_LINES = 20
_OVER = frozenset({"COMPLETED", "FIZZLED", "DEFUSED", "ARCHIVED"})


class State(StrEnum):
    """State of one node of the campaign."""

    LANDED = "landed"
    RUNNING = "running"
    QUEUED = "queued"
    WAITING = "waiting"
    FAILED = "failed"
    BLOCKED = "blocked"


class Placed(Protocol):
    """The part of a node that its state needs: its uuid, and those of the nodes it waits for."""

    @property
    def uuid(self) -> str:
        """Name of its result."""

    @property
    def parents(self) -> Sequence[str]:
        """What must have landed before it can be added."""


class _Stored(NamedTuple):
    """A node as it is stored, without its compound: 10,000 are read in a tenth of the time."""

    uuid: str
    kind: NodeKind
    parents: Sequence[str]


@dataclass(frozen=True)
class Failure:
    """Why a step failed."""

    compound: str
    step: str
    fw_id: int
    error: str
    lines: str = ""
    node: str = ""

    @property
    def failure_class(self) -> FailureClass:
        """Return the class of the failure."""
        return classify(f"{self.lines}\n{self.error}")


@dataclass(frozen=True)
class Status:
    """The state of a campaign at a glance."""

    campaign: str
    nodes: Mapping[NodeKind, Counter[State]]
    steps: Mapping[str, Counter[str]]
    running: Sequence[str]
    failures: Sequence[Failure] = field(default_factory=tuple)

    @property
    def complete(self) -> bool:
        """Return True if every compound has a result, and every training has ended well."""
        kinds = (NodeKind.COMPOUND, NodeKind.LEARNING)
        return all(self.count(kind) == self.count(kind, State.LANDED) for kind in kinds)

    @property
    def idle(self) -> bool:
        """Return True if nothing runs and nothing is queued."""
        return not self._any(State.RUNNING, State.QUEUED)

    @property
    def finished(self) -> bool:
        """Return True if nothing is left that could run, down to the storing of results."""
        return self.idle and not self._any(State.WAITING)

    def _any(self, *states: State) -> bool:
        return any(counts[state] for counts in self.nodes.values() for state in states)

    def count(self, kind: NodeKind, state: State | None = None) -> int:
        """Count the nodes of a kind, in one state or in any."""
        counts = self.nodes[kind]
        return counts[state] if state else counts.total()


def campaign_status(database: Database, name: str) -> Status:
    """Read the state of a campaign from the database."""
    nodes = _stored_nodes(database, name)
    uuids = [node.uuid for node in nodes]
    states = node_states(database, nodes)
    return Status(
        campaign=name,
        nodes={
            kind: Counter(states[node.uuid] for node in nodes if node.kind == kind)
            for kind in NodeKind
        },
        steps=_steps(database, uuids),
        running=_running(database, uuids),
        failures=find_failures(database, uuids),
    )


def _stored_nodes(database: Database, name: str) -> list[_Stored]:
    """Read a campaign's nodes, parents before children."""
    fields = {"_id": 0, "uuid": 1, "kind": 1, "parents": 1}
    found = database.nodes.find({"campaign": name}, fields).sort("order")
    return [_Stored(node["uuid"], node["kind"], node["parents"]) for node in found]


def node_states(database: Database, nodes: Sequence[Placed]) -> dict[str, State]:
    """Return the state of each node, by uuid; `nodes` go from parents to children."""
    uuids = [node.uuid for node in nodes]
    # Workflows first: one that ends between the two requests must not look like a failure.
    workflows = {
        workflow["metadata"]["digest"]: set(workflow["fw_states"].values())
        for workflow in database.workflows.find(
            {"metadata.digest": {"$in": uuids}}, {"metadata.digest": 1, "fw_states": 1}
        )
    }
    done = landed(database, uuids)
    states: dict[str, State] = {}
    for node in nodes:
        parents = [states.get(parent, State.LANDED) for parent in node.parents]
        states[node.uuid] = _state(node.uuid in done, workflows.get(node.uuid), parents)
    return states


def _state(done: bool, firework_states: set[str] | None, parents: Iterable[State]) -> State:
    # A workflow whose output is there is not over before its last task has stored the result
    # and added what waited for it.
    if firework_states and not firework_states <= _OVER:
        return State.RUNNING if "RUNNING" in firework_states else State.QUEUED
    if done:
        return State.LANDED
    if firework_states:
        return State.FAILED
    lost = any(parent in (State.FAILED, State.BLOCKED) for parent in parents)
    return State.BLOCKED if lost else State.WAITING


def _steps(database: Database, uuids: Sequence[str]) -> dict[str, Counter[str]]:
    groups = database.fireworks.aggregate(
        [
            {"$match": {"spec.node": {"$in": uuids}}},
            {"$group": {"_id": {"step": "$spec.step", "state": "$state"}, "n": {"$sum": 1}}},
        ]
    )
    steps: dict[str, Counter[str]] = {}
    for group in groups:
        steps.setdefault(group["_id"]["step"], Counter())[group["_id"]["state"]] = group["n"]
    return dict(sorted(steps.items(), key=lambda item: _rank(item[0])))


def _rank(step: str) -> tuple[int, str]:
    return (_ORDER.index(step) if step in _ORDER else len(_ORDER)), step


def _running(database: Database, uuids: Sequence[str]) -> list[str]:
    query = {"spec.node": {"$in": uuids}, "state": "RUNNING"}
    running = database.fireworks.find(query, {"name": 1})
    return sorted(firework["name"] for firework in running)


def find_failures(database: Database, uuids: Sequence[str]) -> list[Failure]:
    """Read which steps of nodes failed, and why."""
    fizzled = database.fireworks.aggregate(
        [
            {"$match": {"spec.node": {"$in": uuids}, "state": "FIZZLED"}},
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
            {
                "$project": {
                    **dict.fromkeys(("spec.compound", "spec.step", "spec.node"), 1),
                    **dict.fromkeys(("fw_id", "launched"), 1),
                }
            },
        ]
    )
    failures = [
        Failure(
            compound=firework["spec"].get("compound", ""),
            step=firework["spec"].get("step", ""),
            fw_id=firework["fw_id"],
            error=_last_error(firework["launched"]),
            lines=last_lines(firework["launched"]),
            node=firework["spec"].get("node", ""),
        )
        for firework in fizzled
    ]
    # Skip steps that failed only because a parent failed; they obscure the cause.
    return [failure for failure in failures if ParentFailedError.__name__ not in failure.error]


def _last_error(launches: Sequence[Mapping[str, Any]]) -> str:
    """Give in one line what the last traceback says."""
    if not launches:
        return "no launch is recorded"
    return reason(last_lines(launches)) or "the run was lost: killed, or its machine went away"


def last_lines(launches: Sequence[Mapping[str, Any]]) -> str:
    """Return the last lines of the last traceback."""
    if not launches:
        return ""
    last = max(launches, key=lambda launch: launch["launch_id"])
    stored = (last.get("action") or {}).get("stored_data") or {}
    trace = (stored.get("_exception") or {}).get("_stacktrace") or ""
    return "\n".join([line for line in trace.splitlines() if line.strip()][-_LINES:])
