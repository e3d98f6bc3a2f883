"""Where a launch runs: host, process and batch job, so that a lost one is found.

FireWorks knows the batch job only if qlaunch reserved the step. So each step records where it runs,
with any launcher, next to the reservation in the launch's history.
"""

from __future__ import annotations

import os
import socket
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import psutil

from workflows.recovery.batch_job import BatchJob
from workflows.recovery.queue import current_job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fireworks import LaunchPad

KEY = "process"

# psutil computes a start time from the clock: it may shift a little when the clock is set.
_CLOCK_SECONDS = 2.0


class GivenUpError(RuntimeError):
    """A launch was declared lost before it reported where it runs."""


@dataclass(frozen=True)
class LaunchRecord:
    """The process that runs a launch.

    Parameters
    ----------
    host
        Name of its machine.
    pid
        Its process id there.
    started
        When it started, in seconds since 1970, since ids are reused.
    job
        The batch job it runs in; None outside of one.
    """

    host: str
    pid: int
    started: float
    job: BatchJob | None = None

    @classmethod
    def of_this_process(cls) -> Self:
        """Describe the calling process."""
        started = psutil.Process().create_time()
        return cls(socket.gethostname(), os.getpid(), started, current_job())

    @classmethod
    def of_launch(cls, launch: Mapping[str, Any]) -> Self | None:
        """Read the record of a launch; None if its process has not written one yet."""
        for entry in reversed(launch["state_history"]):
            if found := entry.get(KEY):
                job = BatchJob(**found["job"]) if found["job"] else None
                return cls(found["host"], found["pid"], found["started"], job)
        return None

    @property
    def is_here(self) -> bool:
        """Return True if the process belongs to this machine."""
        return self.host == socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """Return True if the process lives, on its machine."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _CLOCK_SECONDS
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def record_launch(launchpad: LaunchPad, fw_id: int) -> None:
    """Record that the running launch of a Firework runs in this process.

    Raises
    ------
    GivenUpError
        The launch counts as lost meanwhile: it must stop, since another one will run.
    """
    done = launchpad.launches.update_many(
        {"fw_id": fw_id, "state": "RUNNING"},
        {"$set": {f"state_history.$[running].{KEY}": asdict(LaunchRecord.of_this_process())}},
        array_filters=[{"running.state": "RUNNING"}],
    )
    if not done.matched_count:
        msg = f"the run of Firework {fw_id} was lost: it waited too long before it began"
        raise GivenUpError(msg)


def reservation_of(launch: Mapping[str, Any], queue: str) -> BatchJob | None:
    """Return the batch job that qlaunch submitted for a launch, to the queue of this name."""
    ids = [
        entry["reservation_id"] for entry in launch["state_history"] if "reservation_id" in entry
    ]
    return BatchJob(queue, str(ids[-1])) if ids else None
