"""Batch jobs for the steps that are ready, submitted through FireWorks' own queue launcher."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fireworks import FWorker
from fireworks.queue.queue_launcher import launch_rocket_to_queue
from fireworks.utilities.fw_utilities import get_fw_logger

from workflows.storage.campaigns import ADVANCE

if TYPE_CHECKING:
    from fireworks import LaunchPad

_BETWEEN_SECONDS: Final = 1.0  # between two submissions, for the queue's sake


class OutageError(Exception):
    """The queue does not answer or takes no job, or the launch folder cannot be written."""


class BatchJobs:
    """The batch jobs of one worker file.

    Parameters
    ----------
    launchpad
        Where the steps are.
    worker
        Which of them its jobs take. The steps that end a workflow are left to the dispatcher.
    adapter
        FireWorks' queue template.
    folder
        Where jobs are launched, in a folder for each day.
    limit
        Batch jobs of this user in the template's queue at a time.
    """

    def __init__(
        self, launchpad: LaunchPad, worker: FWorker, adapter: Any, folder: Path, *, limit: int
    ) -> None:
        self._launchpad = launchpad
        self._worker = _without_advancing(worker)
        self._adapter = adapter
        self._folder = folder
        self._limit = limit
        self._reserves = "singleshot" in str(adapter.get("rocket_launch"))
        self._said = _LastWords(adapter)

    def submit(self) -> int:
        """Submit batch jobs as long as there is work for more; return how many.

        Raises
        ------
        OutageError
            The queue does not answer or took no job; nothing stays reserved.
        """
        number = 0
        if not (wanted := self._wanted()):
            return number
        in_queue = self._in_queue()
        while in_queue + number < wanted:
            if self._launch() is None:
                break
            number += 1
            time.sleep(_BETWEEN_SECONDS)
        return number

    def _wanted(self) -> int:
        """Count the batch jobs for which there is work: a bundle's rockets take any step."""
        steps = self._launchpad.fireworks
        ready: int = steps.count_documents({**self._worker.query, "state": "READY"})
        at_work = {"$in": ["RESERVED", "RUNNING"]}
        busy: int = steps.count_documents({**self._worker.query, "state": at_work}) if ready else 0
        return min(self._limit, ready + busy)

    def _in_queue(self) -> int:
        found = self._adapter.get_njobs_in_queue()
        if found is None:
            raise OutageError(self._said.words or "the queue does not answer")
        return int(found)

    def _launch(self) -> str | None:
        """Submit one batch job; None if no step is left for it."""
        day = self._folder / f"block_{datetime.now(UTC):%Y-%m-%d}"
        try:
            day.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"launch folder {day}: {error.strerror}"
            raise OutageError(msg) from error
        job = launch_rocket_to_queue(
            self._launchpad,
            self._worker,
            self._adapter,
            str(day),
            reserve=self._reserves,
            strm_lvl="CRITICAL",
            create_launcher_dir=True,
        )
        if job is False:
            raise OutageError(self._said.words or "the queue took no job")
        return None if job is None else str(job)


class _LastWords(logging.Handler):
    """Keeps what FireWorks last said went wrong with the queue, which it writes into logs only."""

    def __init__(self, adapter: Any) -> None:
        super().__init__(logging.ERROR)
        self.words = ""
        for name in ("queue.launcher", f"qadapter.{adapter.q_name}"):
            get_fw_logger(name, stream_level="CRITICAL").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the last line of what the queue, or Python, said."""
        # FireWorks draws ----|vvv|---- and ----|^^^|---- around it.
        lines = [line for line in record.getMessage().splitlines() if line.strip(" -*|v^\t")]
        if lines and "submitting queue script" not in lines[-1]:
            self.words = lines[-1].strip(" -*\t").replace("\\n", " ").strip()


def _without_advancing(worker: FWorker) -> FWorker:
    found = FWorker.from_dict(worker.to_dict())
    others = {"spec.step": {"$ne": ADVANCE}}
    found._query = {"$and": [found._query, others]} if found._query else others  # noqa: SLF001  the only place it is kept
    return found
