"""interphase figures: every figure of the report as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.results.coverage import coverage_of
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.coverage_text import show_warnings

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place


def figures_command(
    place: Place,
    campaign: str | None,
    *,
    output: Path,
    suffix: str,
    paths: bool,
    console: Console,
) -> None:
    """Write every figure of a campaign into a folder."""
    from rich.progress import track

    from workflows.report.assemble import all_chapters
    from workflows.report.drawing import write_figures, write_paths
    from workflows.report.gather import gather
    from workflows.report.reaction_clouds import ReactionClouds

    with open_results(place) as database:
        gathered = gather(database, campaign or the_campaign(database, place))
        chapters = all_chapters(database, gathered)
        found = coverage_of(database, gathered.name)
        written = 0
        for path in write_figures(chapters, output, suffix):
            console.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
            written += 1
        if paths:
            clouds = ReactionClouds(database, gathered.name)
            watched = track(gathered.documents, "reaction paths", console=console, transient=True)
            drawn = sum(1 for _ in write_paths(watched, output, suffix, clouds.of))
            console.print(f"  {drawn} reaction paths", highlight=False)
            written += drawn
    if not written:
        msg = f"{gathered.name} has no results to draw yet; interphase status says how far it is"
        raise InputError(msg)
    if not found.complete and not gathered.warnings:
        console.print(str(found), highlight=False, markup=False)
    show_warnings(gathered.warnings, console)
    console.print(f"figures: {written} in {output}", highlight=False, markup=False, soft_wrap=True)
