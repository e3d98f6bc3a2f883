"""interphase prioritize: let a campaign go before others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def prioritize_command(
    place: Place, campaign: str | None, priority: int, *, console: Console
) -> None:
    """Set the priority of a campaign among those of its LaunchPad."""
    from workflows.dispatch.campaign_life import prioritize

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        number = prioritize(database, name, priority)
        console.print(
            f"{name} has priority {priority}: {number} steps, and those to come", highlight=False
        )
