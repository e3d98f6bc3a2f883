"""interphase status: how far a campaign is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign
from workflows.terminal.status_text import show_learning, show_status

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def status_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Show the state of a campaign."""
    from workflows.state.campaign_status import campaign_status
    from workflows.state.pace import campaign_pace
    from workflows.storage.campaigns import is_paused
    from workflows.terminal.recovery_text import show_lost

    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        status = campaign_status(database, name)
        show_status(status, console)
        if is_paused(database, name):
            console.print(f"{name} rests: interphase resume {place.option}", soft_wrap=True)
        show_learning(database, name, console)
        show_lost(database, name, place, console)
        console.print(str(campaign_pace(database, name, status)), highlight=False)
