"""interphase explain: why a compound has its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.results.versions import open_results

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.results.question import Question
    from workflows.storage.campaign_location import Place


def explain_command(place: Place, question: Question, *, console: Console) -> None:
    """Say why compounds have their label."""
    from workflows.terminal.explanation_text import NEEDED, print_explanation

    with open_results(place) as database:
        documents = question.ask(database, [field.value for field in NEEDED])
    for number, document in enumerate(documents):
        if number:
            console.print()
        print_explanation(document, console)
    if not documents:
        console.print("No results.")
