"""The drawing of a campaign's workflow: what is done with how many compounds, and what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from analysis.figures.style import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_WIDTH, _HEIGHT, _GAP = 2.0, 1.1, 0.5  # inches
_ARROW: Final = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.2}


class Stage(NamedTuple):
    """A box of the drawing: what is done, how often, and its colour if it is an outcome."""

    title: str
    text: str
    colour: str = "#f2f2f2"


def workflow_figure(
    stages: Sequence[Stage], outcomes: Sequence[Stage], loop: str | None = None
) -> Figure:
    """Draw stages from left to right, the outcomes below each other after the last.

    Parameters
    ----------
    stages, outcomes : sequence of Stage
        At least one of each.
    loop : str, optional
        What leads from the outcomes back to the first stage.
    """
    step = _WIDTH + _GAP
    rows = len(outcomes)
    height = rows * (_HEIGHT + 0.25)
    middle = height / 2
    bottom = -0.7 if loop else 0.0
    width = step * (len(stages) + 1)
    figure = Figure(figsize=(width, height - bottom))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-_GAP / 2, width - _GAP / 2), ylim=(bottom, height))
    axes.axis("off")
    for number, stage in enumerate(stages):
        _box(axes, number * step, middle, stage)
        if number:
            _arrow(axes, (number * step - _GAP, middle), (number * step, middle))
    left = len(stages) * step
    for number, outcome in enumerate(outcomes):
        level = height - (number + 0.5) * height / rows
        _box(axes, left, level, outcome)
        _arrow(axes, (left - _GAP, middle), (left, level))
    if loop:
        _draw_loop(axes, loop, left + _WIDTH / 2, height / rows / 2 - _HEIGHT / 2, middle)
    return figure


def _box(axes: Axes, left: float, level: float, stage: Stage) -> None:
    style = "round,pad=0,rounding_size=0.08"
    corner = (left, level - _HEIGHT / 2)
    axes.add_patch(
        FancyBboxPatch(
            *(corner, _WIDTH, _HEIGHT), boxstyle=style, facecolor=stage.colour, edgecolor=MUTED
        )
    )
    centre = left + _WIDTH / 2
    axes.text(centre, level + 0.3, stage.title, ha="center", va="center", fontweight="bold")
    axes.text(centre, level - 0.15, stage.text, ha="center", va="center", fontsize="small")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", xy=end, xytext=start, arrowprops=_ARROW)


def _draw_loop(axes: Axes, text: str, right: float, below: float, middle: float) -> None:
    """Lead from below the last outcome to below the first stage."""
    level, first = -0.35, _WIDTH / 2
    axes.plot([right, right, first], [below, level, level], color=MUTED, linewidth=1.2)
    _arrow(axes, (first, level), (first, middle - _HEIGHT / 2))
    axes.text((first + right) / 2, level - 0.06, text, ha="center", va="top", color=INK)
