from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from analysis.base.errors import InputError
from workflows.storage.locks import FileLock, Hold, exclusive_run, make_folder

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import sys, time
from pathlib import Path
from workflows.storage.locks import exclusive_run
with exclusive_run(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

PARENT = """
import os, sys, time
from pathlib import Path
from workflows.storage.locks import exclusive_run
with exclusive_run(Path(sys.argv[1])):
    if os.fork() == 0:
        print(os.getpid(), flush=True)
    time.sleep(60)
"""


def start_holder(folder: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        try:
            with (
                pytest.raises(InputError, match=f"in use by another run .pid {holder.pid} on host"),
                exclusive_run(tmp_path),
            ):
                pass
        finally:
            holder.kill()


def test_a_folder_is_free_again_after_its_run_was_killed(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
    with exclusive_run(tmp_path):
        pass


def test_a_folder_is_free_again_after_its_run_has_ended(tmp_path: Path) -> None:
    with exclusive_run(tmp_path):
        pass
    with exclusive_run(tmp_path):
        pass


def test_a_child_does_not_keep_the_lock_of_its_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        try:
            with exclusive_run(tmp_path):
                os.kill(child, 0)  # it lives
        finally:
            os.kill(child, signal.SIGKILL)


def test_shared_holders_exclude_an_exclusive_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path) as one, FileLock(path) as two:
        assert one.acquire(Hold.SHARED, wait=False)
        assert two.acquire(Hold.SHARED, wait=False)
        assert not two.acquire(Hold.EXCLUSIVE, wait=False)
        one.release()
        assert two.acquire(Hold.EXCLUSIVE, wait=False)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    with pytest.raises(InputError, match=r"notes\.txt cannot be used"), exclusive_run(file):
        pass


def test_a_private_folder_is_closed_to_others_even_if_it_was_open(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    make_folder(folder, private=True)
    assert folder.stat().st_mode & 0o777 == 0o700
