"""A reservation of qlaunch is a number: a job is judged once it is known whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fireworks import Firework, FWorker

from workflows.dispatch.advance_task import AdvanceTask
from workflows.recovery.batch_job import BatchJob, JobReport, JobState, Queue
from workflows.recovery.launch_record import reservation_of
from workflows.recovery.recovery import Recovery, recover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workflows.storage.database import Database

FORGOTTEN = JobReport(JobState.ENDED)


class Told(Queue):
    """A queue of cluster beta that says the same of every job."""

    name = "slurm"
    command = "true"

    def __init__(self, report: JobReport, cluster: str = "beta") -> None:
        self.report = report
        self.named = cluster

    @property
    def cluster(self) -> str:
        return self.named

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return dict.fromkeys(ids, self.report)

    @classmethod
    def current(cls, environment: Any) -> None:
        del environment


@pytest.fixture
def reserved(database: Database, tmp_path: Path) -> None:
    """A step that qlaunch has reserved for batch job 7, on this machine or another."""
    database.launchpad.add_wf(Firework(AdvanceTask(node="n"), {"node": "n"}))
    database.nodes.insert_one({"uuid": "n", "campaign": "c"})
    _, launch = database.launchpad.reserve_fw(FWorker(name="alpha"), str(tmp_path))
    database.launchpad.set_reservation_id(launch, "7")


def look(database: Database, report: JobReport, cluster: str = "beta") -> tuple[str, Recovery]:
    """Recover where the queue says so; give the state of the step then."""
    found = recover(database, ["c"], queue=Told(report, cluster))
    step = database.fireworks.find_one({"fw_id": 1}) or {}
    return step["state"], found


@pytest.mark.usefixtures("reserved")
class TestAReservedStep:
    def test_waits_as_long_as_nobody_knows_its_job(self, database: Database) -> None:
        for number in range(6):
            state, found = look(database, FORGOTTEN)
            assert (state, len(found.unknown)) == ("RESERVED", 1), f"look {number}"

    def test_waits_whatever_becomes_of_a_job_of_another_folder(self, database: Database) -> None:
        other = JobReport(JobState.ENDED, "TIMEOUT", "/home/somebody/else")
        state, found = look(database, other)
        assert (state, len(found.unknown)) == ("RESERVED", 1)

    def test_is_lost_when_the_job_of_its_folder_has_ended(
        self, database: Database, tmp_path: Path
    ) -> None:
        cancelled = JobReport(JobState.ENDED, "CANCELLED", str(tmp_path))
        state, found = look(database, cancelled)
        assert (state, len(found.again)) == ("READY", 1)

    def test_is_lost_when_a_job_that_was_seen_here_is_forgotten(
        self, database: Database, tmp_path: Path
    ) -> None:
        state, found = look(database, JobReport(JobState.ALIVE, "PENDING", str(tmp_path)))
        assert (state, found.unknown, found.again) == ("RESERVED", [], [])
        state, found = look(database, FORGOTTEN)
        assert (state, len(found.again)) == ("READY", 1)

    def test_is_left_alone_by_another_cluster_once_it_was_seen(
        self, database: Database, tmp_path: Path
    ) -> None:
        look(database, JobReport(JobState.ALIVE, "PENDING", str(tmp_path)))
        ended = JobReport(JobState.ENDED, "COMPLETED", str(tmp_path))
        state, found = look(database, ended, cluster="gamma")
        assert (state, len(found.unknown)) == ("RESERVED", 1)

    def test_is_left_alone_if_its_job_was_seen_to_be_another_users_and_is_hidden(
        self, database: Database, tmp_path: Path
    ) -> None:
        look(database, JobReport(JobState.ALIVE, "PENDING", str(tmp_path), "somebody else"))
        state, found = look(database, FORGOTTEN)
        assert (state, len(found.unknown)) == ("RESERVED", 1)

    def test_tells_what_was_seen_of_its_job(self, database: Database, tmp_path: Path) -> None:
        look(database, JobReport(JobState.ALIVE, "PENDING", str(tmp_path), "me"))
        launch = database.launches.find_one({}) or {}
        assert reservation_of(launch, "pbs") == BatchJob("slurm", "7", "beta", "me")

    def test_is_not_written_to_by_a_dry_run(self, database: Database, tmp_path: Path) -> None:
        before = database.launches.find_one({})
        pending = JobReport(JobState.ALIVE, "PENDING", str(tmp_path))
        recover(database, ["c"], queue=Told(pending), dry_run=True)
        assert database.launches.find_one({}) == before
