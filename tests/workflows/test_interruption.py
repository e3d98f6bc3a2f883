"""Ctrl-C, SIGTERM, and kill -9 of the command and of the database: the same command goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 600


@dataclass
class Disturbed:
    """What was seen of a campaign that was interrupted again and again."""

    folder: Path
    ends: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    landed: dict[str, dict[str, Any]] = field(default_factory=dict)
    survivors: dict[str, list[str]] = field(default_factory=dict)
    refused: subprocess.CompletedProcess[str] | None = None
    contents: Any = None

    def launches(self) -> int:
        """Count the launches so far, without touching the database."""
        return len(list(self.folder.glob("launches/launcher_*")))

    def await_launches(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.launches() < number:
            assert time.monotonic() < deadline, f"{self.launches()} of {number} launches"
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """Return the workers and the mongod that work in the folder."""
        found = []
        for process in psutil.process_iter(["cwd"]):
            cwd = process.info["cwd"] or ""
            if cwd.startswith(str(self.folder)):
                found.append(process)
        return found

    def servers(self) -> list[psutil.Process]:
        """Return the mongod of the folder."""
        return [each for each in self.processes() if "--dbpath" in each.cmdline()]

    @contextmanager
    def held_still(self, pid: int) -> Iterator[None]:
        """Stop the command and then its workers, so that the campaign cannot end meanwhile."""
        command = psutil.Process(pid)
        command.suspend()
        servers = self.servers()
        workers = [each for each in self.processes() if each not in servers]
        for worker in workers:
            worker.suspend()
        yield
        for stopped in (*workers, command):
            stopped.resume()

    def kinds(self) -> list[str]:
        """Name what is alive in the folder, once what was told to die is dead."""
        deadline = time.monotonic() + 5
        while (alive := self._names()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return alive

    def _names(self) -> list[str]:
        commands = []
        for process in self.processes():
            try:
                commands.append(" ".join(process.cmdline()))
            except psutil.NoSuchProcess:
                continue
        return ["mongod" if "--dbpath" in command else "worker" for command in commands]


def interrupt(
    disturbed: Disturbed, start: Callable[[], subprocess.Popen[str]], name: str, number: int
) -> None:
    """Start the command and send it a signal after some more launches."""
    process = start()
    disturbed.await_launches(disturbed.launches() + number)
    os.kill(process.pid, getattr(signal, name))
    output, errors = process.communicate(timeout=PATIENCE)
    disturbed.ends[name] = subprocess.CompletedProcess([], process.returncode, output, errors)
    disturbed.survivors[name] = disturbed.kinds()


@pytest.fixture(scope="module")
def disturbed(
    scratch: Path, landed: Any, machine_settings: Any, interphase: Any, read: Any, start: Any
) -> Disturbed:
    """Run the small campaign through four interruptions to its end."""
    seen = Disturbed(scratch / "disturbed")
    arguments = ("run", landed.spec, "--dir", seen.folder)

    def begin() -> subprocess.Popen[str]:
        process: subprocess.Popen[str] = start(*arguments)
        return process

    def note_landed(when: str) -> None:
        jobs = read(seen.folder, machine_settings).jobs
        seen.landed[when] = {uuid: job.get("completed_at") for uuid, job in jobs.items()}

    for name in ("SIGINT", "SIGTERM", "SIGKILL"):
        interrupt(seen, begin, name, number=7)
        note_landed(name)
    process = begin()
    seen.await_launches(seen.launches() + 3)
    with seen.held_still(process.pid):
        seen.refused = interphase(*arguments)
        for server in seen.servers():
            server.kill()
    output, errors = process.communicate(timeout=PATIENCE)
    seen.ends["mongod"] = subprocess.CompletedProcess([], process.returncode, output, errors)
    seen.contents = read(seen.folder, machine_settings)
    return seen


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_stops_all_it_started_and_says_how_to_go_on(
    disturbed: Disturbed, name: str
) -> None:
    end = disturbed.ends[name]
    assert end.returncode == 130
    assert "the same command goes on, interphase run" in end.stdout
    assert "Traceback" not in end.stderr
    assert disturbed.survivors[name] == []


def test_workers_die_with_a_killed_command(disturbed: Disturbed) -> None:
    assert disturbed.ends["SIGKILL"].returncode == -signal.SIGKILL
    assert disturbed.survivors["SIGKILL"] == ["mongod"]  # the next command uses it


def test_the_interruptions_came_before_the_end(disturbed: Disturbed, landed: Any) -> None:
    counts = [len(disturbed.landed[name]) for name in ("SIGINT", "SIGTERM", "SIGKILL")]
    assert 0 < counts[0] < counts[1] < counts[2] < len(landed.contents.jobs)


def test_a_second_run_in_the_folder_is_refused(disturbed: Disturbed) -> None:
    assert disturbed.refused is not None
    assert disturbed.refused.returncode == 1
    assert "is in use by another run (pid" in disturbed.refused.stderr


def test_a_run_outlives_the_death_of_its_database(disturbed: Disturbed) -> None:
    end = disturbed.ends["mongod"]
    assert end.returncode == 0, end.stdout + end.stderr
    assert "small: 5 of 5 compounds (host included)" in end.stdout


def test_what_had_landed_was_not_computed_again(disturbed: Disturbed) -> None:
    for before in disturbed.landed.values():
        for uuid, completed in before.items():
            assert disturbed.contents.jobs[uuid].get("completed_at") == completed


def test_nothing_was_added_twice(disturbed: Disturbed, landed: Any) -> None:
    assert set(disturbed.contents.jobs) == set(landed.contents.jobs)


def test_the_results_are_those_of_a_run_in_peace(disturbed: Disturbed, landed: Any) -> None:
    assert len(disturbed.contents.results) == len(landed.contents.results)
    for expected in landed.contents.results:
        result = disturbed.contents.result(job_uuid=expected["job_uuid"])
        assert result["formula"] == expected["formula"]
        assert result["reaction_energy"] == pytest.approx(expected["reaction_energy"], abs=1e-4)
        assert result["equation"] == expected["equation"]
