"""interphase resume: let a campaign go on that rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def resume_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Let a campaign go on."""
    from workflows.dispatch.campaign_life import resume

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        number = resume(database, name)
        console.print(f"{name} goes on: {number} steps were released", highlight=False)
