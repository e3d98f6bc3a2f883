"""Live progress of a run: what runs, how many of how many, and the time left."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from workflows.base.times import duration
from workflows.specification.campaign import NodeKind
from workflows.state.campaign_status import State, Status
from workflows.state.estimate import Estimate

_TITLES = {
    NodeKind.CRYSTAL: "reference crystals",
    NodeKind.HOST: "host",
    NodeKind.COMPOUND: "compounds",
    NodeKind.LEARNING: "learning",
}
# Without a terminal a line is printed whenever something landed, at most and at least this often.
_LINE_SECONDS = 5.0
_SILENT_SECONDS = 60.0
# The estimate counts as much as this part of the work, measured.
_PRIOR = 0.1


class RunProgress:
    """Show the state of a campaign while it runs.

    Parameters
    ----------
    console
        Where to show it; a pipe gets plain lines.
    estimate
        Sizes of the campaign, for the time left.
    workers
        Rockets at a time.
    """

    def __init__(self, console: Console, estimate: Estimate, workers: int) -> None:
        self._console = console
        self._estimate = estimate
        self._workers = workers
        self._started = time.monotonic()
        self._bars = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[landed]:>9}", style="progress.download"),
            TextColumn("{task.fields[failed]}", style="bold red"),
            console=console,
        )
        self._tasks = {
            kind: self._bars.add_task(title, total=None, landed="", failed="")
            for kind, title in _TITLES.items()
        }
        self._live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
        self._first_done: float | None = None
        self._last_done = (0.0, 0.0)
        self._last_line = (-_LINE_SECONDS, "")

    def __enter__(self) -> Self:
        """Start the display."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the display."""
        if self._live:
            self._live.stop()

    def show(self, status: Status) -> None:
        """Show a state of the campaign."""
        left = self._time_left(status)
        if self._live:
            self._live.update(self._display(status, left))
        else:
            self._print_line(status, left)

    def _display(self, status: Status, left: str) -> Group:
        for kind, task in self._tasks.items():
            failed = status.count(kind, State.FAILED) + status.count(kind, State.BLOCKED)
            landed, total = status.count(kind, State.LANDED), status.count(kind)
            self._bars.update(
                task,
                completed=landed,
                total=total,
                visible=bool(total),
                landed=f"{landed}/{total}",
                failed=f"{failed} failed" if failed else "",
            )
        running = Text(", ".join(status.running) or "-", overflow="ellipsis")
        return Group(self._bars, Text("running: ", style="dim") + running, Text(left, style="dim"))

    def _print_line(self, status: Status, left: str) -> None:
        counts = "  ".join(
            f"{title} {status.count(kind, State.LANDED)}/{status.count(kind)}"
            for kind, title in _TITLES.items()
            if status.count(kind) or kind is not NodeKind.LEARNING
        )
        then, before = self._last_line
        now = time.monotonic()
        changed = counts != before and (now - then >= _LINE_SECONDS or status.finished)
        if changed or now - then >= _SILENT_SECONDS:
            self._last_line = (now, counts)
            self._console.print(f"{counts}  {left}", highlight=False)

    def _time_left(self, status: Status) -> str:
        """Scale the estimate by how fast this run has been up to the last landing."""
        elapsed = time.monotonic() - self._started
        if status.finished:
            return f"took {duration(elapsed)}"
        done = self._done(status)
        if self._first_done is None:
            self._first_done = done
        if done != self._last_done[1]:
            self._last_done = (elapsed, done)
        left = self._pace() * (1 - done) - (elapsed - self._last_done[0])
        about = f", about {duration(left)} left" if left > 0 else ""
        return f"elapsed {duration(elapsed)}{about}"

    def _pace(self) -> float:
        """Return the seconds that the whole campaign would take; zero if unknown."""
        then, done = self._last_done
        here = done - (self._first_done or 0.0)
        guess = self._estimate.wall_seconds(self._workers)
        if guess is None:
            return then / here if here > 0 else 0.0
        return (then + _PRIOR * guess) / (here + _PRIOR)

    def _done(self, status: Status) -> float:
        """Return the fraction of the work that has landed."""
        work = self._estimate.work
        landed = (
            work[kind] * status.count(kind, State.LANDED) / max(status.count(kind), 1)
            for kind in NodeKind
        )
        return sum(landed) / max(sum(work.values()), 1.0)
