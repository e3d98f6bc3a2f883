"""What the queueing system knows of batch jobs: which are alive, and how the others ended.

What it does not answer, or answers in words unknown here, is no news: a job is never taken for
ended because its queue was asked in vain.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ANSWER_SECONDS: Final = 60


class JobState(StrEnum):
    """What is known of a batch job."""

    ALIVE = "alive"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class JobReport:
    """What the queue says of a batch job.

    Parameters
    ----------
    state
        Whether it is alive: waiting, running or on its way to either.
    word
        How it ended in the queue's own word, such as TIMEOUT; empty if the queue no longer knows.
    """

    state: JobState
    word: str = ""

    @property
    def is_running(self) -> bool:
        """Say whether it has started and does not end just now."""
        return self.word in ("RUNNING", "R")


UNKNOWN: Final = JobReport(JobState.UNKNOWN)


@dataclass(frozen=True)
class BatchJob:
    """A batch job as it knows itself.

    Parameters
    ----------
    queue
        Name of the queueing system, a key of `QUEUES`.
    id
        The job's id there.
    cluster
        Name of the cluster, where the system has one: ids of two clusters mean two jobs.
    user
        Whose job it is; some queues show a person nobody else's.
    """

    queue: str
    id: str
    cluster: str = ""
    user: str = ""


class Queue(ABC):
    """A queueing system, asked through its commands."""

    #: Name of the system.
    name: ClassVar[str]
    #: The command without which it is not there.
    command: ClassVar[str]

    @classmethod
    @abstractmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Give the batch job in which a process with this environment runs."""

    @abstractmethod
    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask for jobs by id; what is missing in the answer is unknown."""

    @property
    def cluster(self) -> str:
        """Name of the cluster whose queue answers here; empty if it has none."""
        return ""


class Slurm(Queue):
    """Slurm: `squeue` for what it has in memory, `sacct` for the past where accounting is on."""

    name = "slurm"
    command = "squeue"

    # squeue(1), "JOB STATE CODES". STOPPED and SUSPENDED jobs may go on; REVOKED ones run on
    # another cluster of a federation, so they are in neither.
    _ALIVE = frozenset(
        (
            *("PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "STOPPED"),
            *("REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "RESIZING"),
            *("SIGNALING", "SPECIAL_EXIT", "STAGE_OUT"),
        )
    )
    _ENDED = frozenset(
        (
            *("BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL"),
            *("OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT"),
        )
    )
    _NO_SUCH_JOB = "Invalid job id specified"

    @classmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Give the job of SLURM_JOB_ID."""
        if not (job := environment.get("SLURM_JOB_ID")):
            return None
        return BatchJob(cls.name, job, environment.get("SLURM_CLUSTER_NAME", ""), _user())

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask squeue; for jobs that have left Slurm's memory, sacct."""
        words = [
            "squeue",
            "--noheader",
            "--states=all",
            "--format=%A|%T",
            f"--jobs={','.join(ids)}",
        ]
        code, out, err = run_command(words)
        # Slurm forgets a job five minutes after its end (MinJobAge); asked for forgotten ones
        # alone, squeue fails with these words.
        if code and self._NO_SUCH_JOB not in err:
            return {}
        found = self.parse(out)
        missing = [job for job in ids if job not in found]
        return dict.fromkeys(missing, JobReport(JobState.ENDED)) | self._past(missing) | found

    def parse(self, table: str) -> dict[str, JobReport]:
        """Read lines of job and state, separated by a bar."""
        rows = (line.split("|") for line in table.splitlines() if "|" in line)
        return {row[0].strip(): self._report(row[1]) for row in rows}

    @property
    def cluster(self) -> str:
        """ClusterName of its configuration."""
        _, out, _ = run_command(["scontrol", "show", "config"])
        found = re.search(r"^ClusterName\s*=\s*(\S+)", out, re.MULTILINE)
        return found.group(1) if found else ""

    def _past(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask the accounting; without one sacct fails, and nothing is known of the past."""
        if not ids:
            return {}
        words = ["sacct", "--noheader", "--allocations", "--parsable2", "--format=JobIDRaw,State"]
        _, out, _ = run_command([*words, f"--jobs={','.join(ids)}"])
        return self.parse(out)

    def _report(self, text: str) -> JobReport:
        word = text.partition(" ")[0].rstrip("+")  # sacct: CANCELLED by 1000
        if word in self._ALIVE:
            return JobReport(JobState.ALIVE, word)
        return JobReport(JobState.ENDED, word) if word in self._ENDED else UNKNOWN


class Pbs(Queue):
    """PBS Professional, OpenPBS and Torque."""

    name = "pbs"
    command = "qstat"

    # qstat(1B): F (PBS) and C (Torque) are finished jobs, X finished ones of an array.
    _ALIVE = frozenset("BEHMQRSTUW")
    _ENDED = frozenset("CFX")
    # Exit_status that the system itself gives: PBS Professional Administrator's Guide, "Job exit
    # codes", and Torque, "Job exit status".
    _WORDS: ClassVar = {"-29": "TIMEOUT", "-11": "TIMEOUT", "-27": "OUT_OF_MEMORY"}
    _WORDS |= {"-26": "OUT_OF_MEMORY", "-10": "OUT_OF_MEMORY"}
    _NO_SUCH_JOB = re.compile(r"Unknown Job(?: |)Id(?: Error)?:?\s+(\S+)", re.IGNORECASE)
    _FINISHED = re.compile(r"(\S+) Job has finished", re.IGNORECASE)

    @classmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Give the job of PBS_JOBID, whose end names its server: it needs no cluster's name."""
        if not (job := environment.get("PBS_JOBID")):
            return None
        return BatchJob(cls.name, job, user=_user())

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask qstat: with -x for the history of PBS, without for Torque, where -x means XML."""
        code, out, err = run_command(["qstat", "-x", "-f", *ids])
        if out.lstrip().startswith("<") or (code and "Job Id:" not in out):
            _, out, err = run_command(["qstat", "-f", *ids])
        return self.parse(out, err, ids)

    def parse(self, out: str, err: str, ids: Iterable[str]) -> dict[str, JobReport]:
        """Read the long form of qstat, and what it says of jobs that it does not know."""
        reports = {}
        for block in re.split(r"^Job Id:\s*", out, flags=re.MULTILINE)[1:]:
            fields = dict(re.findall(r"^\s+(\w+) = (.+)$", block, flags=re.MULTILINE))
            reports[_number(block.split()[0])] = self._report(fields)
        for gone in (*self._NO_SUCH_JOB.findall(err), *self._FINISHED.findall(err)):
            reports.setdefault(_number(gone), JobReport(JobState.ENDED))
        return {job: reports[_number(job)] for job in ids if _number(job) in reports}

    def _report(self, fields: Mapping[str, str]) -> JobReport:
        state = fields.get("job_state", "").strip()
        if state in self._ALIVE:
            return JobReport(JobState.ALIVE, state)
        if state not in self._ENDED:
            return UNKNOWN
        status = (fields.get("Exit_status") or fields.get("exit_status") or "").strip()
        return JobReport(JobState.ENDED, self._WORDS.get(status, ""))


QUEUES: Final[Mapping[str, type[Queue]]] = {queue.name: queue for queue in (Slurm, Pbs)}


def current_job(environment: Mapping[str, str] = os.environ) -> BatchJob | None:
    """Give the batch job in which this process runs; None outside of one."""
    found = (queue.current(environment) for queue in QUEUES.values())
    return next((job for job in found if job), None)


def local_queue() -> Queue | None:
    """Give the queueing system of this machine; None if it has none."""
    there = (queue() for queue in QUEUES.values() if shutil.which(queue.command))
    return next(there, None)


def ask_queue(jobs: Iterable[BatchJob], queue: Queue | None) -> dict[BatchJob, JobReport]:
    """Ask this machine's queue for batch jobs.

    A job of another system or cluster is unknown here. So is one of another user that the queue
    does not show: it may show only one's own.
    """
    asked = list(dict.fromkeys(jobs))
    cluster = queue.cluster if queue and asked else ""
    mine = [
        job for job in asked if queue and job.queue == queue.name and job.cluster in ("", cluster)
    ]
    answers = queue.ask([job.id for job in mine]) if queue and mine else {}
    return {job: _believed(job, answers.get(job.id, UNKNOWN), job in mine) for job in asked}


def run_command(words: Sequence[str]) -> tuple[int, str, str]:
    """Run a command of the queue: exit status, output, errors. One that hangs has failed."""
    try:
        done = subprocess.run(  # noqa: S603  fixed words and job ids
            words, capture_output=True, text=True, check=False, timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, "", str(error)
    return done.returncode, done.stdout, done.stderr


def _believed(job: BatchJob, report: JobReport, mine: bool) -> JobReport:
    is_hidden = report == JobReport(JobState.ENDED) and job.user not in ("", _user())
    return UNKNOWN if is_hidden or not mine else report


def _number(job: str) -> str:
    """Shorten 1234.server to 1234, as FireWorks keeps it."""
    return job.partition(".")[0]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, in a container
        return str(os.getuid())
