"""Live progress of a training: which step is how far."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import TaskID

    from analysis.learning.search.classification import Reporter


@contextmanager
def learning_progress(console: Console) -> Iterator[Reporter]:
    """Show which step of a training is how far; a pipe gets a line for each step."""
    tasks: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
                if not console.is_terminal:
                    console.print(f"{step} ...", highlight=False)
            bars.update(tasks[step], completed=done, total=total)

        yield tell
