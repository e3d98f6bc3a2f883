"""interphase pause: let a campaign rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def pause_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Let a campaign rest."""
    from workflows.dispatch.campaign_life import pause

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        number = pause(database, name)
        console.print(
            f"{name} rests: {number} steps were paused, what runs may end; interphase resume lets "
            "it go on",
            highlight=False,
        )
