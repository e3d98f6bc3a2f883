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
    (["FAILED", "LAUNCH_FAILED"], JobReport(ENDED, "LAUNCH_FAILED")),
    (["RUNNING", "POWER_UP_NODE"], JobReport(ALIVE, "RUNNING")),
    ({"current": ["PREEMPTED"]}, JobReport(ENDED, "PREEMPTED")),
    (["NEW_IN_SLURM_99"], UNKNOWN),
    (None, UNKNOWN),
    (1, UNKNOWN),
    ([None], UNKNOWN),
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


def wrapped(number: int) -> dict[str, Any]:
    """Write a number as Slurm does from 23.02 on."""
    return {"set": True, "infinite": False, "number": number}


NO_ARRAY = {"set": False, "infinite": False, "number": 0}


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"job_id": wrapped(7), "array_task_id": NO_ARRAY}, "7"),
        ({"job_id": 9, "array_job_id": wrapped(7), "array_task_id": wrapped(4)}, "7_4"),
        ({"job_id": 9, "het_job_id": wrapped(7), "het_job_offset": wrapped(1)}, "7+1"),
        ({"job_id": 9, "array_job_id": 7, "array_task_id": 4}, "7_4"),
    ],
)
def test_slurms_ids_of_all_kinds(answers: Answers, entry: Any, name: str) -> None:
    answers(squeue={"jobs": [{**entry, "job_state": ["RUNNING"], "user_name": {"id": 1}}]})
    assert Slurm().ask([name]) == {name: JobReport(ALIVE, "RUNNING")}


@pytest.mark.parametrize("jobs", [None, {}, "x", [None], ["x"], [[]]])
def test_an_answer_of_another_form_is_no_answer(answers: Answers, jobs: Any) -> None:
    answers(squeue={"jobs": jobs}, qstat={"Jobs": jobs})
    assert Slurm().ask(["7"]) == {}
    assert Pbs().ask(["7"]) == {}


def test_a_job_without_an_id_hides_no_other(answers: Answers) -> None:
    answers(squeue={"jobs": [{"job_state": "RUNNING"}, job(7, "RUNNING")]})
    assert Slurm().ask(["7"]) == {"7": JobReport(ALIVE, "RUNNING")}


@pytest.mark.parametrize(
    "answer",
    [
        '{"jobs": [{"job_id": 7, "job_st',
        '{"Jobs": {"5.srv": {"Job_Name": "a\\qb"',
        "[1]",
        "",
        '{"Jobs": {"5.srv": null}}',
    ],
)
def test_json_that_is_broken_is_asked_for_as_text(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(words: list[str]) -> tuple[int, str, str]:
        if "--json" in words or "json" in words:
            return 0, answer, ""
        if words[0] == "squeue":
            return 0, "7|RUNNING|me|/w\n", ""
        return 0, "Job Id: 5.srv\n    job_state = F\n    Exit_status = -29\n", ""

    for module in (slurm, pbs):
        monkeypatch.setattr(module, "run_command", run)
    assert Slurm().ask(["7"]) == {"7": JobReport(ALIVE, "RUNNING")}
    assert Pbs().ask(["5.srv"]) == {"5.srv": JobReport(ENDED, "TIMEOUT")}


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
        (265, "job killed: mem 6501kb exceeded limit 6200kb", "OUT_OF_MEMORY"),
        (271, "job killed: ncpus 37.1 exceeded limit 36 (burst)", ""),
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


@pytest.mark.parametrize(
    ("status", "used", "word"),
    [(271, "01:00:12", "TIMEOUT"), (271, "00:59:01", ""), (0, "01:00:12", ""), (265, "x", "")],
)
def test_a_signal_at_the_end_of_its_time_is_the_time(
    answers: Answers, status: int, used: str, word: str
) -> None:
    times = {"resources_used": {"walltime": used}, "Resource_List": {"walltime": "01:00:00"}}
    answers(qstat={"Jobs": {"5.srv": {"job_state": "F", "Exit_status": status, **times}}})
    assert Pbs().ask(["5"]) == {"5": JobReport(ENDED, word)}
    text = (
        f"Job Id: 5.srv\n    job_state = C\n    resources_used.walltime = {used}\n"
        f"    Resource_List.walltime = 01:00:00\n    exit_status = {status}\n"
    )
    assert Pbs().parse(text, "", ["5"]) == {"5": JobReport(ENDED, word)}


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
