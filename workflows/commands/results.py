"""What the commands do that ask for results, write them to files, and build them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.base.settings import load_settings
from workflows.cli.options import Output
from workflows.results.coverage import coverage
from workflows.results.query import DEFAULT_FIELDS, count, find
from workflows.results.versions import open_results
from workflows.storage.campaign_location import open_place
from workflows.terminal.formatting import render

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.state.campaign_status import State
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database

Document = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Which results are asked for.

    Parameters
    ----------
    filters
        All of them must hold.
    sort
        Field to sort by.
    fields
        Fields to show; one with a leading ``+`` is shown beside the usual ones.
    limit
        Largest number of results.
    """

    filters: Sequence[str] = ()
    sort: str | None = None
    fields: Sequence[str] | None = None
    limit: int | None = None

    @property
    def names(self) -> list[str] | None:
        """Give the fields to show, the usual ones written out; None for the usual ones alone."""
        if self.fields is None:
            return None
        named = [name.strip() for name in self.fields]
        added = [name.removeprefix("+") for name in named]
        if not any(name.startswith("+") for name in named):
            return added
        usual = [field.value for field in DEFAULT_FIELDS if field.value not in added]
        return [*usual, *added]

    def ask(self, database: Database, fields: Sequence[str] | None) -> list[Document]:
        """Find the results; of each only the fields that are named, without any all but cells."""
        return find(database.results, self.filters, sort=self.sort, fields=fields, limit=self.limit)


def query_command(
    place: Place, question: Question, *, output: Output | str, console: Console
) -> None:
    """Show the results that fulfil all filters."""
    names = question.names
    with open_results(place) as database:
        documents = question.ask(database, _needed(names, output))
        render(documents, fields=names, output=output, console=console)
        if output == Output.TABLE:
            _say_what_is_missing(database, console)


def count_command(place: Place, question: Question, *, console: Console) -> None:
    """Count the results that fulfil all filters."""
    with open_results(place) as database:
        console.print(count(database.results, question.filters), highlight=False)


def state_command(
    place: Place,
    question: Question,
    states: Collection[State],
    *,
    output: Output | str,
    console: Console,
) -> None:
    """Show the compounds in some states, and why they failed."""
    from workflows.results.unfinished import by_state
    from workflows.terminal.state_table import render_states

    if question.sort or question.fields:
        msg = "--sort and --fields are for results: they cannot go with --state or --failed"
        raise InputError(msg)
    with open_place(place, load_settings()) as database:
        rows = by_state(database, states, question.filters)
    render_states(rows[: question.limit], output=output, console=console)


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
        _say_what_is_missing(database, console)


def build_command(place: Place, campaign: str | None, *, everything: bool, console: Console) -> int:
    """Bring the results up to date with the job store.

    Returns
    -------
    The command's exit status: 1 if a job's output could not become a result.
    """
    from workflows.results.result_documents import build_results
    from workflows.storage.indexes import ensure_indexes

    refused = False
    with open_place(place, load_settings()) as database:
        ensure_indexes(database.mongo, database.launchpad)
        for name in _campaigns(database, campaign, place):
            built = build_results(database, name, everything=everything)
            words = f"[bold]{name}[/]: results written: {built.written}"
            console.print(f"{words}; the others are up to date", highlight=False)
            for uuid, reason in built.refused.items():
                console.print(f"no result of job {uuid}: {reason}", highlight=False, markup=False)
            refused = refused or bool(built.refused)
        _say_what_is_missing(database, console, always=True)
    return int(refused)


def explain_command(place: Place, question: Question, *, console: Console) -> None:
    """Say why compounds have their label."""
    from workflows.terminal.explanation import NEEDED, print_explanation

    with open_results(place) as database:
        documents = question.ask(database, [field.value for field in NEEDED])
    for number, document in enumerate(documents):
        if number:
            console.print()
        print_explanation(document, console)
    if not documents:
        console.print("No results.")


def provenance_command(
    place: Place, question: Question, *, as_json: bool, console: Console
) -> None:
    """Show where results come from."""
    from workflows.results.export import to_json_text
    from workflows.results.provenance import START, trace
    from workflows.terminal.provenance_text import provenance_text

    with open_results(place) as database:
        documents = question.ask(database, [field.value for field in START])
        traces = [trace(database, document) for document in documents]
    if as_json:
        console.file.write(to_json_text(traces))
        return
    text = "\n\n".join(provenance_text(each) for each in traces) or "No results."
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _export_structures(
    database: Database, question: Question, folder: Path, *, force: bool, console: Console
) -> None:
    from workflows.results.structures import NEEDED, write_structures

    documents = question.ask(database, [field.value for field in NEEDED])
    paths = write_structures(documents, folder, overwrite=force)
    console.print(f"{len(paths)} structures: {folder}", highlight=False, markup=False)


def _needed(names: Sequence[str] | None, output: Output | str) -> Sequence[str] | None:
    """Give the fields to fetch: a table needs few, and the dopants for what it says of them."""
    if output != Output.TABLE:
        return names
    shown = names or [field.value for field in DEFAULT_FIELDS]
    return [*shown, Field.DOPANTS.value]


def _campaigns(database: Database, campaign: str | None, place: Place) -> list[str]:
    known = sorted({*database.campaigns.distinct("name"), *database.results.distinct("campaign")})
    if campaign and campaign not in known:
        msg = f"no campaign {campaign!r} in {place}; there are: {', '.join(known) or 'none'}"
        raise InputError(msg)
    return [campaign] if campaign else known


def _say_what_is_missing(database: Database, console: Console, *, always: bool = False) -> None:
    """Say n of N, for the campaigns that are not complete."""
    for each in coverage(database):
        if always or not each.complete:
            console.print(str(each), highlight=False, markup=False)
