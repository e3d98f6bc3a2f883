"""Answers of PBS Professional, OpenPBS and Torque."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

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
    from collections.abc import Iterable, Mapping, Sequence


class Pbs(Queue):
    """PBS Professional, OpenPBS and Torque."""

    name = "pbs"
    command = "qstat"

    # qstat(1B): F (PBS) and C (Torque) are finished jobs, X finished ones of an array.
    _ALIVE = frozenset("BEHMQRSTUW")
    _ENDED = frozenset("CFX")
    # Exit_status set by the system itself: PBS Professional Administrator's Guide, "Job exit
    # codes", and Torque, "Job exit status".
    _WORDS: ClassVar = {"-29": "TIMEOUT", "-11": "TIMEOUT", "-27": "OUT_OF_MEMORY"}
    _WORDS |= {"-26": "OUT_OF_MEMORY", "-10": "OUT_OF_MEMORY"}
    _NO_SUCH_JOB = re.compile(r"Unknown Job(?: |)Id(?: Error)?:?\s+(\S+)", re.IGNORECASE)
    _FINISHED = re.compile(r"(\S+) Job has finished", re.IGNORECASE)

    @classmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Return the job of PBS_JOBID, whose suffix names its server, so it needs no cluster."""
        if not (job := environment.get("PBS_JOBID")):
            return None
        return BatchJob(cls.name, job, user=user_name())

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Ask qstat: with -x for the history of PBS, without for Torque, where -x means XML."""
        code, out, err = run_command(["qstat", "-x", "-f", *ids])
        if out.lstrip().startswith("<") or (code and "Job Id:" not in out):
            _, out, err = run_command(["qstat", "-f", *ids])
        return self.parse(out, err, ids)

    def parse(self, out: str, err: str, ids: Iterable[str]) -> dict[str, JobReport]:
        """Read the long form of qstat, and its messages about unknown jobs."""
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


def _number(job: str) -> str:
    """Shorten 1234.server to 1234, as FireWorks keeps it."""
    return job.partition(".")[0]
