"""Batch jobs, and how to ask a queueing system about them.

A missing or unknown answer changes nothing: a job never counts as ended because its queue did not
answer.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ANSWER_SECONDS: Final = 60


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
        The queue's word for how it ended, such as TIMEOUT; empty if the queue no longer knows.
    """

    state: JobState
    word: str = ""

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
        Owner of the job; some queues show users only their own jobs.
    """

    queue: str
    id: str
    cluster: str = ""
    user: str = ""


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
            words, capture_output=True, text=True, check=False, timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, "", str(error)
    return done.returncode, done.stdout, done.stderr


def user_name() -> str:
    """Name the user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, in a container
        return str(os.getuid())
