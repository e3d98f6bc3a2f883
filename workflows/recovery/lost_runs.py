"""Runs whose process is gone, found by asking the queue or the machine, not by waiting hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workflows.recovery.batch_job import UNKNOWN, BatchJob, JobReport, JobState
from workflows.recovery.launch_record import LaunchRecord, reservation_of
from workflows.recovery.queue import ask_queue, is_submitted_from
from workflows.state.pace import utc_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from workflows.recovery.batch_job import Queue
    from workflows.storage.database import Database

LIVING = ("RUNNING", "RESERVED")
KILLED = "the run was lost: its process was killed"
_NEVER_STARTED = "the run was lost: a rocket took the step and never started it"


@dataclass(frozen=True)
class Run:
    """A Firework that counts as running or reserved, with its launch if it has one."""

    fw_id: int
    name: str
    since: datetime
    launch: Mapping[str, Any] | None = None

    @property
    def record(self) -> LaunchRecord | None:
        """Return the record of its process."""
        return LaunchRecord.of_launch(self.launch) if self.launch else None

    @property
    def is_reserved(self) -> bool:
        """Return True if it waits in the queue."""
        return self.launch is not None and self.launch["state"] == "RESERVED"

    def batch_job(self, queue: Queue | None) -> BatchJob | None:
        """Return its batch job, as recorded by its process or by qlaunch."""
        if self.launch is None:
            return None
        if record := self.record:
            return record.job
        return reservation_of(self.launch, queue.name if queue else "")


@dataclass(frozen=True)
class LostRun:
    """A run that ended without a report, and the evidence."""

    run: Run
    reason: str


@dataclass(frozen=True)
class Look:
    """Lost and unknown runs of a campaign.

    Attributes
    ----------
    lost
        Runs that ended without a report.
    unknown
        Runs of which nobody here can say whether they are alive: they count as alive.
    placed
        Reserved runs of which only the id of their batch job was known, and what the queue of this
        machine knows of that job.
    """

    lost: list[LostRun] = field(default_factory=list)
    unknown: list[Run] = field(default_factory=list)
    placed: list[tuple[Run, BatchJob]] = field(default_factory=list)


def look_for_lost(
    database: Database,
    nodes: Collection[str],
    *,
    queue: Queue | None,
    patience: float,
    alone: bool = False,
) -> Look:
    """Find the runs that are lost; nothing is written.

    Parameters
    ----------
    database
        The campaign's database.
    nodes
        The nodes of the campaign.
    queue
        The queueing system of this machine.
    patience
        Seconds within which a step reports where it runs, once it was taken.
    alone
        No other process works on the campaign: everything that counts as running is lost.
    """
    runs = list(_runs(database, nodes))
    if alone:
        return Look(lost=[LostRun(run, KILLED) for run in runs])
    jobs = {run.fw_id: run.batch_job(queue) for run in runs}
    answers = ask_queue((job for job in jobs.values() if job), queue)
    look = Look(placed=list(_placed(runs, jobs, answers, queue)))
    for run in runs:
        job = jobs[run.fw_id]
        report = answers[job] if job else UNKNOWN
        _judge(run, job, report, look, horizon=datetime.now(UTC) - timedelta(seconds=patience))
    return look


def _placed(
    runs: Iterable[Run],
    jobs: Mapping[int, BatchJob | None],
    answers: Mapping[BatchJob, JobReport],
    queue: Queue | None,
) -> Iterator[tuple[Run, BatchJob]]:
    cluster = queue.cluster if queue and any(job and job.folder for job in jobs.values()) else ""
    for run in runs:
        if (job := jobs[run.fw_id]) and is_submitted_from(job, report := answers[job]):
            yield run, BatchJob(job.queue, job.id, cluster, report.user)


def _runs(database: Database, nodes: Collection[str]) -> Iterable[Run]:
    found = database.fireworks.find(
        {"spec.node": {"$in": list(nodes)}, "state": {"$in": LIVING}},
        {"fw_id": 1, "name": 1, "updated_on": 1, "launches": 1},
    )
    fireworks = list(found)
    ids = [launch for firework in fireworks for launch in firework["launches"]]
    launches = {x["launch_id"]: x for x in database.launches.find({"launch_id": {"$in": ids}})}
    for firework in fireworks:
        mine = [launches[i] for i in firework["launches"] if i in launches]
        living = [launch for launch in mine if launch["state"] in LIVING]
        if living or not mine:  # one whose launch has ended is refreshed, not lost
            launch = living[-1] if living else None
            since = launch["state_history"][-1]["created_on"] if launch else firework["updated_on"]
            yield Run(firework["fw_id"], firework["name"], utc_time(since), launch)


def _judge(
    run: Run, job: BatchJob | None, report: JobReport, look: Look, *, horizon: datetime
) -> None:
    record = run.record
    is_here = record is not None and record.is_here
    if is_here and record and record.is_alive:
        return
    if job and report.state is JobState.ENDED:
        how = f"ended as {report.word}" if report.word else "has ended"
        look.lost.append(LostRun(run, f"the run was lost: {job.queue}: job {job.id} {how}"))
    elif report.state is JobState.ALIVE and not (is_here and report.is_running):
        return
    elif is_here:
        look.lost.append(LostRun(run, KILLED))
    elif record or (job and run.is_reserved):
        look.unknown.append(run)
    elif run.since < horizon:
        # A step reports where it runs before it does anything, or gives up within the patience.
        look.lost.append(LostRun(run, _NEVER_STARTED))
