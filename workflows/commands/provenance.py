"""interphase provenance: where results come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.results.versions import open_results

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.results.question import Question
    from workflows.storage.campaign_location import Place


def provenance_command(
    place: Place, question: Question, *, as_json: bool, console: Console
) -> None:
    """Show where results come from."""
    from workflows.results.provenance_trace import START, trace
    from workflows.results.serialize import to_json_text
    from workflows.terminal.provenance_text import provenance_text

    with open_results(place) as database:
        documents = question.ask(database, [field.value for field in START])
        traces = [trace(database, document) for document in documents]
    if as_json:
        console.file.write(to_json_text(traces))
        return
    text = "\n\n".join(provenance_text(each) for each in traces) or "No results."
    console.print(text, highlight=False, markup=False, soft_wrap=True)
