"""Slurm's answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workflows.recovery.batch_job import (
    UNKNOWN,
    BatchJob,
    JobReport,
    JobState,
    Queue,
    run_command,
    user_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Slurm(Queue):
    """Slurm: `squeue` for jobs in its memory, `sacct` for past ones if accounting is on."""

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
        """Return the job of SLURM_JOB_ID."""
        if not (job := environment.get("SLURM_JOB_ID")):
            return None
        return BatchJob(cls.name, job, environment.get("SLURM_CLUSTER_NAME", ""), user_name())

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
        """Ask the accounting; without it sacct fails, and past jobs are unknown."""
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
