"""interphase learn: a training from what has landed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from analysis.learning.settings import Effort
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign
from workflows.terminal.training_progress import learning_progress
from workflows.terminal.training_text import show_training

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from analysis.learning.training.training import Training
    from workflows.storage.campaign_location import Place


FIGURES = "learning"


def learn_command(
    place: Place,
    campaign: str | None,
    *,
    full: bool,
    seed: int | None,
    jobs: int | None,
    output: Path | None,
    console: Console,
) -> None:
    """Learn from what has landed, show it, and draw it."""
    from workflows.learning.on_demand import few_rows, learn_now

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        if warning := few_rows(database, name):
            console.print(f"note: {warning}", highlight=False, markup=False)
        with learning_progress(console) as tell:
            lesson = learn_now(
                database,
                name,
                effort=Effort.FULL if full else None,
                seed=seed,
                jobs=jobs or os.cpu_count() or 1,
                report=tell,
            )
    show_training(name, lesson, console)
    folder = output or _folder(place, name)
    for path in save_figures(lesson.training, folder):
        console.print(f"figure: {path}", highlight=False, markup=False, soft_wrap=True)


def save_figures(training: Training, folder: Path) -> Iterator[Path]:
    """Write the figures of a training, and return their paths."""
    from analysis.figures.learning_figures import learning_figures
    from analysis.figures.style import save_figure

    folder.mkdir(parents=True, exist_ok=True)
    for figure in learning_figures(training.learnt or {}, training.forecasts):
        yield save_figure(figure.draw(), folder / f"{figure.name}.png")


def _folder(place: Place, name: str) -> Path:
    from pathlib import Path

    return place.folder / FIGURES if place.folder else Path(f"{name}-{FIGURES}")
