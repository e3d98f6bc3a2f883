"""What the queueing system of this machine knows about batch jobs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workflows.recovery.batch_job import UNKNOWN, BatchJob, JobReport, JobState, Queue, user_name
from workflows.recovery.pbs import Pbs
from workflows.recovery.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

QUEUES: Final[Mapping[str, type[Queue]]] = {queue.name: queue for queue in (Slurm, Pbs)}


def current_job(environment: Mapping[str, str] = os.environ) -> BatchJob | None:
    """Return the batch job in which this process runs; None outside of one."""
    found = (queue.current(environment) for queue in QUEUES.values())
    return next((job for job in found if job), None)


def local_queue() -> Queue | None:
    """Return the queueing system of this machine; None if it has none."""
    there = (queue() for queue in QUEUES.values() if shutil.which(queue.command))
    return next(there, None)


def ask_queue(jobs: Iterable[BatchJob], queue: Queue | None) -> dict[BatchJob, JobReport]:
    """Ask this machine's queue for batch jobs.

    A job of another system or cluster is unknown here. So is one of another user that the queue
    does not show: it may show only one's own. Of a job that knows nothing but its id and folder,
    the queue must have that folder, or at least the job.
    """
    asked = list(dict.fromkeys(jobs))
    cluster = queue.cluster if queue and asked else ""
    mine = [
        job for job in asked if queue and job.queue == queue.name and job.cluster in ("", cluster)
    ]
    answers = queue.ask([job.id for job in mine]) if queue and mine else {}
    return {job: _believed(job, answers.get(job.id, UNKNOWN), job in mine) for job in asked}


def is_submitted_from(job: BatchJob, report: JobReport) -> bool:
    """Say whether the queue has the job in the folder from which it was submitted."""
    return bool(report.folder and job.folder) and _real(job.folder) == _real(report.folder)


def _real(folder: str) -> Path:
    return Path(folder).resolve()


def _believed(job: BatchJob, report: JobReport, mine: bool) -> JobReport:
    is_forgotten = report == JobReport(JobState.ENDED)
    is_hidden = is_forgotten and job.user not in ("", user_name())
    is_another = bool(job.folder) and (
        not is_submitted_from(job, report) if report.folder else is_forgotten
    )
    return UNKNOWN if is_hidden or is_another or not mine else report
