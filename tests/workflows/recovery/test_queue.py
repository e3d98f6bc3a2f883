"""What Slurm, PBS Professional and Torque answer, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workflows.recovery import batch_job, pbs, slurm
from workflows.recovery.batch_job import UNKNOWN, BatchJob, JobReport, JobState
from workflows.recovery.pbs import Pbs
from workflows.recovery.queue import ask_queue, current_job
from workflows.recovery.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Callable

    Answers = Callable[..., list[list[str]]]

ALIVE, ENDED = JobState.ALIVE, JobState.ENDED

# Slurm 22.05.8, `squeue --noheader --states=all --format=%A|%T`.
SQUEUE = "2|CANCELLED\n1|COMPLETED\n4|FAILED\n3|RUNNING\n5|TIMEOUT\n6|PENDING\n7|COMPLETING\n"

# Torque 3.0.5, from its manual, "Job exit status" (shortened).
TORQUE = """Job Id: 179.host
    Job_Name = STDIN
    Job_Owner = user@host
    job_state = C
    queue = batchq
    Variable_List = PBS_O_HOME=/home/user,PBS_O_LOGNAME=user,
  PBS_O_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin
    exit_status = -11

"""

# PBS Professional's long form has one more attribute per line, tabs in continued lines.
PBS = """Job Id: 1234.pbs01
    Job_Name = relax
    job_state = F
    Variable_List = PBS_O_HOME=/home/me,
\tPBS_O_PATH=/usr/bin
    comment = Job run at Mon Nov 23 and exceeded resource walltime
    Exit_status = -29

Job Id: 1235.pbs01
    Job_Name = relax
    job_state = R

"""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let commands answer as told, and note what was asked."""
    asked: list[list[str]] = []

    def prepare(**told: tuple[int, str, str]) -> list[list[str]]:
        def run(words: list[str]) -> tuple[int, str, str]:
            asked.append(words)
            return told.get(words[0], (1, "", f"{words[0]}: command not found"))

        for module in (slurm, pbs):
            monkeypatch.setattr(module, "run_command", run)
        return asked

    return prepare


def test_slurms_states_are_alive_or_ended() -> None:
    reports = Slurm().parse(SQUEUE)
    assert {job for job, report in reports.items() if report.state is ALIVE} == {"3", "6", "7"}
    assert reports["5"] == JobReport(ENDED, "TIMEOUT")


def test_a_state_that_is_unknown_here_is_no_news() -> None:
    assert Slurm().parse("8|NEW_IN_SLURM_99\n9|\n") == dict.fromkeys("89", UNKNOWN)


def test_a_state_that_is_cut_off_is_known_by_its_beginning() -> None:
    assert Slurm().parse("8|OUT_OF_ME+\n9|CANCELLED+\n") == {
        "8": JobReport(ENDED, "OUT_OF_MEMORY"),
        "9": JobReport(ENDED, "CANCELLED"),
    }


def test_steps_of_a_past_job_are_left_out(answers: Answers) -> None:
    past = "9|TIMEOUT|me|/w\n9.batch|CANCELLED||\n9.0|COMPLETED||\n"
    answers(squeue=(0, "", ""), sacct=(0, past, ""))
    assert Slurm().ask(["9"]) == {"9": JobReport(ENDED, "TIMEOUT")}


def test_a_job_that_slurm_has_forgotten_has_ended(answers: Answers) -> None:
    answers(squeue=(1, "", "slurm_load_jobs error: Invalid job id specified\n"))
    assert Slurm().ask(["99"]) == {"99": JobReport(ENDED)}


@pytest.mark.parametrize(
    "answer",
    [
        (0, "  JOBID PARTITION NAME USER ST TIME\n     99 test relax me R 1:02\n", ""),
        (0, "Slurm is in maintenance, please wait\n", ""),
        (0, "", "slurm_load_jobs error: Unable to contact slurm controller\n"),
    ],
)
def test_an_answer_that_is_not_understood_is_no_news(
    answer: tuple[int, str, str], answers: Answers
) -> None:
    answers(squeue=answer)
    assert Slurm().ask(["99"]) == {}


def test_accounting_knows_how_a_forgotten_job_ended(answers: Answers) -> None:
    asked = answers(squeue=(0, "3|RUNNING\n", ""), sacct=(0, "9|CANCELLED by 1000\n", ""))
    reports = Slurm().ask(["3", "9"])
    assert reports == {"3": JobReport(ALIVE, "RUNNING"), "9": JobReport(ENDED, "CANCELLED")}
    assert "--jobs=9" in asked[-1]  # the running one was not asked for again


@pytest.mark.parametrize(
    "failure",
    [
        "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
        "slurm_load_jobs error: Socket timed out on send/recv operation\n",
        "squeue: command not found",
    ],
)
def test_a_slurm_that_does_not_answer_ends_no_job(answers: Answers, failure: str) -> None:
    answers(squeue=(1, "", failure))
    assert Slurm().ask(["3"]) == {}


def test_torques_long_form_tells_a_walltime() -> None:
    assert Pbs().parse(TORQUE, "", ["179.host"]) == {"179.host": JobReport(ENDED, "TIMEOUT")}


def test_pbs_answers_for_ids_with_and_without_a_server() -> None:
    reports = Pbs().parse(PBS, "", ["1234", "1235.pbs01"])
    assert reports == {"1234": JobReport(ENDED, "TIMEOUT"), "1235.pbs01": JobReport(ALIVE, "R")}


@pytest.mark.parametrize(
    "error",
    ["qstat: Unknown Job Id 77.pbs01\n", "qstat: Unknown Job Id Error 77.pbs01\n"],
)
def test_a_job_that_pbs_does_not_know_has_ended(error: str) -> None:
    assert Pbs().parse("", error, ["77.pbs01"]) == {"77.pbs01": JobReport(ENDED)}


def test_a_pbs_that_does_not_answer_ends_no_job(answers: Answers) -> None:
    answers(qstat=(111, "", "Connection refused\nqstat: cannot connect to server pbs01\n"))
    assert Pbs().ask(["77.pbs01"]) == {}


def test_a_job_of_another_cluster_is_unknown_here(answers: Answers) -> None:
    answers(squeue=(0, "", ""), scontrol=(0, "ClusterName             = here\n", ""))
    mine, other = (BatchJob("slurm", "3", cluster) for cluster in ("here", "there"))
    reports = ask_queue([mine, other], Slurm())
    assert reports == {mine: JobReport(ENDED), other: UNKNOWN}


def test_another_users_job_that_is_not_shown_may_be_hidden(answers: Answers) -> None:
    answers(squeue=(0, "4|TIMEOUT\n", ""))
    hidden, shown = (BatchJob("slurm", job, user="somebody else") for job in "34")
    reports = ask_queue([hidden, shown], Slurm())
    assert reports == {hidden: UNKNOWN, shown: JobReport(ENDED, "TIMEOUT")}


def test_without_a_queue_nothing_is_known() -> None:
    job = BatchJob("slurm", "3")
    assert ask_queue([job], None) == {job: UNKNOWN}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"SLURM_JOB_ID": "7", "SLURM_CLUSTER_NAME": "c"}, ("slurm", "7", "c")),
        ({"PBS_JOBID": "1234.pbs01"}, ("pbs", "1234.pbs01", "")),
        ({}, None),
    ],
)
def test_a_process_knows_its_batch_job(environment: dict[str, str], expected: Any) -> None:
    job = current_job(environment)
    assert (job and (job.queue, job.id, job.cluster)) == expected


def test_a_command_that_is_not_there_has_failed() -> None:
    assert batch_job.run_command(["no-such-command-anywhere"])[0] == 1
