"""interphase advance: store what has landed, add what is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def advance_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Store results that have landed, and add what has become ready."""
    from workflows.dispatch.campaign_advance import advance

    with open_place(place, load_settings()) as database:
        names = [campaign] if campaign else database.campaigns.distinct("name")
        for name in names:
            console.print(f"{name}: added {len(advance(database, name))} workflows")
