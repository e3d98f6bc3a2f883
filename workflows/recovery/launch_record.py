"""Where a launch runs: host, process and batch job, so that a lost one is found.

FireWorks knows the batch job only if qlaunch reserved the step. So each step records where it runs,
with any launcher, next to the reservation in the launch's history.
"""

from __future__ import annotations

import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
from fireworks.fw_config import FWData

from workflows.recovery.batch_job import BatchJob
from workflows.recovery.queue import current_job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fireworks import LaunchPad

KEY = "process"
JOB_KEY = "batch_job"

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
    machine
        Id of the machine (machine-id(5)): two clusters may have a host of one name. Empty if it
        has none, as in some containers.
    cores
        How many cores it has: those of its batch job over the rockets that share it.
    """

    host: str
    pid: int
    started: float
    job: BatchJob | None = None
    machine: str = ""
    cores: float = 1.0

    @classmethod
    def of_this_process(cls) -> Self:
        """Describe the calling process."""
        started, job = psutil.Process().create_time(), current_job()
        host = socket.gethostname()
        return cls(host, os.getpid(), started, job, machine_id(), _cores(job, os.environ))

    @classmethod
    def of_launch(cls, launch: Mapping[str, Any]) -> Self | None:
        """Read the record of a launch; None if its process has not written one yet."""
        for entry in reversed(launch["state_history"]):
            if found := entry.get(KEY):
                job = BatchJob(**found["job"]) if found["job"] else None
                others = {key: found[key] for key in ("machine", "cores") if key in found}
                return cls(found["host"], found["pid"], found["started"], job, **others)
        return None

    @property
    def is_here(self) -> bool:
        """Say whether the process belongs to this machine."""
        is_same_machine = not self.machine or self.machine == machine_id()
        return self.host == socket.gethostname() and is_same_machine

    @property
    def is_alive(self) -> bool:
        """Return True if the process lives, on its machine."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _CLOCK_SECONDS
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def _cores(job: BatchJob | None, environment: Mapping[str, str]) -> float:
    """Count the cores of this process: its threads, or its share of a batch job."""
    if job is None:
        return float(_number(environment, "OMP_NUM_THREADS"))
    nodes = _number(environment, "SLURM_JOB_NUM_NODES")
    cores = nodes * _number(environment, "SLURM_CPUS_ON_NODE", "NCPUS", "PBS_NP")
    rockets = FWData().Running_IDs if FWData().MULTIPROCESSING else None  # of rlaunch multi
    return cores / max(1, len(rockets or ()))


def _number(environment: Mapping[str, str], *names: str) -> int:
    found = (environment[name] for name in names if environment.get(name, "").isdigit())
    return int(next(found, "1")) or 1


def machine_id() -> str:
    """Return the id of this machine; empty if it has none."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


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


def record_reservation(launchpad: LaunchPad, launch_id: int, job: BatchJob) -> None:
    """Write down of which cluster and user the batch job is that qlaunch submitted for a launch."""
    launchpad.launches.update_one(
        {"launch_id": launch_id},
        {"$set": {f"state_history.$[reserved].{JOB_KEY}": asdict(job)}},
        array_filters=[{"reserved.reservation_id": job.id}],
    )


def reservation_of(launch: Mapping[str, Any], queue: str) -> BatchJob | None:
    """Give the batch job that qlaunch submitted for a launch, to the queue of this name.

    FireWorks keeps nothing but its id: until `record_reservation` has told more, the job is known
    by the folder of the launch.
    """
    entries = [entry for entry in launch["state_history"] if "reservation_id" in entry]
    if not entries:
        return None
    if known := entries[-1].get(JOB_KEY):
        return BatchJob(**known)
    return BatchJob(queue, str(entries[-1]["reservation_id"]), folder=launch["launch_dir"])
