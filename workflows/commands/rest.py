"""interphase pause, resume and prioritize: which campaign runs now, and which first."""

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


def resume_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Let a campaign go on."""
    from workflows.dispatch.campaign_life import resume

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        number = resume(database, name)
        console.print(f"{name} goes on: {number} steps were released", highlight=False)


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
