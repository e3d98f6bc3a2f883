"""The rate of a campaign, from relaxations that landed recently, and the time left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflows.base.times import duration
from workflows.specification.campaign import NodeKind
from workflows.state.campaign_status import State, Status
from workflows.state.estimate import count_relaxations
from workflows.storage.database import Database

# A day averages over queue waits and nights, and still follows a change.
WINDOW = timedelta(hours=24)
_COUNTED_STEPS = ("relax", "reference")


@dataclass(frozen=True)
class Pace:
    """Rate of a campaign.

    Attributes
    ----------
    per_hour
        Relaxations that landed per hour; None before the second one.
    remaining
        Relaxations that are left.
    """

    per_hour: float | None
    remaining: int

    @property
    def left(self) -> timedelta | None:
        """Return the time left at this rate; None if no rate is known."""
        if not self.remaining:
            return timedelta(0)
        return timedelta(hours=self.remaining / self.per_hour) if self.per_hour else None

    def __str__(self) -> str:
        rate = "rate unknown yet" if self.per_hour is None else f"{self.per_hour:.3g} an hour"
        left = self.left
        time = "" if not left else f", about {duration(left.total_seconds())} left"
        return f"relaxations: {rate}, {self.remaining} to do{time}"


def campaign_pace(database: Database, name: str, status: Status) -> Pace:
    """Measure the rate of a campaign in the database.

    What is left is the estimate of `workflows.state.estimate` less what has landed; compounds that
    failed, or wait for a failed one, are not counted as left.
    """
    now = datetime.now(UTC)
    landed = sum(status.steps[step]["COMPLETED"] for step in _COUNTED_STEPS if step in status.steps)
    remaining = 0 if status.finished else max(_relaxations(database, name, status) - landed, 0)
    return measure(landing_times(database, name, since=now - WINDOW), now, remaining=remaining)


def _relaxations(database: Database, name: str, status: Status) -> int:
    """Count the relaxations of a campaign, without those of compounds that are lost."""
    # Only these two figures: the whole campaign of 10,000 compounds takes seconds to read.
    keys = ("campaign.spec.choices", "campaign.spec.host.arrangements")
    found = database.campaigns.find_one({"name": name}, dict.fromkeys(keys, 1)) or {}
    spec = found["campaign"]["spec"]
    lost = sum(status.count(NodeKind.COMPOUND, state) for state in (State.FAILED, State.BLOCKED))
    doped = status.count(NodeKind.COMPOUND) - 1
    return count_relaxations(
        crystals=status.count(NodeKind.CRYSTAL),
        arrangements=spec["host"]["arrangements"],
        compounds=doped - lost,
        choices=spec["choices"],
    )


def measure(landed: Iterable[datetime], now: datetime, *, remaining: int) -> Pace:
    """Measure the rate of a campaign.

    Parameters
    ----------
    landed
        When its relaxations landed.
    now
        The present time.
    remaining
        Relaxations that are left.

    Returns
    -------
    The relaxations of the last `WINDOW` after the first of them, over the time since that
    one: what ran before it is unknown. A pause counts, since the next may be as long.
    """
    recent = sorted(time for time in landed if now - time <= WINDOW)
    hours = (now - recent[0]) / timedelta(hours=1) if recent else 0.0
    rate = (len(recent) - 1) / hours if len(recent) > 1 and hours > 0 else None
    return Pace(rate, remaining)


def landing_times(database: Database, name: str, *, since: datetime) -> list[datetime]:
    """Read when the relaxations of a campaign landed, those after a time."""
    nodes = set(database.nodes.distinct("uuid", {"campaign": name}))
    # Those of all campaigns: asking for 10,000 nodes by name takes ten times as long.
    found = database.fireworks.find(
        {
            "spec.step": {"$in": _COUNTED_STEPS},
            "state": "COMPLETED",
            # FireWorks stores times as text or as dates.
            "$or": [{"updated_on": {"$gte": time}} for time in (since, since.isoformat())],
        },
        {"updated_on": 1, "spec.node": 1, "_id": 0},
    )
    return [utc_time(each["updated_on"]) for each in found if each["spec"].get("node") in nodes]


def utc_time(value: str | datetime) -> datetime:
    """Read a time of FireWorks, which stores them as text or as dates, in UTC either way."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time if time.tzinfo else time.replace(tzinfo=UTC)
