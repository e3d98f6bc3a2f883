"""Results and classes at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field
from workflows.terminal.result_formats import render
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console


# Up to MANY_RESULTS the end of a run shows all, above that the best few.
MANY_RESULTS = 40
BEST_RESULTS = 20


def show_results(documents: Sequence[dict[str, Any]], folder: Path, console: Console) -> None:
    """Show the results, highest reaction energy first; of many only the best."""
    if len(documents) <= MANY_RESULTS:
        render(documents, console=console)
        return
    render(documents[:BEST_RESULTS], console=console)
    console.print(
        f"the {BEST_RESULTS} highest of {len(documents)} reaction energies; all: "
        f"interphase query --dir {folder} --sort=-reaction_energy",
        highlight=False,
        soft_wrap=True,
    )


def show_end_classes(documents: Sequence[dict[str, Any]], folder: Path, console: Console) -> None:
    """Show how many compounds are in each class, and where the rest of the summary is."""
    from analysis.results.summary import count_labels
    from workflows.terminal.summary_tables import classes_table

    if doped := [document for document in documents if document[Field.DOPANTS]]:
        print_table(classes_table(count_labels(doped)), console)
        console.print(f"more:   interphase summary --dir {folder}", highlight=False)
