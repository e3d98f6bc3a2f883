"""Slurm's answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Collection, Iterable, Mapping, Sequence

    Reports = dict[str, JobReport]


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
            *("OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT", "LAUNCH_FAILED", "RECONFIG_FAIL"),
        )
    )
    _NO_SUCH_JOB = "Invalid job id specified"

    @classmethod
    def current(cls, environment: Mapping[str, str]) -> BatchJob | None:
        """Return the job of SLURM_JOB_ID."""
        if not (job := environment.get("SLURM_JOB_ID")):
            return None
        return BatchJob(cls.name, job, environment.get("SLURM_CLUSTER_NAME", ""), user_name())

    def ask(self, ids: Sequence[str]) -> Reports:
        """Ask squeue; for jobs that have left Slurm's memory, sacct.

        A job that the controller does not know has ended, even if the accounting has it running:
        the accounting was not told of its end.
        """
        found = self._present(ids)
        if found is None:
            return {}
        missing = [job for job in ids if job not in found]
        past = {job: report for job, report in self._past(missing).items() if _is_over(report)}
        return dict.fromkeys(missing, JobReport(JobState.ENDED)) | past | found

    def parse(self, table: str) -> Reports:
        """Read lines of job, state and perhaps user and folder, separated by bars."""
        rows = (line.split("|", maxsplit=3) for line in table.splitlines() if "|" in line)
        reports = {}
        for job, state, *others in rows:
            user, folder = (*others, "", "")[:2]
            reports[job.strip()] = self._report([state], folder=folder, user=user)
        return reports

    @property
    def cluster(self) -> str:
        """ClusterName of its configuration."""
        _, out, _ = run_command(["scontrol", "show", "config"])
        found = re.search(r"^ClusterName\s*=\s*(\S+)", out, re.MULTILINE)
        return found.group(1) if found else ""

    def _present(self, ids: Sequence[str]) -> Reports | None:
        """Ask the controller; None if it does not answer."""
        jobs = f"--jobs={','.join(ids)}"
        # Slurm 22.05 answers with all its jobs; versions before 21.08 know no JSON.
        code, out, _ = run_command(["squeue", "--json", "--states=all", jobs])
        answer = read_json(out)
        if code == 0 and not answer.get("errors") and (jobs_there := _jobs(answer)) is not None:
            return self._parse_json(jobs_there, ids)
        words = ["squeue", "--noheader", "--states=all", "--format=%A|%T|%u|%Z", jobs]
        code, out, err = run_command(words)
        # Slurm forgets a job five minutes after its end (MinJobAge); asked for forgotten ones
        # alone, squeue fails with these words.
        if code and self._NO_SUCH_JOB not in err:
            return None
        # Several forgotten jobs are answered by nothing; another answer is not understood.
        said = out.strip() or ("" if code else err.strip())
        return None if said and "|" not in out else self.parse(out)

    def _past(self, ids: Sequence[str]) -> Reports:
        """Ask the accounting; without one sacct fails, and nothing is known of the past."""
        if not ids:
            return {}
        jobs = f"--jobs={','.join(ids)}"
        _, out, _ = run_command(["sacct", "--json", jobs])
        if found := _jobs(read_json(out)):
            return self._parse_json(found, ids)
        words = ["sacct", "--noheader", "--allocations", "--parsable2"]
        _, out, _ = run_command([*words, "--format=JobIDRaw,State,User,WorkDir", jobs])
        return {job: report for job, report in self.parse(out).items() if job in ids}

    def _parse_json(self, jobs: Iterable[Mapping[str, Any]], ids: Sequence[str]) -> Reports:
        """Read the jobs of these ids in squeue's or sacct's JSON, of whichever version."""
        return {
            name: self._report(
                _states(job),
                folder=_text(job, "current_working_directory", "working_directory"),
                user=_text(job, "user_name", "user"),
            )
            for job in jobs
            for name in _names(job)
            if name in ids
        }

    def _report(self, states: Sequence[str], *, folder: str, user: str) -> JobReport:
        """Judge a state with its flags: one that is CANCELLED and COMPLETING is alive."""
        known = self._ALIVE | self._ENDED
        words = [_word(state, known) for state in states]
        if alive := [word for word in words if word in self._ALIVE]:
            return JobReport(JobState.ALIVE, alive[-1], folder, user)
        if ended := [word for word in words if word in self._ENDED]:
            return JobReport(JobState.ENDED, ended[-1], folder, user)
        return UNKNOWN


def _states(job: Mapping[str, Any]) -> list[str]:
    """Give the states in a job's JSON: a word until Slurm 23.02, then a list."""
    state = job.get("job_state") or job.get("state") or ""
    state = state.get("current") or "" if isinstance(state, dict) else state
    return [str(word) for word in state] if isinstance(state, list) else [str(state)]


def _word(state: str, known: Collection[str]) -> str:
    """Write a state without who made it (CANCELLED by 0), and one that was cut off (OUT_OF_ME+)."""
    word = state.strip().partition(" ")[0].upper()
    if not word.endswith("+"):
        return word
    return next((whole for whole in known if whole.startswith(word[:-1])), word[:-1])


def _jobs(answer: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Give the jobs of an answer in JSON; None if it has no list of them."""
    jobs = answer.get("jobs")
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        return None
    return jobs


def _names(job: Mapping[str, Any]) -> list[str]:
    """Give the ids of a job: its own, and as a task of an array or a part of a larger job."""
    number, array, task, whole, part = (
        _number(job.get(key))
        for key in ("job_id", "array_job_id", "array_task_id", "het_job_id", "het_job_offset")
    )
    return [number, f"{array}_{task}", f"{whole}+{part}"]


def _number(value: Any) -> str:
    """Write a number, which newer versions wrap: {"set": true, "infinite": false, "number": 7}."""
    if isinstance(value, dict):
        value = value.get("number") if value.get("set", True) else None
    return "" if value is None else str(value)


def _text(job: Mapping[str, Any], *keys: str) -> str:
    return next((text for key in keys if isinstance(text := job.get(key), str) and text), "")


def _is_over(report: JobReport) -> bool:
    return report.state is JobState.ENDED
