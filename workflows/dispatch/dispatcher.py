"""The dispatcher of a campaign on a cluster: it goes on until the campaign is over.

It submits batch jobs, recovers what was lost, and runs the steps that end workflows itself. While
the database, the queue or the launch folder is away it waits.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from fireworks import FWorker
from fireworks.core.launchpad import LockedWorkflowError
from fireworks.core.rocket_launcher import launch_rocket
from pymongo.errors import OperationFailure, PyMongoError

from workflows.dispatch.batch_jobs import OutageError
from workflows.dispatch.campaign_advance import advance
from workflows.recovery.queue import local_queue
from workflows.recovery.recovery import recover
from workflows.recovery.repair import free_locks
from workflows.state.campaign_status import campaign_status
from workflows.storage.campaigns import ADVANCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workflows.dispatch.batch_jobs import BatchJobs
    from workflows.dispatch.notices import Notices
    from workflows.state.campaign_status import Status
    from workflows.storage.database import Database

log = logging.getLogger("interphase.dispatch")

_LONGEST_WAIT: Final = 300.0  # s between two looks at what is away
#: Seconds of an outage after which a person is told.
LONG_OUTAGE: Final = 900.0
_REFUSED: Final = (13, 18)  # of MongoDB: Unauthorized, AuthenticationFailed


@dataclass
class Dispatcher:
    """Keeps the steps of campaigns running.

    Parameters
    ----------
    database
        Where the campaigns are.
    campaign
        The campaign; None: all that are there, also those that are added meanwhile.
    jobs
        The batch jobs of one worker file.
    folder
        Where it runs the steps that end workflows.
    notices
        Whom to tell.
    pause, recover_after
        Seconds between two rounds, and between two looks for what was lost.
    failures
        A notice is sent when more steps than this have failed.
    """

    database: Database
    campaign: str | None
    jobs: BatchJobs
    folder: Path
    notices: Notices
    pause: float = 60.0
    recover_after: float = 600.0
    failures: int = 10
    _recovered: float = field(default=float("-inf"), init=False)
    _away_since: float | None = field(default=None, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def run(self, *, once: bool = False) -> None:
        """Go on until all campaigns are over, or for one round."""
        wait = self.pause
        while True:
            try:
                if self.round():
                    return
                self._is_back()
                wait = self.pause
            except (PyMongoError, OutageError, LockedWorkflowError, OSError) as error:
                if _is_refused(error):
                    raise
                self._is_away(error)
                wait = min(2 * wait, max(self.pause, _LONGEST_WAIT))
            if once:
                return
            sleep(wait)

    def round(self) -> bool:
        """Recover, advance and submit once; return True if all campaigns are over."""
        names = self._names()
        if monotonic() - self._recovered >= self.recover_after:
            self._recover(names)
        self._end_workflows()
        found = [campaign_status(self.database, name) for name in names]
        for status in found:
            if status.idle and advance(self.database, status.campaign):
                return False
        self._tell_of_failures(found)
        if names and all(status.finished for status in found):
            # the last of them may have failed after the last look
            if any(status.failures for status in found) and self._recover(names):
                return False
            self._tell_the_end(found)
            return True
        if number := self.jobs.submit():
            log.info("submitted %d batch jobs", number)
        return False

    def _names(self) -> Sequence[str]:
        names: list[str] = self.database.campaigns.distinct("name")
        return [self.campaign] if self.campaign else names

    def _recover(self, names: Sequence[str]) -> bool:
        """Run again what was lost; return True if there is something to run."""
        found = recover(self.database, names, queue=local_queue())
        for step in found.again:
            log.info("%s runs again: %s", step.name, step.reason)
        added = sum(len(advance(self.database, name)) for name in names)
        log.info(
            "recover: %d run again, %d left alone, %d failed for good; %d workflows added",
            *(len(found.again), len(found.unknown)),
            *(len(found.given_up) + len(found.not_asked), added),
        )
        self._recovered = monotonic()
        return bool(found.again or added)

    def _end_workflows(self) -> None:
        """Run the steps that end workflows here: each would cost a batch job of its own.

        Those of other campaigns too: no batch job is submitted for them, and campaigns share
        workflows.
        """
        self._free_locks()
        place = self.folder / ADVANCE
        place.mkdir(parents=True, exist_ok=True)
        worker = FWorker(name="dispatcher", query={"spec.step": ADVANCE})
        launchpad, number = self.database.launchpad, 0
        with contextlib.chdir(place):  # a rocket runs in the working directory
            while launchpad.run_exists(worker) and launch_rocket(
                launchpad, worker, strm_lvl="ERROR"
            ):
                number += 1
        if number:
            log.info("ended %d workflows", number)

    def _free_locks(self) -> None:
        """Open locks that killed rockets left: FireWorks would wait five minutes for each."""
        ready = self.database.fireworks.distinct("fw_id", {"spec.step": ADVANCE, "state": "READY"})
        free_locks(self.database, {"nodes": {"$in": ready}})

    def _tell_of_failures(self, found: Sequence[Status]) -> None:
        failed = [failure for status in found for failure in status.failures]
        if len(failed) <= self.failures:
            self._told.discard("failures")
        elif "failures" not in self._told:
            self._told.add("failures")
            last = f"{failed[-1].compound}: {failed[-1].step}: {failed[-1].error}"
            self.notices.tell(f"{len(failed)} steps have failed", f"the last one: {last}")

    def _tell_the_end(self, found: Sequence[Status]) -> None:
        for status in found:
            failed = len(status.failures)
            how = "every compound has landed" if status.complete else f"{failed} steps failed"
            self.notices.tell(f"campaign {status.campaign} is over", how)

    def _is_away(self, error: Exception) -> None:
        said = str(error).partition(", Timeout:")[0] or type(error).__name__
        if self._away_since is None:
            self._away_since = monotonic()
            log.warning("waits: %s", said)
        elif monotonic() - self._away_since > LONG_OUTAGE and "outage" not in self._told:
            self._told.add("outage")
            self.notices.tell(f"the dispatcher has waited for {LONG_OUTAGE / 60:.0f} minutes", said)

    def _is_back(self) -> None:
        if self._away_since is not None:
            away = monotonic() - self._away_since
            log.warning("goes on, after %.0f s", away)
            self._away_since = None
            self._told.discard("outage")


def _is_refused(error: Exception) -> bool:
    """Return True if waiting does not help: the user may not do this."""
    return isinstance(error, OperationFailure) and error.code in _REFUSED
