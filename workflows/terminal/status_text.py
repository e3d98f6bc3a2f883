"""The state of a campaign, in the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from workflows.terminal.status_tables import failures_table, state_table
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.state.campaign_status import Status
    from workflows.storage.database import Database


_ERROR_LINES = 5


def show_learning(database: Database, name: str, console: Console) -> None:
    """Print what the campaign learnt, and how good its predictions were."""
    from workflows.learning.outcome import learning_outcome

    for line in learning_outcome(database, name):
        console.print(f"learning: {line}", highlight=False, markup=False, soft_wrap=True)


def show_status(status: Status, console: Console) -> None:
    """Show counts, steps by state, what runs, and the last lines of each class of failure."""
    show_counts(status, console)
    print_table(state_table(status.steps), console)
    for name in status.running:
        console.print(f"running: {name}", highlight=False, markup=False)
    examples = {failure.failure_class: failure for failure in status.failures}
    for failure_class, failure in examples.items():
        console.print(f"{failure_class}, the last lines of {failure.fw_id}:", highlight=False)
        for line in failure.lines.splitlines()[-_ERROR_LINES:]:
            console.print(f"  {line}", highlight=False, markup=False)


def show_counts(status: Status, console: Console) -> None:
    """Print n of N, and what failed and why."""
    from workflows.specification.campaign import NodeKind
    from workflows.state.campaign_status import State

    landed, total = status.count(NodeKind.COMPOUND, State.LANDED), status.count(NodeKind.COMPOUND)
    lost = {s: status.count(NodeKind.COMPOUND, s) for s in (State.FAILED, State.BLOCKED)}
    words = "".join(f", {number} {state}" for state, number in lost.items() if number)
    console.print(
        f"[bold]{status.campaign}[/]: {landed} of {total} compounds (host included){words}",
        highlight=False,
    )
    if status.failures:
        print_table(failures_table(status.failures), console)
        classes = Counter(failure.failure_class for failure in status.failures)
        for failure_class, number in classes.most_common():
            console.print(f"{number} {failure_class}: {failure_class.remedy}", highlight=False)
        console.print("run again what failed: interphase recover, or run SPEC --dir DIR --retry")
