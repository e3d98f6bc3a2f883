"""interphase query: results that fulfil filters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.base.settings import load_settings
from workflows.results.search import DEFAULT_FIELDS
from workflows.results.versions import open_results
from workflows.storage.campaign_location import open_place
from workflows.terminal.coverage_text import show_missing
from workflows.terminal.output import Output
from workflows.terminal.result_formats import render

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from workflows.results.question import Question
    from workflows.state.campaign_status import State
    from workflows.storage.campaign_location import Place


def query_command(
    place: Place, question: Question, *, output: Output | str, console: Console
) -> None:
    """Show the results that fulfil all filters; a table in no other order has the best first."""
    if output == Output.TABLE and question.sort is None:
        question = replace(question, sort=f"-{Field.REACTION_ENERGY}")
    names = question.names
    with open_results(place) as database:
        documents = question.ask(database, _needed(names, output))
        render(documents, fields=names, output=output, console=console)
        if output == Output.TABLE:
            show_missing(database, console)


def count_command(place: Place, question: Question, *, console: Console) -> None:
    """Count the results that fulfil all filters."""
    with open_results(place) as database:
        console.print(question.count(database), highlight=False)


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
    from workflows.terminal.compound_states import render_states

    if question.sort or question.fields:
        msg = "--sort and --fields are for results: they cannot go with --state or --failed"
        raise InputError(msg)
    with open_place(place, load_settings()) as database:
        rows = by_state(database, states, question.filters)
    render_states(rows[: question.limit], output=output, console=console)


def _needed(names: Sequence[str] | None, output: Output | str) -> Sequence[str] | None:
    """Return the fields to fetch: a table needs few of them, and the dopants."""
    if output != Output.TABLE:
        return names
    shown = names or [field.value for field in DEFAULT_FIELDS]
    return [*shown, Field.DOPANTS.value]
