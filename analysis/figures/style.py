"""Shared by all figures: colours, marks, axes, and writing to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.base.errors import InputError
from analysis.base.fields import Label, Relation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
DPI = 200

INK = "#222222"
MUTED = "#6b6b6b"
BAND = "#dcdcdc"
BLUE = "#0072B2"
MINUS = "\N{MINUS SIGN}"
DASHES = (0, (5, 2))  # the host's line

# From ColorBrewer's PuOr and RdBu, and its YlGnBu (colorbrewer2.org): safe for every kind of colour
# vision. Worse than the host is brown, better is blue.
DIVERGING = (
    *("#7f3b08", "#b35806", "#e08214", "#fdb863", "#fee0b6", "#f7f7f7"),
    *("#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061"),
)
SEQUENTIAL = ("#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8")
# eV per f.u.: smaller differences are shown on a linear scale, larger ones logarithmically.
LINEAR_WIDTH = 0.2


class Mark(NamedTuple):
    """How a label is drawn: colour and marker, each of which identifies it."""

    colour: str
    marker: str
    text: str


# Okabe and Ito's palette, safe for every kind of colour vision (jfly.uni-koeln.de/color).
MARKS: dict[str | None, Mark] = {
    Label.RESISTS: Mark("#009E73", "o", "resists"),
    Label.UNDECIDED: Mark("#E69F00", "s", "undecided"),
    Label.REDUCED: Mark("#D55E00", "v", "reduced"),
    Relation.NO_WORSE: Mark("#009E73", "o", "no worse than the host"),
    Relation.WORSE: Mark("#D55E00", "v", "worse than the host"),
    None: Mark("#999999", "D", "no label"),
}


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure to a file, PNG, SVG or PDF by its suffix; missing folders are created.

    Raises
    ------
    InputError
        For another suffix, or if the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        msg = f"cannot write the figure {target}: the suffix must be one of {', '.join(SUFFIXES)}"
        raise InputError(msg)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=DPI)
    except OSError as error:
        msg = f"cannot write the figure {target}: {error.strerror or error}"
        raise InputError(msg) from error
    return target


def quieten(axes: Axes) -> None:
    """Leave axes only what carries information: two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)
