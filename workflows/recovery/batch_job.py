"""Batch jobs, and how to ask a queueing system about them.

A missing or unknown answer changes nothing: a job never counts as ended because its queue did not
answer.
"""

from __future__ import annotations

import getpass
import json
import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ANSWER_SECONDS: Final = 60

# Variables by which a person changes what the commands of a queue show: SQUEUE_PARTITION hides a
# job although --jobs names it. Only those that say where the queue is, or who asks, stay.
_TASTE: Final = ("SQUEUE_", "SACCT_", "SCONTROL_", "SLURM_", "PBS_", "QSTAT_")
_WHEREABOUTS: Final = frozenset(
    (
        *("SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_SACK_KEY"),
        *("PBS_CONF_FILE", "PBS_DEFAULT", "PBS_EXEC", "PBS_HOME", "PBS_SERVER"),
    )
)


class JobState(StrEnum):
    """The known state of a batch job."""

    ALIVE = "alive"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class JobReport:
    """The queue's report on a batch job.

    Parameters
    ----------
    state
        Whether it is alive: waiting, running, or about to.
    word
        How it ended in the queue's own word, such as TIMEOUT; empty if the queue no longer knows.
    folder
        Where it was submitted, if the queue says so: two clusters may have a job of one id.
    user
        Whose job it is, if the queue says so.
    """

    state: JobState
    word: str = ""
    folder: str = field(default="", compare=False)
    user: str = field(default="", compare=False)

    @property
    def is_running(self) -> bool:
        """Return True if it has started and is not just ending."""
        return self.word in ("RUNNING", "R")


UNKNOWN: Final = JobReport(JobState.UNKNOWN)


@dataclass(frozen=True)
class BatchJob:
    """A batch job, from its own environment.

    Parameters
    ----------
    queue
        Name of the queueing system, a key of `workflows.recovery.queue.QUEUES`.
    id
        The job's id there.
    cluster
        Name of the cluster, where the system has one: ids of two clusters mean two jobs.
    user
        Whose job it is; some queues show a person nobody else's.
    folder
        Where it was submitted, for one of which only the id is known: a queue that has a job of
        this id, or has none, may be another cluster's.
    """

    queue: str
    id: str
    cluster: str = ""
    user: str = ""
    folder: str = ""


class Queue(ABC):
    """A queueing system, asked through its commands."""

    #: Name of the system.
    name: ClassVar[str]
    #: The command whose presence shows that the system is installed.
    command: ClassVar[str]

    @classmethod
    @abstractmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Return the batch job in which a process with this environment runs."""

    @abstractmethod
    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask for jobs by id; jobs missing in the answer are unknown."""

    @property
    def cluster(self) -> str:
        """Name of the cluster whose queue answers here; empty if it has none."""
        return ""


def run_command(words: Sequence[str]) -> tuple[int, str, str]:
    """Run a command of the queue: exit status, output, errors. A hanging one counts as failed."""
    try:
        done = subprocess.run(  # noqa: S603  fixed words and job ids
            words,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_ANSWER_SECONDS,
            env=queue_environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, "", str(error)
    return done.returncode, done.stdout, done.stderr


def queue_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which the commands of a queue answer everybody alike."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _WHEREABOUTS or not name.startswith(_TASTE)
    }
    return {name: value for name, value in kept.items() if name != "LANGUAGE"} | {"LC_ALL": "C"}


def read_json(text: str) -> dict[str, Any]:
    """Read a command's answer in JSON; empty if it is none, as from a version without it."""
    try:
        found = json.loads(text, strict=False)  # names of jobs may hold control characters
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def user_name() -> str:
    """Name the user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, in a container
        return str(os.getuid())
