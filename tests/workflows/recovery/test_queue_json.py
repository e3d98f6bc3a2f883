"""The machine formats of the queues, as their versions write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from workflows.recovery import pbs, slurm
from workflows.recovery.batch_job import UNKNOWN, JobReport, JobState
from workflows.recovery.pbs import Pbs
from workflows.recovery.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Callable

    Answers = Callable[..., list[list[str]]]

ALIVE, ENDED = JobState.ALIVE, JobState.ENDED

# Slurm 22.05 writes one word; from 23.02 on it is a list: the state and its flags.
STATES = [
    ("RUNNING", JobReport(ALIVE, "RUNNING")),
    (["RUNNING"], JobReport(ALIVE, "RUNNING")),
    (["CANCELLED", "COMPLETING"], JobReport(ALIVE, "COMPLETING")),
    (["PENDING", "REQUEUED"], JobReport(ALIVE, "REQUEUED")),
    (["TIMEOUT"], JobReport(ENDED, "TIMEOUT")),
    (["NEW_IN_SLURM_99"], UNKNOWN),
    ([], UNKNOWN),
]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let commands answer in JSON as told, and in nothing else; note what was asked."""
    asked: list[list[str]] = []

    def prepare(**told: Any) -> list[list[str]]:
        def run(words: list[str]) -> tuple[int, str, str]:
            asked.append(words)
            if words[0] in told and ("--json" in words or "json" in words):
                return 0, json.dumps(told[words[0]]), ""
            return 1, "", f"{words[0]}: error"

        for module in (slurm, pbs):
            monkeypatch.setattr(module, "run_command", run)
        return asked

    return prepare


def job(number: int, state: Any, **fields: Any) -> dict[str, Any]:
    return {"job_id": number, "job_state": state, **fields}


@pytest.mark.parametrize(("state", "expected"), STATES)
def test_slurms_states_of_all_versions(answers: Answers, state: Any, expected: JobReport) -> None:
    answers(squeue={"jobs": [job(7, state)], "errors": []})
    assert Slurm().ask(["7"])["7"] == expected


def test_slurm_says_whose_a_job_is_and_where(answers: Answers) -> None:
    place = {"user_name": "me", "current_working_directory": "/scratch/me/launch"}
    answers(squeue={"jobs": [job(7, "PENDING", **place)]})
    report = Slurm().ask(["7"])["7"]
    assert (report.user, report.folder) == ("me", "/scratch/me/launch")


def test_jobs_that_nobody_asked_for_are_left_out(answers: Answers) -> None:
    # Slurm 22.05 answers --json with every job it has
    answers(squeue={"jobs": [job(7, "RUNNING"), job(8, "RUNNING")]})
    assert set(Slurm().ask(["7"])) == {"7"}


def test_an_answer_with_errors_is_no_answer(answers: Answers) -> None:
    answers(squeue={"jobs": [], "errors": [{"error": "Unable to contact slurm controller"}]})
    assert Slurm().ask(["7"]) == {}


@pytest.mark.parametrize(
    ("accounting", "word"),
    [({"current": ["TIMEOUT"]}, "TIMEOUT"), ({"current": "OUT_OF_MEMORY"}, "OUT_OF_MEMORY")],
)
def test_accounting_knows_how_a_forgotten_job_ended(
    answers: Answers, accounting: Any, word: str
) -> None:
    past = {"job_id": 7, "state": accounting, "user": "me", "working_directory": "/w"}
    answers(squeue={"jobs": []}, sacct={"jobs": [past]})
    assert Slurm().ask(["7"]) == {"7": JobReport(ENDED, word)}


def test_a_job_that_the_controller_does_not_know_has_ended_for_the_accounting_too(
    answers: Answers,
) -> None:
    # a "runaway" job: slurmctld lost it, and nobody told slurmdbd of its end
    stale = {"job_id": 7, "state": {"current": ["RUNNING"]}}
    answers(squeue={"jobs": []}, sacct={"jobs": [stale]})
    assert Slurm().ask(["7"]) == {"7": JobReport(ENDED)}


def test_pbs_answers_in_json(answers: Answers) -> None:
    jobs = {
        "5.srv": {"job_state": "F", "Exit_status": -29, "Job_Owner": "me@login"},
        "6.srv": {"job_state": "R", "Variable_List": {"PBS_O_WORKDIR": "/w", "PBS_O_HOME": "/h"}},
    }
    asked = answers(qstat={"Jobs": jobs})
    reports = Pbs().ask(["5.srv", "6"])
    assert reports == {"5.srv": JobReport(ENDED, "TIMEOUT"), "6": JobReport(ALIVE, "R")}
    assert (reports["5.srv"].user, reports["6"].folder) == ("me", "/w")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("status", "comment", "word"),
    [
        # PBS Professional Administrator's Guide, "Job Exit Status Codes"
        (-10, "", ""),  # the user's id is not valid on the node
        (-11, "", ""),  # the job is run again
        (-26, "", "OUT_OF_MEMORY"),
        (-27, "", "OUT_OF_MEMORY"),
        (-28, "", "TIMEOUT"),
        (-29, "", "TIMEOUT"),
        (-4, "", "NODE_FAIL"),
        (271, "Job run at Mon and exceeded resource walltime", "TIMEOUT"),
        (271, "Job run at Mon and exceeded resource mem", "OUT_OF_MEMORY"),
        (271, "Job run at Mon and finished", ""),
        (0, "", ""),
    ],
)
def test_exit_codes_of_pbs_professional(status: int, comment: str, word: str) -> None:
    told = f"    comment = {comment}\n" if comment else ""
    text = f"Job Id: 5.srv\n    job_state = F\n{told}    Exit_status = {status}\n"
    assert Pbs().parse(text, "", ["5.srv"]) == {"5.srv": JobReport(ENDED, word)}


@pytest.mark.parametrize(
    ("status", "word"), [(-10, "OUT_OF_MEMORY"), (-11, "TIMEOUT"), (-12, "TIMEOUT"), (0, "")]
)
def test_exit_codes_of_torque(status: int, word: str) -> None:
    text = f"Job Id: 5.srv\n    job_state = C\n    exit_status = {status}\n"
    assert Pbs().parse(text, "", ["5.srv"]) == {"5.srv": JobReport(ENDED, word)}


def test_a_comment_that_goes_on_in_the_next_line_is_read_whole() -> None:
    text = (
        "Job Id: 6.srv\n    job_state = F\n"
        "    comment = Job run at Mon on (n1:ncpus=1) and exceeded reso\n\turce walltime\n"
        "    Exit_status = 271\n"
    )
    assert Pbs().parse(text, "", ["6"])["6"].word == "TIMEOUT"


def test_a_job_of_another_pbs_server_is_another_job() -> None:
    text = "Job Id: 5.beta.example.org\n    job_state = F\n"
    assert Pbs().parse(text, "", ["5.alpha"]) == {}
    assert Pbs().parse(text, "", ["5.beta"]) == {"5.beta": JobReport(ENDED)}
