"""One damaged folder does not keep the other lost runs from running again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from fireworks import Firework, FWorker, Workflow

from workflows.dispatch.advance_task import AdvanceTask
from workflows.recovery import recovery as module
from workflows.recovery.batch_job import BatchJob, JobReport, JobState, Queue
from workflows.recovery.database_retry import OUTPUT_FILE, left_output
from workflows.recovery.launch_record import LaunchRecord, record_launch
from workflows.recovery.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workflows.storage.database import Database


class NodeFailed(Queue):
    """A queue whose nodes have all failed."""

    name = "slurm"
    command = "true"

    def ask(self, ids: Sequence[str]) -> dict[str, JobReport]:
        return dict.fromkeys(ids, JobReport(JobState.ENDED, "NODE_FAIL"))

    @classmethod
    def current(cls, environment: Any) -> None:
        del environment


@pytest.fixture
def lost(database: Database, tmp_path: Path) -> list[int]:
    """Two steps whose batch jobs 1 and 2 have ended."""
    fw_ids = []
    for number in (1, 2):
        folder = tmp_path / f"launch{number}"
        folder.mkdir()
        node = f"n{number}"
        database.nodes.insert_one({"uuid": node, "campaign": "c"})
        step = Firework(AdvanceTask(node=node), {"node": node})
        database.launchpad.add_wf(Workflow([step], metadata={"digest": node}))
        firework, _ = database.launchpad.checkout_fw(FWorker(), str(folder))
        fw_ids.append(int(firework.fw_id))
        job = BatchJob("slurm", str(number))
        record = LaunchRecord(f"node{number}", 1, time.time(), job)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LaunchRecord, "of_this_process", classmethod(lambda _, r=record: r))
            record_launch(database.launchpad, fw_ids[-1])
    return fw_ids


def states(database: Database, fw_ids: Sequence[int]) -> list[str]:
    return [(database.fireworks.find_one({"fw_id": i}) or {})["state"] for i in fw_ids]


@pytest.mark.parametrize("content", ["", '{"uuid": "7f', "[]", "NaN"])
def test_a_folder_without_a_readable_owner_runs_again(
    content: str, database: Database, lost: list[int], tmp_path: Path
) -> None:
    (tmp_path / "launch1" / "vasp_job.json").write_text(content)
    assert len(recover(database, ["c"], queue=NodeFailed()).again) == 2
    assert states(database, lost) == ["READY", "READY"]


def test_a_step_that_cannot_be_put_right_stops_no_other(
    database: Database, lost: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = module.prepare_continuation

    def stale(launchpad: Any, fw_id: int) -> Any:
        if fw_id == lost[0]:
            raise OSError(116, "Stale file handle")
        return whole(launchpad, fw_id)

    monkeypatch.setattr(module, "prepare_continuation", stale)
    found = recover(database, ["c"], queue=NodeFailed())
    assert [step.fw_id for step in found.again] == [lost[1]]
    assert [(s.fw_id, why) for s, why in found.hindered] == [
        (lost[0], "OSError: [Errno 116] Stale file handle")
    ]
    monkeypatch.undo()
    assert [s.fw_id for s in recover(database, ["c"], queue=NodeFailed()).again] == [lost[0]]


@pytest.mark.parametrize("content", ["", '{"uuid": "a", "out', "[]", "{}"])
def test_an_output_that_is_cut_off_is_none(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / OUTPUT_FILE).write_text(content)
    assert left_output("a") is None
