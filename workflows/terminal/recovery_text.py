"""What was lost and what runs again, in the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workflows.base.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import Console

    from workflows.recovery.failed_steps import Stopped
    from workflows.recovery.lost_runs import Run
    from workflows.recovery.recovery import Recovery
    from workflows.state.failures import FailureClass
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


_LISTED = 20


def show_lost(database: Database, campaign: str, place: Place, console: Console) -> None:
    """Print which runs ended without a report."""
    from workflows.recovery.lost_runs import look_for_lost
    from workflows.recovery.queue import local_queue

    nodes = database.nodes.distinct("uuid", {"campaign": campaign})
    patience = load_settings().launch_patience
    lost = look_for_lost(database, nodes, queue=local_queue(), patience=patience).lost
    for one in lost:
        console.print(f"{one.run.name}: {one.reason}", highlight=False, markup=False)
    if lost:
        console.print(f"{len(lost)} runs were lost: interphase recover {place.option}")


def show_recovery(
    found: Recovery,
    read: list[Stopped],
    classes: Collection[FailureClass],
    console: Console,
    *,
    dry_run: bool,
) -> None:
    """Show what was lost, what runs again, and what stays failed."""
    again = [step for step in found.again if step not in read]
    would = "would run again" if dry_run else "run again"
    for step in [*read, *again][:_LISTED]:
        did = "read from disk" if step in read else _how(step, would)
        _line(console, f"  {step.name} ({step.fw_id}): {did}; {step.reason}")
    if (more := len(found.again) - _LISTED) > 0:
        console.print(f"  and {more} more")
    _counts(console, would, again)
    _counts(console, "read from disk without running again", read)
    _counts(console, "failed too often for the same reason, and left so", found.given_up)
    _counts(console, "left failed, not in the classes asked for", found.not_asked)
    left = Counter(step.failure_class for step in (*found.not_asked, *found.given_up))
    for failure_class in left:
        console.print(f"  {failure_class}: {failure_class.remedy}", highlight=False)
    for step, why in found.hindered[:_LISTED]:
        _line(console, f"  {step.name} ({step.fw_id}): could not be put right: {why}")
    for run in found.unknown[:_LISTED]:
        _line(console, f"  {run.name} ({run.fw_id}): {_whereabouts(run)}")
    if found.unknown:
        console.print(f"{len(found.unknown)} runs cannot be judged from this machine: left alone")
    if not (found.again or found.given_up or found.not_asked or found.unknown or found.hindered):
        names = ", ".join(sorted(classes))
        console.print(f"nothing was lost and nothing failed (classes {names})", highlight=False)


def _how(step: Stopped, would: str) -> str:
    return f"{would} in {step.folder}" if step.folder else would


def _whereabouts(run: Run) -> str:
    record = run.record
    if record is None:
        job = run.batch_job(None)
        return (
            f"reserved for batch job {job.id if job else 'unknown'}, which no queue here has "
            "submitted from that folder; recover it on its own cluster, or, if it waits nowhere, "
            "lpad detect_unreserved --time 3600 --rerun"
        )
    batch = f", {record.job.queue} job {record.job.id}" if record.job else ""
    return f"process {record.pid} on {record.host}{batch}"


def _counts(console: Console, what: str, steps: Iterable[Stopped]) -> None:
    counts = Counter(step.failure_class for step in steps)
    if counts:
        each = ", ".join(f"{number} {name}" for name, number in counts.most_common())
        console.print(f"{counts.total()} {what}: {each}", highlight=False)


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
