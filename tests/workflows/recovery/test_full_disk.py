"""A step fails on a full disk: its rocket ends, and says so."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fireworks import Firework, FWorker
from fireworks.core.rocket_launcher import launch_rocket

from workflows.dispatch.advance_task import AdvanceTask
from workflows.recovery.full_disk import printable_errors

if TYPE_CHECKING:
    from workflows.storage.database import Database

FULL = Path("/dev/full")  # every write to it finds no space left


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_a_rocket_ends_although_its_error_cannot_be_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    step = Firework(AdvanceTask(node="n"), {"node": "n", "_add_launchpad_and_fw_id": True})
    database.launchpad.add_wf(step)
    stream = FULL.open("w", buffering=1)
    monkeypatch.setattr(sys, "stderr", stream)
    launch_rocket(database.launchpad, FWorker(), fw_id=1, strm_lvl="CRITICAL")
    monkeypatch.undo()
    with contextlib.suppress(OSError):  # it tries to write once more
        stream.close()
    launch = database.launches.find_one({}) or {}
    assert launch["state"] == "FIZZLED"
    assert "ParentFailedError" in launch["action"]["stored_data"]["_exception"]["_stacktrace"]


def test_an_error_that_can_be_printed_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="x"), printable_errors():
        int("x")
    print("said", file=sys.stderr)
    assert capsys.readouterr().err == "said\n"
