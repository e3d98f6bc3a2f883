"""Figures of several panels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes


def panel_grid(
    number: int, *, across: int, size: tuple[float, float], head: float, sharey: bool = False
) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure and its panels, row by row; those that are left over in a row are blank.

    Parameters
    ----------
    number
        Panels to draw.
    across
        Panels in a row, at most.
    size, head
        Width and height of a panel, and height of what stands above them all, inches.
    sharey
        True if all have one vertical axis.
    """
    across = min(across, number)
    rows = math.ceil(number / across)
    width, height = size
    figure = Figure(figsize=(width * across, head + height * rows), layout="constrained")
    panels = list(figure.subplots(rows, across, sharey=sharey, squeeze=False).flat)
    for axes in panels[number:]:
        axes.axis("off")
    return figure, panels[:number]
