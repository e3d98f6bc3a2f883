"""A campaign on one machine: submitted, run by workers, watched to its end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pymongo.errors import PyMongoError

from workflows.base.settings import MachineSettings
from workflows.dispatch.campaign_advance import advance
from workflows.dispatch.submission import submit
from workflows.dispatch.workers import Workers, running_workers
from workflows.recovery.recovery import Recovery, recover_local, retry_failed
from workflows.specification.planning import Plan
from workflows.state.campaign_status import Status, campaign_status
from workflows.storage.database import Database

_LOOK_SECONDS = 1.0

Watch = Callable[[Status], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: Status
    recovered: Recovery
    launched: bool


def run_plan(
    plan: Plan,
    database: Database,
    settings: MachineSettings,
    *,
    folder: Path,
    watch: Watch,
    retry: bool = False,
) -> Outcome:
    """Run or resume a campaign to its end.

    Parameters
    ----------
    plan
        The checked specification.
    database
        The campaign's database; no other process works on it.
    settings
        Number of workers and their threads.
    folder
        The campaign's folder.
    watch
        Called with the state of the campaign about once a second.
    retry
        Rerun failed steps.
    """
    name = plan.campaign.name
    recovered = recover_local(database, name)
    submit(database, plan)
    if retry:
        retry_failed(database, name)
    status = campaign_status(database, name)
    watch(status)
    if status.finished:
        return Outcome(status, recovered, launched=False)
    with running_workers(folder, database, settings) as workers:
        status = _watch_to_the_end(database, name, workers, watch)
    return Outcome(status, recovered, launched=True)


def _watch_to_the_end(database: Database, name: str, workers: Workers, watch: Watch) -> Status:
    while True:
        time.sleep(_LOOK_SECONDS)
        status = _look(database, name, workers)
        watch(status)
        if status.finished:
            return status


def _look(database: Database, name: str, workers: Workers) -> Status:
    """Look at the campaign; bring the database and the workers back if they died."""
    try:
        if not workers.alive:
            _start_over(database, name, workers)
        return _going_on(database, name)
    except PyMongoError:
        _start_over(database, name, workers)
        return _going_on(database, name)


def _going_on(database: Database, name: str) -> Status:
    """Return the state of a campaign; add what is ready, in case a step that does so failed."""
    status = campaign_status(database, name)
    if not status.idle:
        return status
    advance(database, name)
    return campaign_status(database, name)


def _start_over(database: Database, name: str, workers: Workers) -> None:
    """Take over the work of dead workers; no worker may be alive meanwhile."""
    # Stopped before the database is back: a step that lost its database would store a failure.
    workers.stop()
    database.revive()
    recover_local(database, name)
    advance(database, name)
    workers.start()
