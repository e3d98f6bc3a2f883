"""interphase compare: two sets of results side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from workflows.results.comparison import compare_results
from workflows.results.result_folder import place_in
from workflows.results.search import find
from workflows.results.serialize import rows_to_csv, to_json_text
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.comparison_tables import show_comparison
from workflows.terminal.output import Output

if TYPE_CHECKING:
    from rich.console import Console


def compare_command(first: str, second: str, *, output: Output, console: Console) -> None:
    """Compare the results of two campaigns, of two folders, or of one with the other."""
    found = compare_results(_documents(first), _documents(second))
    if not found.rows:
        msg = f"{first} and {second} share no compound: there is nothing to compare"
        raise InputError(msg)
    if output is Output.TABLE:
        show_comparison(found, (first, second), console)
    else:
        to_text = to_json_text if output is Output.JSON else rows_to_csv
        console.file.write(to_text(found.rows))


def _documents(source: str) -> list[dict[str, Any]]:
    place = place_in(source)
    with open_results(place) as database:
        return find(database.results, [f'campaign="{the_campaign(database, place)}"'])
