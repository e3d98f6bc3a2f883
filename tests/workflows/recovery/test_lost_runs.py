"""Which runs are lost: those whose queue or machine says so, and no others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from fireworks import Firework, FWAction, FWorker
from pymongo.errors import AutoReconnect

from workflows.base.settings import load_settings
from workflows.dispatch.advance_task import AdvanceTask
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.recovery import database_retry as patience
from workflows.recovery.batch_job import BatchJob, JobReport, JobState, Queue
from workflows.recovery.database_retry import left_output, patiently
from workflows.recovery.launch_record import GivenUpError, LaunchRecord, record_launch
from workflows.recovery.lost_runs import look_for_lost
from workflows.recovery.recovery import recover
from workflows.state.failures import FailureClass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

RUNNING = JobReport(JobState.ALIVE, "RUNNING")
TIMEOUT = JobReport(JobState.ENDED, "TIMEOUT")
NODE = "n"


class Told(Queue):
    """A queue that says what it was told to."""

    name = "slurm"
    command = "true"

    def __init__(self, **reports: JobReport) -> None:
        self.reports = reports

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return {job: self.reports[job] for job in ids if job in self.reports}

    @classmethod
    def current(cls, environment: Any) -> None:
        del environment


@pytest.fixture
def step(database: Database, tmp_path: Path) -> int:
    """Return a step that a rocket has just taken."""
    database.launchpad.add_wf(Firework(AdvanceTask(node=NODE), {"node": NODE}))
    firework, _ = database.launchpad.checkout_fw(FWorker(), str(tmp_path))
    return int(firework.fw_id)


@pytest.fixture
def dead() -> int:
    """Return the id of a process that has died."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def write(
    database: Database,
    host: str,
    pid: int = 1,
    job: BatchJob | None = None,
    started: float | None = None,
    machine: str = "",
) -> None:
    """Let the launch say that it runs there."""
    record = LaunchRecord(host, pid, time.time() if started is None else started, job, machine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LaunchRecord, "of_this_process", classmethod(lambda _: record))
        record_launch(database.launchpad, 1)


def found(database: Database, queue: Queue | None = None, patience: float = 600) -> str:
    look = look_for_lost(database, [NODE], queue=queue, patience=patience)
    assert len(look.lost) + len(look.unknown) <= 1
    return look.lost[0].reason if look.lost else "unknown" if look.unknown else "alive"


@pytest.mark.usefixtures("step")
class TestARunIs:
    HERE = socket.gethostname()

    def test_alive_while_its_process_lives_here(self, database: Database) -> None:
        record_launch(database.launchpad, 1)
        assert found(database) == "alive"

    def test_lost_when_its_process_here_is_gone(self, database: Database, dead: int) -> None:
        write(database, self.HERE, dead)
        assert found(database) == "the run was lost: its process was killed"

    def test_unknown_on_a_machine_of_the_same_name(self, database: Database, dead: int) -> None:
        write(database, self.HERE, dead, machine="another")
        assert found(database, patience=0) == "unknown"

    def test_lost_when_its_process_id_is_somebody_elses(self, database: Database) -> None:
        write(database, self.HERE, os.getpid(), started=1.0)
        assert "was killed" in found(database)

    def test_unknown_elsewhere(self, database: Database) -> None:
        write(database, "another-machine")
        assert found(database, Told(), patience=0) == "unknown"

    def test_lost_when_its_batch_job_has_ended(self, database: Database) -> None:
        write(database, "node7", job=BatchJob("slurm", "7"))
        expected = "the run was lost: slurm: job 7 ended as TIMEOUT"
        assert found(database, Told(**{"7": TIMEOUT})) == expected

    def test_alive_while_its_batch_job_lives(self, database: Database) -> None:
        write(database, "node7", job=BatchJob("slurm", "7"))
        assert found(database, Told(**{"7": RUNNING}), patience=0) == "alive"

    @pytest.mark.parametrize("queue", [None, Told()])
    def test_unknown_if_its_queue_does_not_answer(
        self, database: Database, queue: Queue | None
    ) -> None:
        write(database, "node7", job=BatchJob("slurm", "7"))
        assert found(database, queue, patience=0) == "unknown"

    def test_alive_while_its_batch_job_is_ending(self, database: Database, dead: int) -> None:
        # how it ended is worth a second look
        write(database, self.HERE, dead, BatchJob("slurm", "7"))
        ending = JobReport(JobState.ALIVE, "COMPLETING")
        assert found(database, Told(**{"7": ending})) == "alive"

    def test_alive_before_it_has_said_where_it_runs(self, database: Database) -> None:
        assert found(database) == "alive"

    def test_lost_if_it_never_says_where_it_runs(self, database: Database) -> None:
        assert "never started it" in found(database, patience=0)


@pytest.fixture
def reserved(database: Database, tmp_path: Path) -> None:
    """A step that qlaunch has reserved for batch job 7."""
    database.launchpad.add_wf(Firework(AdvanceTask(node=NODE), {"node": NODE}))
    _, launch = database.launchpad.reserve_fw(FWorker(), str(tmp_path))
    database.launchpad.set_reservation_id(launch, "7")


@pytest.mark.usefixtures("reserved")
@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        (Told(**{"7": JobReport(JobState.ALIVE, "PENDING")}), "alive"),
        (Told(**{"7": TIMEOUT}), "the run was lost: slurm: job 7 ended as TIMEOUT"),
        (None, "unknown"),
    ],
)
def test_a_reserved_step_waits_as_long_as_its_batch_job(
    database: Database, queue: Queue | None, expected: str
) -> None:
    assert found(database, queue, patience=0) == expected


def test_a_launch_that_was_given_up_does_not_go_on(database: Database, step: int) -> None:
    launch = database.launches.find_one({}) or {}
    database.launches.update_one({"_id": launch["_id"]}, {"$set": {"state": "FIZZLED"}})
    with pytest.raises(GivenUpError, match="waited too long"):
        record_launch(database.launchpad, step)


def test_a_record_survives_the_end_of_its_launch(database: Database, step: int) -> None:
    record_launch(database.launchpad, step)
    database.launchpad.complete_launch(1, FWAction())
    record = LaunchRecord.of_launch(database.launches.find_one({}) or {})
    assert record is not None
    assert (record.host, record.pid) == (socket.gethostname(), os.getpid())
    assert record.started == pytest.approx(psutil.Process().create_time())


@pytest.fixture
def host_step(
    database: Database, small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> int:
    """Return the first step of a campaign."""
    monkeypatch.chdir(tmp_path)
    save_campaign(database, small_plan.campaign)
    advance(database, "small")
    firework, _ = database.launchpad.checkout_fw(FWorker(), str(tmp_path))
    return int(firework.fw_id)


def run_lost(database: Database, fw_id: int, **options: Any) -> Any:
    """Lose the run to a time limit, and recover."""
    job = BatchJob("slurm", "7")
    record = LaunchRecord("node7", 1, time.time(), job)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LaunchRecord, "of_this_process", classmethod(lambda _: record))
        record_launch(database.launchpad, fw_id)
    return recover(database, ["small"], queue=Told(**{"7": TIMEOUT}), **options)


def state(database: Database, fw_id: int) -> str:
    return str((database.fireworks.find_one({"fw_id": fw_id}) or {})["state"])


def test_a_dry_run_changes_nothing(database: Database, host_step: int) -> None:
    before = list(database.launches.find()), list(database.fireworks.find())
    recovery = run_lost(database, host_step, dry_run=True)
    assert [step.failure_class for step in recovery.again] == [FailureClass.WALLTIME]
    assert state(database, host_step) == "RUNNING"
    launches = list(database.launches.find())
    launches[0]["state_history"][-1].pop("process")
    assert (launches, list(database.fireworks.find())) == before


def test_a_lost_run_goes_on_where_it_was(
    database: Database, host_step: int, tmp_path: Path
) -> None:
    (again,) = run_lost(database, host_step).again
    assert (again.fw_id, again.folder) == (host_step, tmp_path)
    firework = database.fireworks.find_one({"fw_id": host_step}) or {}
    assert (firework["state"], firework["spec"]["_launch_dir"]) == ("READY", str(tmp_path))


def test_a_class_that_is_not_asked_for_is_left_failed_with_its_reason(
    database: Database, host_step: int
) -> None:
    recovery = run_lost(database, host_step, classes={FailureClass.MEMORY})
    assert [step.failure_class for step in recovery.not_asked] == [FailureClass.WALLTIME]
    assert state(database, host_step) == "FIZZLED"
    again = recover(database, ["small"], queue=None)
    assert [step.reason for step in again.again] == [
        "the run was lost: slurm: job 7 ended as TIMEOUT"
    ]


def test_what_fails_for_one_reason_again_and_again_is_given_up(
    database: Database, host_step: int, tmp_path: Path
) -> None:
    for _ in range(load_settings().max_reruns):
        assert run_lost(database, host_step).rerun == 1
        database.launchpad.checkout_fw(FWorker(), str(tmp_path), fw_id=host_step)
    recovery = run_lost(database, host_step)
    assert (recovery.rerun, len(recovery.given_up)) == (0, 1)
    assert state(database, host_step) == "FIZZLED"


def test_a_lock_that_a_dead_process_left_holds_nobody_up(
    database: Database, host_step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.recovery.repair._LOCK_SECONDS", 0.1)
    database.workflows.update_one({"nodes": host_step}, {"$set": {"locked": True}})
    began = time.monotonic()
    assert run_lost(database, host_step).rerun == 1
    assert time.monotonic() - began < 10  # FireWorks alone would wait for five minutes
    assert state(database, host_step) == "READY"


def test_an_old_half_written_change_is_repaired_and_a_fresh_one_is_left(
    database: Database, host_step: int
) -> None:
    query = {"fw_id": host_step}
    database.fireworks.update_one(query, {"$set": {"state": "COMPLETED"}})
    assert recover(database, ["small"], queue=None).refreshed == 0
    old = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()
    database.fireworks.update_one(query, {"$set": {"updated_on": old}})
    assert recover(database, ["small"], queue=None).refreshed == 1


def test_a_database_is_asked_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", waits.append)
    answers = iter([AutoReconnect("gone"), AutoReconnect("gone"), 7])

    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert patiently(ask, seconds=60) == 7
    assert waits == [1.0, 2.0]


def test_patience_has_an_end() -> None:
    def ask() -> None:
        msg = "gone"
        raise AutoReconnect(msg)

    with pytest.raises(AutoReconnect):
        patiently(ask, seconds=0)


def test_another_jobs_output_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert left_output("a") is None
    patience._write({"uuid": "a", "output": {"energy": -1.5, "gap": None}})
    assert left_output("b") is None
    assert left_output("a") == {"uuid": "a", "output": {"energy": -1.5, "gap": None}}


def test_what_only_the_queue_explains_is_given_up_too(
    database: Database, host_step: int, tmp_path: Path
) -> None:
    killed = Told(**{"7": JobReport(JobState.ENDED, "OUT_OF_MEMORY")})
    stack = {"_exception": {"_stacktrace": "custodian.custodian.ValidationError: it failed"}}
    record = LaunchRecord("node7", 1, time.time(), BatchJob("slurm", "7"))
    found = []
    for _ in range(load_settings().max_reruns + 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LaunchRecord, "of_this_process", classmethod(lambda _: record))
            record_launch(database.launchpad, host_step)
        launch = max(x["launch_id"] for x in database.launches.find())
        database.launchpad.complete_launch(launch, FWAction(stored_data=stack), "FIZZLED")
        found.append(recover(database, ["small"], queue=killed))
        database.launchpad.checkout_fw(FWorker(), str(tmp_path), fw_id=host_step)
    assert [step.failure_class for step in found[0].again] == [FailureClass.MEMORY]
    assert [len(one.again) for one in found] == [1] * load_settings().max_reruns + [0]
    assert len(found[-1].given_up) == 1
