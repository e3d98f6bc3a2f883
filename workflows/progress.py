"""Live progress of a run: what runs, how many of how many, and the time left."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from workflows.campaign import Kind
from workflows.estimate import Estimate
from workflows.status import State, Status

_TITLES = {
    Kind.CRYSTAL: "reference crystals",
    Kind.HOST: "host",
    Kind.COMPOUND: "compounds",
}
# Without a terminal a line is printed whenever something landed, at most this often.
_LINE_SECONDS = 5.0


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
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]}", style="bold red"),
            console=console,
        )
        self._tasks = {
            kind: self._bars.add_task(title, total=None, failed="")
            for kind, title in _TITLES.items()
        }
        self._live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
        self._first_done: int | None = None
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
            self._bars.update(
                task,
                completed=status.count(kind, State.LANDED),
                total=status.count(kind),
                failed=f"{failed} failed" if failed else "",
            )
        running = Text(", ".join(status.running) or "-", overflow="ellipsis")
        return Group(self._bars, Text("running: ", style="dim") + running, Text(left, style="dim"))

    def _print_line(self, status: Status, left: str) -> None:
        counts = "  ".join(
            f"{title} {status.count(kind, State.LANDED)}/{status.count(kind)}"
            for kind, title in _TITLES.items()
        )
        then, before = self._last_line
        now = time.monotonic()
        if counts != before and (now - then >= _LINE_SECONDS or status.finished):
            self._last_line = (now, counts)
            self._console.print(f"{counts}  {left}", highlight=False)

    def _time_left(self, status: Status) -> str:
        """Scale the estimate by how fast relaxations have landed in this run."""
        if status.finished:
            return f"took {duration(time.monotonic() - self._started)}"
        done = status.relaxations_done
        if self._first_done is None:
            self._first_done = done
        elapsed = time.monotonic() - self._started
        total = self._estimate.relaxations
        here = done - self._first_done
        guess = self._estimate.wall_seconds(self._workers)
        if guess is None and not here:
            return f"elapsed {duration(elapsed)}"
        remaining = max(total - done, 0)
        prior = (guess or 0.0) / max(total, 1)
        # A few relaxations' worth of the estimate steadies the first measured ones.
        weight = 3 if guess is not None else 0
        pace = (elapsed + weight * prior) / max(here + weight, 1)
        return f"elapsed {duration(elapsed)}, about {duration(pace * remaining)} left"


def duration(seconds: float) -> str:
    """Write a time for people: 45 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
