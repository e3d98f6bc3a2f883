"""Draw figures for the page and for files."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG

from analysis.base.fields import Field
from analysis.figures.reaction_path import reaction_path_figure
from analysis.figures.style import save_figure
from workflows.report.model import Drawn, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from workflows.report.chapters import Chapter, Drawing

    Document = Mapping[str, Any]

# The same campaign produces the same bytes: no date, and constant ids.
_REPEATABLE = {"svg.hashsalt": "interphase"}
PATHS = "reaction_paths"
_PIXELS = 96  # per inch of CSS
_BROAD = 1600  # pixels: small print of a figure this broad is legible at 85 %


def sections(chapters: Iterable[Chapter]) -> tuple[Section, ...]:
    """Draw the chapters that the page shows."""
    return tuple(
        Section(
            title=chapter.title,
            lead=chapter.lead,
            figures=tuple(_drawn(drawing) for drawing in chapter.drawings),
            tables=tuple(chapter.tables),
        )
        for chapter in chapters
        if chapter.on_page
    )


def write_figures(chapters: Iterable[Chapter], folder: Path, suffix: str) -> Iterator[Path]:
    """Write every figure of the chapters into a folder; return each path when it is written.

    Parameters
    ----------
    chapters
        What to draw.
    folder
        Target folder; created if necessary.
    suffix
        "png", "svg" or "pdf".

    Raises
    ------
    InputError
        A file cannot be written.
    """
    for chapter in chapters:
        for drawing in chapter.drawings:
            yield save_figure(drawing.draw(), folder / f"{drawing.name}.{suffix}")


def write_paths(
    documents: Iterable[Document],
    folder: Path,
    suffix: str,
    cloud: Callable[[Document], Sequence[tuple[float, float]]] = lambda _: (),
) -> Iterator[Path]:
    """Write the reaction path of each document that has one, named by formula and site.

    Parameters and errors are those of `write_figures`; `cloud` gives the other reactions of a
    document, as `reaction_path_figure` takes them.
    """
    used: set[str] = set()
    for document in documents:
        if not document.get(Field.REACTION_PATH):
            continue
        name = path_name(document)
        if name in used:  # another valence or arrangement of the same composition
            name = f"{name}_{str(document.get(Field.JOB_UUID))[:8]}"
        used.add(name)
        figure = reaction_path_figure(document, cloud(document))
        yield save_figure(figure, folder / PATHS / f"{name}.{suffix}")


def path_name(document: Document) -> str:
    """Name the file of a compound's path: "Li6.25Al0.25La3Zr2O12_Al3_Li"."""
    parts = [str(document.get(Field.FORMULA) or "compound")]
    dopants = document.get(Field.DOPANTS) or ()
    parts += [f"{each['element']}{each['valence']}_{each['site']}" for each in dopants]
    # Formulas come from a database: nothing in them leads out of the folder.
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", "_".join(parts)).strip("._")[:150] or "compound"


def _drawn(drawing: Drawing) -> Drawn:
    figure = (drawing.draw_for_page or drawing.draw)()
    width, height = (round(inches * _PIXELS) for inches in figure.get_size_inches())
    return Drawn(
        name=drawing.name,
        title=drawing.title,
        caption=drawing.caption,
        svg=_svg(figure),
        width=width,
        height=height,
        broad=width > _BROAD,
    )


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    with mpl.rc_context(_REPEATABLE):
        # Not by `savefig`, which lays everything out once more for nothing: the same bytes sooner.
        FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})
    return text.getvalue()
