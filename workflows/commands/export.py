"""interphase export: results and structures as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analysis.base.errors import InputError
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.coverage_text import show_missing

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.results.question import Question
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


class Targets(NamedTuple):
    """Files and folders to write."""

    output: Path | None
    structures: Path | None
    mpcontribs: Path | None


def export_command(
    place: Place, question: Question, targets: Targets, *, force: bool, console: Console
) -> None:
    """Write results to a file, their structures to a folder, or contributions to MPContribs."""
    from workflows.results.files import require_free, write_results

    output, structures, mpcontribs = targets
    if not any(targets):
        msg = (
            "write what where? Give --output FILE.csv, .jsonl or .parquet, --structures FOLDER, "
            "--mpcontribs FILE.json, or --all FOLDER"
        )
        raise InputError(msg)
    for file in filter(None, (output, mpcontribs)):
        require_free(file, overwrite=force)
    with open_results(place) as database:
        if output:
            documents = question.ask(database, question.names)
            write_results(documents, output, fields=question.names, overwrite=force)
            console.print(f"{len(documents)} results: {output}", highlight=False, markup=False)
        if structures:
            _export_structures(database, question, structures, force=force, console=console)
        if mpcontribs:
            _export_contributions(database, question, mpcontribs, console)
        show_missing(database, console)


def export_all_command(
    place: Place,
    campaign: str | None,
    question: Question,
    folder: Path,
    *,
    force: bool,
    console: Console,
) -> None:
    """Write everything there is of a campaign's results as a folder."""
    from workflows.report.gather import gather
    from workflows.results.folder_writer import write_folder

    if question.filters or question.sort or question.fields or question.limit:
        msg = "--all writes all results: leave out filters, --sort, --fields and --limit"
        raise InputError(msg)
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        runners = {
            entry.key: [each.model_dump() for each in entry.runners_up]
            for entry in gather(database, name).entries
        }
        written = write_folder(database, name, folder, runners_up=runners, overwrite=force)
        show_missing(database, console)
    console.print(
        f"{written} results: {folder}\nread it with: interphase report --result {folder}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _export_structures(
    database: Database, question: Question, folder: Path, *, force: bool, console: Console
) -> None:
    from workflows.results.structures import NEEDED, write_structures

    documents = question.ask(database, [field.value for field in NEEDED])
    paths = write_structures(documents, folder, overwrite=force)
    console.print(f"{len(paths)} structures: {folder}", highlight=False, markup=False)


def _export_contributions(
    database: Database, question: Question, file: Path, console: Console
) -> None:
    from workflows.results.files import replace_file
    from workflows.results.mpcontribs import NEEDED, contributions
    from workflows.results.serialize import to_json_text

    documents = question.ask(database, [field.value for field in NEEDED])
    replace_file(file, to_json_text(contributions(documents)).encode())
    console.print(f"{len(documents)} contributions: {file}", highlight=False, markup=False)
