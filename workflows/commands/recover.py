"""interphase recover: run again what was lost or failed."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.state.failures import FailureClass
from workflows.storage.campaign_location import open_place
from workflows.storage.locks import exclusive_run
from workflows.terminal.recovery_text import show_recovery

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.recovery.failed_steps import Stopped
    from workflows.recovery.recovery import Recovery
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


def recover_command(
    place: Place,
    campaign: str | None,
    *,
    classes: str | None,
    dry_run: bool,
    console: Console,
) -> None:
    """Rerun what was lost or failed, read what is complete on disk, and report it."""
    from workflows.dispatch.campaign_advance import advance
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
        show_recovery(found, read, chosen, console, dry_run=dry_run)
        if not dry_run:
            added = sum(len(advance(database, name)) for name in names)
            console.print(f"added {added} workflows that were ready", highlight=False)


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
