"""Rerun lost and failed steps where that can help; what has landed is left alone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fireworks import FWAction
from fireworks.core.launchpad import LockedWorkflowError

from workflows.base.settings import load_settings
from workflows.recovery.continuation import is_there, prepare_continuation
from workflows.recovery.failed_steps import Stopped, failed_steps, lost_steps
from workflows.recovery.launch_record import record_reservation
from workflows.recovery.lost_runs import LIVING, LostRun, Run, look_for_lost
from workflows.recovery.repair import free_lock, refresh, repair
from workflows.state.failures import FailureClass
from workflows.storage.launchpad import remove_half_added

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from workflows.recovery.batch_job import Queue
    from workflows.storage.database import Database

# Failures that may not recur although nothing was changed; the others need a fix first.
RETRYABLE: Final = frozenset(
    (FailureClass.WALLTIME, FailureClass.NODE, FailureClass.MEMORY, FailureClass.DATABASE)
)


@dataclass
class Recovery:
    """What was found and repaired.

    Attributes
    ----------
    again
        Steps that run again.
    given_up
        Steps that ended for the same reason too often: they are left failed.
    not_asked
        Steps whose class was not asked for: they are left failed.
    unknown
        Runs of which nobody here can say whether they are alive: they are left alone.
    hindered
        Steps that could not be put right, each with the reason: the next call tries again.
    refreshed, half_added
        Runs whose end was passed on to their workflow, and half-added workflows.
    """

    again: list[Stopped] = field(default_factory=list)
    given_up: list[Stopped] = field(default_factory=list)
    not_asked: list[Stopped] = field(default_factory=list)
    unknown: list[Run] = field(default_factory=list)
    hindered: list[tuple[Stopped, str]] = field(default_factory=list)
    refreshed: int = 0
    half_added: int = 0

    @property
    def rerun(self) -> int:
        """Count the steps that run again."""
        return len(self.again)


def recover_local(database: Database, campaign: str) -> Recovery:
    """Repair what killed workers left; only while no other process works on the campaign.

    Steps that reported a failure are left alone: see `retry_failed`.
    """
    # Campaigns share nodes, and a private database has no other users.
    query = {} if database.server else {"campaign": campaign}
    nodes = database.nodes.distinct("uuid", query)
    recovery = Recovery(half_added=remove_half_added(database.launchpad, alone=True))
    recovery.refreshed = repair(database, nodes, alone=True)
    look = look_for_lost(database, nodes, queue=None, patience=0, alone=True)
    _sort(
        lost_steps(database, look),
        recovery,
        classes=tuple(FailureClass),
        limit=load_settings().max_reruns,
    )
    _carry_out(database, recovery)
    return recovery


def retry_failed(database: Database, campaign: str) -> int:
    """Rerun every failed step whose result is still missing.

    A compound that has a result keeps it: dependent results were computed from it.

    Returns
    -------
    How many steps will run again.
    """
    recovery = Recovery(again=failed_steps(database, [campaign], None))
    _carry_out(database, recovery)
    return recovery.rerun


def recover(
    database: Database,
    campaigns: Sequence[str],
    *,
    classes: Collection[FailureClass] = RETRYABLE,
    queue: Queue | None,
    dry_run: bool = False,
) -> Recovery:
    """Rerun what was lost, and what failed for a reason that may be gone.

    Workers may be at work meanwhile: a run is lost only if its queue or its machine says so.

    Parameters
    ----------
    database
        The database of the campaigns.
    campaigns
        Their names.
    classes
        Classes of failures to rerun; a lost run is `node`, or what its queue says.
    queue
        The queueing system of this machine.
    dry_run
        Only look.
    """
    settings = load_settings()
    nodes = database.nodes.distinct("uuid", {"campaign": {"$in": list(campaigns)}})
    recovery = Recovery()
    if not dry_run:
        recovery.half_added = remove_half_added(database.launchpad)
        recovery.refreshed = repair(database, nodes, alone=False)
    look = look_for_lost(database, nodes, queue=queue, patience=settings.launch_patience)
    recovery.unknown = look.unknown
    stopped = [*lost_steps(database, look), *failed_steps(database, campaigns, queue)]
    _sort(stopped, recovery, classes=classes, limit=settings.max_reruns)
    if not dry_run:
        for run, job in look.placed:
            if run.launch:
                record_reservation(database.launchpad, run.launch["launch_id"], job)
        _carry_out(database, recovery)
    return recovery


def _sort(
    stopped: Iterable[Stopped],
    recovery: Recovery,
    *,
    classes: Collection[FailureClass],
    limit: int,
) -> None:
    for step in stopped:
        if step.failure_class not in classes:
            recovery.not_asked.append(step)
        elif step.times >= limit:
            recovery.given_up.append(step)
        else:
            recovery.again.append(step)


def _carry_out(database: Database, recovery: Recovery) -> None:
    again, recovery.again = recovery.again, []
    for step in again:
        with _others_go_on(recovery, step):
            if done := _run_again(database, step):
                recovery.again.append(done)
    for step in (*recovery.given_up, *recovery.not_asked):
        with _others_go_on(recovery, step):
            if step.run and _end_launch(database, LostRun(step.run, step.reason)):
                refresh(database, step.fw_id)


@contextmanager
def _others_go_on(recovery: Recovery, step: Stopped) -> Iterator[None]:
    """Keep what is wrong with one step, its folder or its documents, from stopping the others."""
    try:
        yield
    except (OSError, ValueError, LookupError, LockedWorkflowError) as error:
        recovery.hindered.append((step, f"{type(error).__name__}: {error}"))


def _run_again(database: Database, step: Stopped) -> Stopped | None:
    """Rerun a step where it ran; None if another process already did, or no workflow has it."""
    if step.run:
        if step.run.launch is None:
            return step if _release(database, step.run) else None
        if not _end_launch(database, LostRun(step.run, step.reason)):
            return None
    if not database.workflows.count_documents({"nodes": step.fw_id}, limit=1):
        return None  # `repair` removes it; FireWorks would wait five minutes for its workflow
    # The workflow must not see its launch before the step runs again: its children would start.
    free_lock(database, step.fw_id)
    folder = prepare_continuation(database.launchpad, step.fw_id).folder
    return replace(step, folder=folder)


def _release(database: Database, run: Run) -> bool:
    """Release a step that was being taken: it has no launch yet."""
    taken = {"fw_id": run.fw_id, "state": "RESERVED", "launches": []}
    released = database.fireworks.update_one(taken, {"$set": {"state": "READY"}})
    return bool(released.modified_count)


def _end_launch(database: Database, lost: LostRun) -> bool:
    """Mark the launch of a lost run as failed, with the reason; return True if it still ran."""
    from makers.engines.vasp.vasp_folder import end_orphans, owner_of  # seconds to import

    if lost.run.launch is None:
        return False
    launch = database.launchpad.get_launch_by_id(lost.run.launch["launch_id"])
    launch.action = FWAction(stored_data={"_exception": {"_stacktrace": lost.reason}})
    launch.state = "FIZZLED"
    query = {"launch_id": launch.launch_id, "state": {"$in": LIVING}}
    ended = database.launches.replace_one(query, _document(launch))
    folder = Path(launch.launch_dir)
    if ended.modified_count and is_there(folder) and owner_of(folder):
        end_orphans(folder)  # VASP outlives its rocket
    return bool(ended.modified_count)


def _document(launch: Any) -> dict[str, Any]:
    return dict(launch.to_db_dict())
