"""What `interphase recover` does and says."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.state.failures import FailureClass
from workflows.storage.campaign_location import open_place
from workflows.storage.locks import exclusive_run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import Console

    from workflows.recovery.failed_steps import Stopped
    from workflows.recovery.lost_runs import Run
    from workflows.recovery.recovery import Recovery
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database

_LISTED = 20


def recover_command(
    place: Place,
    campaign: str | None,
    *,
    classes: str | None,
    dry_run: bool,
    console: Console,
) -> None:
    """Run again what was lost or failed, read what is complete on disk, and say so."""
    from workflows.dispatch.advance import advance
    from workflows.recovery.queue import local_queue
    from workflows.recovery.recovery import RETRYABLE, recover

    chosen = read_classes(classes) if classes else RETRYABLE
    with ExitStack() as stack:
        if place.folder and not dry_run:
            stack.enter_context(exclusive_run(place.folder))
        database = stack.enter_context(open_place(place, load_settings()))
        names = [campaign] if campaign else database.campaigns.distinct("name")
        found = recover(database, names, classes=chosen, queue=local_queue(), dry_run=dry_run)
        read = [] if dry_run else _read_finished(database, found)
        _show(found, read, chosen, console, dry_run=dry_run)
        if not dry_run:
            added = sum(len(advance(database, name)) for name in names)
            console.print(f"added {added} workflows that were ready", highlight=False)


def show_lost(database: Database, campaign: str, place: Place, console: Console) -> None:
    """Say which runs have ended without saying so."""
    from workflows.recovery.lost_runs import look_for_lost
    from workflows.recovery.queue import local_queue

    nodes = database.nodes.distinct("uuid", {"campaign": campaign})
    patience = load_settings().launch_patience
    lost = look_for_lost(database, nodes, queue=local_queue(), patience=patience).lost
    for one in lost:
        console.print(f"{one.run.name}: {one.reason}", highlight=False, markup=False)
    if lost:
        console.print(f"{len(lost)} runs were lost: interphase recover {place.option}")


def read_classes(text: str) -> frozenset[FailureClass]:
    """Read classes separated by commas; `all` is every class.

    Raises
    ------
    InputError
        There is no such class.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return frozenset(FailureClass)
    wrong = [name for name in names if name not in list(FailureClass)]
    if wrong or not names:
        known = ", ".join(FailureClass)
        msg = f"no such class of failures: {', '.join(wrong)}; there are {known}, and all"
        raise InputError(msg)
    return frozenset(FailureClass(name) for name in names)


def _read_finished(database: Database, found: Recovery) -> list[Stopped]:
    from workflows.recovery.finished_runs import read_finished

    return [s for s in found.again if s.folder and read_finished(database, s.fw_id, s.folder)]


def _show(
    found: Recovery,
    read: list[Stopped],
    classes: Collection[FailureClass],
    console: Console,
    *,
    dry_run: bool,
) -> None:
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
        console.print(f"  {failure_class}: {failure_class.mend}", highlight=False)
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
        reserved = run.batch_job(None)
        return (
            f"reserved for batch job {reserved.id if reserved else 'unknown'}, which no queue "
            "here has submitted from that folder; recover it on its own cluster, or, if it waits nowhere, "
            "lpad detect_unreserved --time 3600 --rerun"
        )
    job = f", {record.job.queue} job {record.job.id}" if record.job else ""
    return f"process {record.pid} on {record.host}{job}"


def _counts(console: Console, what: str, steps: Iterable[Stopped]) -> None:
    counts = Counter(step.failure_class for step in steps)
    if counts:
        each = ", ".join(f"{number} {name}" for name, number in counts.most_common())
        console.print(f"{counts.total()} {what}: {each}", highlight=False)


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
