"""Answers of PBS Professional, OpenPBS and Torque."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from workflows.recovery.batch_job import (
    UNKNOWN,
    BatchJob,
    JobReport,
    JobState,
    Queue,
    read_json,
    run_command,
    user_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Pbs(Queue):
    """PBS Professional, OpenPBS and Torque."""

    name = "pbs"
    command = "qstat"

    # qstat(1B): F (PBS) and C (Torque) are finished jobs, X finished ones of an array.
    _ALIVE = frozenset("BEHMQRSTUW")
    _ENDED = frozenset("CFX")
    # What the systems themselves give as exit status, in Slurm's words. PBS Professional
    # Administrator's Guide, "Job Exit Status Codes": it writes Exit_status; a job that is run
    # again after its node failed (-11, -14 ...) says nothing of why.
    _PBS_WORDS: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("-28", "-29"), "TIMEOUT"),
        **dict.fromkeys(("-26", "-27"), "OUT_OF_MEMORY"),
        **dict.fromkeys(("-4", "-5", "-6"), "NODE_FAIL"),
    }
    # Torque Administrator's Guide, "Job exit status": it writes exit_status.
    _TORQUE_WORDS: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("-11", "-12"), "TIMEOUT"),
        "-10": "OUT_OF_MEMORY",
        **dict.fromkeys(("-4", "-5", "-6"), "NODE_FAIL"),
    }
    # A job that PBS kills for a resource ends by SIGTERM (271); its comment says which.
    _EXCEEDED: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("walltime", "cput"), "TIMEOUT"),
        **dict.fromkeys(("mem", "vmem", "pmem", "pvmem"), "OUT_OF_MEMORY"),
    }
    _RESOURCE = re.compile(
        r"exceeded (?:resource )?(\w+)|\b(\w+) \w+ exceeded limit", re.IGNORECASE
    )
    # 256 and the signal, of PBS Professional and Torque; 128 and the signal, of the shell.
    _SIGNALS = frozenset(("265", "271", "137", "143"))
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
        code, out, err = run_command(["qstat", "-x", "-f", "-F", "json", *ids])
        if jobs := _flattened(read_json(out).get("Jobs")):
            return self._answers(jobs, err, ids)
        # An old PBS, Torque, or PBS with a value in a job's environment that breaks its JSON.
        code, out, err = run_command(["qstat", "-x", "-f", *ids])
        if out.lstrip().startswith("<") or (code and "Job Id:" not in out):
            _, out, err = run_command(["qstat", "-f", *ids])
        return self.parse(out, err, ids)

    def parse(self, out: str, err: str, ids: Iterable[str]) -> dict[str, JobReport]:
        """Read the long form of qstat, and what it says of jobs that it does not know."""
        whole = re.sub(r"\n\t", "", out)  # long values go on in the next line
        jobs = {}
        for block in re.split(r"^Job Id:\s*", whole, flags=re.MULTILINE)[1:]:
            jobs[block.split()[0]] = dict(
                re.findall(r"^\s+([\w.]+) = (.+)$", block, flags=re.MULTILINE)
            )
        return self._answers(jobs, err, ids)

    def _answers(
        self, jobs: Mapping[str, Mapping[str, str]], err: str, ids: Iterable[str]
    ) -> dict[str, JobReport]:
        reports = {job: self._report(fields) for job, fields in jobs.items()}
        for gone in (*self._NO_SUCH_JOB.findall(err), *self._FINISHED.findall(err)):
            reports.setdefault(gone, JobReport(JobState.ENDED))
        return {job: reports[name] for job in ids for name in reports if _is_same(job, name)}

    def _report(self, fields: Mapping[str, str]) -> JobReport:
        state = fields.get("job_state", "").strip()
        place = re.search(r"PBS_O_WORKDIR=([^,\n]+)", fields.get("Variable_List", ""))
        folder = place.group(1) if place else ""
        user = fields.get("Job_Owner", "").partition("@")[0].strip()
        if state in self._ALIVE:
            return JobReport(JobState.ALIVE, state, folder, user)
        if state not in self._ENDED:
            return UNKNOWN
        return JobReport(JobState.ENDED, self._word(fields), folder, user)

    def _word(self, fields: Mapping[str, str]) -> str:
        for pair in self._RESOURCE.findall(fields.get("comment", "")):
            if word := self._EXCEEDED.get("".join(pair).lower()):
                return word
        words = self._PBS_WORDS if "Exit_status" in fields else self._TORQUE_WORDS
        status = fields.get("Exit_status", fields.get("exit_status", "")).strip()
        if status in self._SIGNALS and _has_used_its_time(fields):
            return "TIMEOUT"
        return words.get(status, "")


def _flattened(jobs: Any) -> dict[str, dict[str, str]]:
    """Write qstat's JSON as its text form is; nothing if it is of another form."""
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) for job in jobs.values()):
        return {}
    return {job: dict(_fields(fields)) for job, fields in jobs.items()}


def _fields(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in fields.items():
        if isinstance(value, dict):
            yield key, ",".join(f"{k}={v}" for k, v in value.items())
            yield from ((f"{key}.{k}", str(v)) for k, v in value.items())
        elif value is not None:
            yield key, str(value)


def _has_used_its_time(fields: Mapping[str, str]) -> bool:
    used, limit = (
        _seconds(fields, f"{key}.walltime") for key in ("resources_used", "Resource_List")
    )
    return used is not None and limit is not None and used >= limit


def _seconds(fields: Mapping[str, str], key: str) -> int | None:
    """Read a time in hours, minutes and seconds; None if there is none."""
    parts = fields.get(key, "").strip().split(":")
    if not all(part.isdigit() for part in parts):
        return None
    hours, minutes, seconds = (int(part) for part in ["0", "0", *parts][-3:])
    return (hours * 60 + minutes) * 60 + seconds


def _is_same(job: str, name: str) -> bool:
    """Compare ids: FireWorks keeps 1234 of 1234.server, whose name may be short or long."""
    (number, _, server), (other, _, other_server) = job.partition("."), name.partition(".")
    short, other_short = server.partition(".")[0], other_server.partition(".")[0]
    return number == other and (not short or not other_short or short == other_short)
