"""Where the time of a campaign went: FireWorks' record of every launch, by kind of step."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from makers.naming import RELAXATION_STEPS
from workflows.specification.campaign import NodeKind
from workflows.state.pace import utc_time
from workflows.storage.database import Database


class Part(StrEnum):
    """The purpose of a launch, in words."""

    CRYSTALS = "relaxations of reference crystals"
    HOST = "relaxations of the host"
    COMPOUNDS = "relaxations of compounds"
    BARRIERS = "migration barriers"
    LEARNING = "learning"
    OTHERS = "reactions and other steps"


_RELAXED = {
    NodeKind.CRYSTAL: Part.CRYSTALS,
    NodeKind.HOST: Part.HOST,
    NodeKind.COMPOUND: Part.COMPOUNDS,
}
RELAXATIONS = frozenset(_RELAXED.values())
_OTHERS = {"migration": Part.BARRIERS, "learn": Part.LEARNING}


class Launch(NamedTuple):
    """A step that ran to its end; times in s since 1970."""

    part: Part
    step: str
    start: float
    end: float


@dataclass(frozen=True)
class Timeline:
    """A campaign from its begin to its end, in s since 1970.

    Attributes
    ----------
    campaign
        Its name.
    compounds, landed
        How many doped compounds it asks for, and how many have a result.
    begin, end
        Of the command that ran it, if known; else when it was submitted, and when its last
        launch ended.
    launches
        Those that ran to their end.
    lost
        How many launches did not; their time counts as idle.
    """

    campaign: str
    compounds: int
    landed: int
    begin: float
    end: float
    launches: Sequence[Launch]
    lost: int = 0

    @property
    def wall(self) -> float:
        """Wall time, s."""
        return self.end - self.begin

    @property
    def workers(self) -> int:
        """Most launches at one time."""
        running = most = 0
        for _, change, _ in _changes(self.launches):
            running += change
            most = max(most, running)
        return most

    @property
    def capacity(self) -> float:
        """Time of all workers, s."""
        return self.workers * self.wall

    def busy(self, parts: Iterable[Part] = tuple(Part)) -> float:
        """Time of workers on some kinds of steps, s."""
        chosen = set(parts)
        return sum(each.end - each.start for each in self.launches if each.part in chosen)

    def count(self, part: Part) -> int:
        """Count the launches of a kind."""
        return sum(each.part is part for each in self.launches)

    @property
    def outside(self) -> float:
        """Share of the workers' time in neither relaxations nor barriers, idle time included."""
        return 1 - self.busy({*RELAXATIONS, Part.BARRIERS}) / self.capacity

    @property
    def until_reactions(self) -> float:
        """Wall time until the last reaction, less what barriers and learning took of it, s.

        While several steps ran, each took an equal share of the wall time.
        """
        last = max(each.end for each in self.launches if each.step == "interface")
        shares = wall_shares(self.launches, until=last)
        return last - self.begin - shares[Part.BARRIERS] - shares[Part.LEARNING]


def wall_shares(launches: Iterable[Launch], *, until: float) -> dict[Part, float]:
    """Divide the wall time among what ran, s; idle times count for nothing."""
    running: Counter[Part] = Counter()
    shares: defaultdict[Part, float] = defaultdict(float)
    for (now, change, part), (following, *_) in pairwise(_changes(launches)):
        running[part] += change
        length = min(following, until) - now
        if length > 0 and running.total():
            for each, number in running.items():
                shares[each] += length * number / running.total()
    return shares


def _changes(launches: Iterable[Launch]) -> list[tuple[float, int, Part]]:
    """Return the times at which something starts (1) or ends (-1), in order, ends first."""
    changes = [
        change
        for each in launches
        for change in ((each.start, 1, each.part), (each.end, -1, each.part))
    ]
    return sorted(changes)


def part_of(step: str, kind: NodeKind) -> Part:
    """Return the purpose of a step of a node."""
    if step in RELAXATION_STEPS:
        return _RELAXED[kind]
    return _OTHERS.get(step, Part.OTHERS)


def read_timeline(
    database: Database, name: str, *, begin: float | None = None, end: float | None = None
) -> Timeline:
    """Read the timeline of a campaign that is over.

    Parameters
    ----------
    database
        The campaign's database.
    name
        The campaign's name.
    begin, end
        When the command started and ended, in s since 1970, if that is known.

    Raises
    ------
    ValueError
        Nothing of it has been launched.
    """
    steps = _steps(database, name)
    found = list(
        database.launches.find({}, {"fw_id": 1, "state": 1, "time_start": 1, "time_end": 1})
    )
    launches = [
        Launch(*steps[each["fw_id"]], _seconds(each["time_start"]), _seconds(each["time_end"]))
        for each in found
        if each["fw_id"] in steps and each["state"] == "COMPLETED"
    ]
    if not launches:
        msg = f"no step of {name} has been launched"
        raise ValueError(msg)
    asked = {"campaign": name, "kind": NodeKind.COMPOUND, "compound.dopants": {"$ne": []}}
    return Timeline(
        campaign=name,
        compounds=database.nodes.count_documents(asked),
        landed=database.results.count_documents({"campaign": name, "dopants": {"$ne": []}}),
        begin=_begin(database, name, launches) if begin is None else begin,
        end=max(each.end for each in launches) if end is None else end,
        launches=launches,
        lost=sum(each["fw_id"] in steps for each in found) - len(launches),
    )


def _steps(database: Database, name: str) -> dict[int, tuple[Part, str]]:
    """Return kind and name of each step of a campaign, by the number of its Firework."""
    nodes = database.nodes.find({"campaign": name}, {"uuid": 1, "kind": 1})
    kinds = {node["uuid"]: NodeKind(node["kind"]) for node in nodes}
    fields = {"fw_id": 1, "spec.step": 1, "spec.node": 1}
    return {
        each["fw_id"]: (part_of(step, kinds[node]), step)
        for each in database.fireworks.find({}, fields)
        for step, node in [_place(each["spec"])]
        if node in kinds
    }


def _place(spec: dict[str, str]) -> tuple[str, str | None]:
    return spec.get("step", ""), spec.get("node")


def _begin(database: Database, name: str, launches: Sequence[Launch]) -> float:
    """Return when the campaign was submitted; a later run may have submitted it again."""
    first = min(each.start for each in launches)
    found = database.campaigns.find_one({"name": name}, {"submitted": 1}) or {}
    return min(first, _seconds(found["submitted"])) if "submitted" in found else first


def _seconds(time: str | datetime) -> float:
    return utc_time(time).timestamp()


def described(timeline: Timeline) -> Iterator[tuple[str, float, str]]:
    """Describe each kind of step: its purpose, time of workers (s), and number."""
    for part in Part:
        if steps := timeline.count(part):
            busy = timeline.busy([part])
            yield part, busy, f"{steps} steps, {busy / timeline.capacity:.1%} of the workers' time"
    idle = timeline.capacity - timeline.busy()
    lost = f", among it {timeline.lost} launches that were lost or failed" if timeline.lost else ""
    text = f"{idle / timeline.capacity:.1%} of the workers' time{lost}"
    yield "between steps, and waiting for others", idle, text
