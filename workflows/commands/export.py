"""interphase export: results and structures as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.results.versions import open_results
from workflows.terminal.coverage_text import show_missing

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.results.question import Question
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


def export_command(
    place: Place,
    question: Question,
    *,
    output: Path | None,
    structures: Path | None,
    force: bool,
    console: Console,
) -> None:
    """Write results to a file, and their structures to a folder."""
    from workflows.results.files import require_free, write_results

    if output is None and structures is None:
        msg = "write what where? Give --output FILE.csv, .jsonl or .parquet, or --structures FOLDER"
        raise InputError(msg)
    if output:
        require_free(output, overwrite=force)
    with open_results(place) as database:
        if output:
            documents = question.ask(database, question.names)
            write_results(documents, output, fields=question.names, overwrite=force)
            console.print(f"{len(documents)} results: {output}", highlight=False, markup=False)
        if structures:
            _export_structures(database, question, structures, force=force, console=console)
        show_missing(database, console)


def _export_structures(
    database: Database, question: Question, folder: Path, *, force: bool, console: Console
) -> None:
    from workflows.results.structures import NEEDED, write_structures

    documents = question.ask(database, [field.value for field in NEEDED])
    paths = write_structures(documents, folder, overwrite=force)
    console.print(f"{len(paths)} structures: {folder}", highlight=False, markup=False)
