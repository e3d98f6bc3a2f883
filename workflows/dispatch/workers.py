"""The workers of a run on one machine: processes that launch rockets."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.base.errors import InputError
from workflows.base.settings import MachineSettings
from workflows.storage.database import Database
from workflows.storage.locks import make_folder

# A worker that dies this often within a minute would die again.
_MAX_DEATHS = 5
_PATIENCE_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LOG_LINES = 8

# One process per core, so each keeps to its own threads.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

# glibc returns arrays of some MB to the system as soon as they are free, and requests every page
# again a moment later: a fifteenth of a relaxation's time. 32 MiB is the largest value it accepts.
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}


class Workers:
    """A number of worker processes, replaced when they die."""

    def __init__(self, folder: Path, database: Database, settings: MachineSettings) -> None:
        self._logs = folder / "logs"
        self._launches = folder / "launches"
        for path in (self._logs, self._launches):
            make_folder(path, private=True)
        self._environment = {
            **os.environ,
            **database.worker_environment(),
            **dict.fromkeys(_THREAD_VARIABLES, str(settings.threads)),
            **_MEMORY,
            "PYTHONWARNINGS": "ignore",
        }
        self._count = settings.workers
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._deaths: list[float] = []

    def start(self) -> None:
        """Start all workers."""
        self._processes = {number: self._spawn(number) for number in range(1, self._count + 1)}

    def stop(self) -> None:
        """End all workers and wait until they are gone.

        Raises
        ------
        InputError
            Workers keep dying; the message shows the last lines of a log.
        """
        dead = [number for number, process in self._processes.items() if process.poll() is not None]
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        for number in dead:
            self._record_death(number)

    @property
    def alive(self) -> bool:
        """Return True if all workers run."""
        return all(process.poll() is None for process in self._processes.values())

    def _spawn(self, number: int) -> subprocess.Popen[bytes]:
        with self._log(number).open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "workflows.dispatch.worker", str(os.getpid())],
                cwd=self._launches,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _record_death(self, number: int) -> None:
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death < _PATIENCE_SECONDS]
        self._deaths.append(now)
        if len(self._deaths) > _MAX_DEATHS * self._count:
            lines = self._log(number).read_text(errors="replace").splitlines()[-_LOG_LINES:]
            last = "\n  ".join(lines)
            msg = f"workers keep dying; the end of {self._log(number)}:\n  {last}"
            raise InputError(msg)

    def _log(self, number: int) -> Path:
        return self._logs / f"worker-{number}.log"


@contextmanager
def running_workers(
    folder: Path, database: Database, settings: MachineSettings
) -> Iterator[Workers]:
    """Run workers until the block is left, also by an exception."""
    workers = Workers(folder, database, settings)
    try:
        workers.start()
        yield workers
    finally:
        workers.stop()
