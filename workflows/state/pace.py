"""How fast a campaign goes, from the relaxations that have landed lately, and what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflows.commands.progress import duration
from workflows.dispatch.advance import load_campaign
from workflows.specification.campaign import Kind
from workflows.state.estimate import estimate
from workflows.state.status import State, Status
from workflows.storage.database import Database

# Over a day the rate is even through queue waits and nights, and still follows a change.
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
        """Give the time left at this rate; None where no rate is known."""
        if not self.remaining:
            return timedelta(0)
        return timedelta(hours=self.remaining / self.per_hour) if self.per_hour else None

    def __str__(self) -> str:
        rate = "rate unknown yet" if self.per_hour is None else f"{self.per_hour:.3g} an hour"
        left = self.left
        time = "" if left is None else f", about {duration(left.total_seconds())} left"
        return f"relaxations: {rate}, {self.remaining} to do{time}"


def campaign_pace(database: Database, name: str, status: Status) -> Pace:
    """Measure the rate of a campaign in the database.

    What is left is the estimate of `workflows.state.estimate` less what has landed; compounds that
    failed, or wait for something that failed, are not counted as left.
    """
    campaign = load_campaign(database, name)
    lost = sum(status.count(Kind.COMPOUND, state) for state in (State.FAILED, State.BLOCKED))
    total = estimate(campaign).relaxations - lost * campaign.spec.choices
    times = landing_times(database, [node.uuid for node in campaign.nodes()])
    remaining = 0 if status.finished else max(total - len(times), 0)
    return measure(times, datetime.now(UTC), remaining=remaining)


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


def landing_times(database: Database, nodes: Sequence[str]) -> list[datetime]:
    """Read when the relaxations of nodes landed."""
    found = database.fireworks.find(
        {
            "spec.node": {"$in": list(nodes)},
            "spec.step": {"$in": _COUNTED_STEPS},
            "state": "COMPLETED",
        },
        {"updated_on": 1},
    )
    return [utc_time(firework["updated_on"]) for firework in found]


def utc_time(value: str | datetime) -> datetime:
    """Read a time of FireWorks, which stores them as text or as dates, in UTC either way."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time if time.tzinfo else time.replace(tzinfo=UTC)
