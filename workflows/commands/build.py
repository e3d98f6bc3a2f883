"""interphase build: results up to date with the job store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place
from workflows.terminal.coverage_text import show_missing

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


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
        show_missing(database, console, always=True)
    return int(refused)


def _campaigns(database: Database, campaign: str | None, place: Place) -> list[str]:
    known = sorted({*database.campaigns.distinct("name"), *database.results.distinct("campaign")})
    if campaign and campaign not in known:
        msg = f"no campaign {campaign!r} in {place}; there are: {', '.join(known) or 'none'}"
        raise InputError(msg)
    return [campaign] if campaign else known
