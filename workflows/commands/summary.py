"""interphase summary: what a campaign has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.results.campaign_summary import campaign_summary
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.output import SummaryOutput
from workflows.terminal.summary_tables import show_summary

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def summary_command(
    place: Place, campaign: str | None, *, output: SummaryOutput, console: Console
) -> None:
    """Count what a campaign has found."""
    with open_results(place) as database:
        summary = campaign_summary(database, campaign or the_campaign(database, place))
    if output is SummaryOutput.JSON:
        console.file.write(summary.model_dump_json(indent=2) + "\n")
    else:
        show_summary(summary, console)
