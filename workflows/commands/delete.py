"""interphase delete: a campaign leaves its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def delete_command(
    place: Place, campaign: str, *, outputs: bool, sure: bool, console: Console
) -> None:
    """Remove a campaign, if the user is sure."""
    from workflows.dispatch.campaign_life import delete
    from workflows.storage.campaigns import require_campaign

    with open_place(place, load_settings()) as database:
        require_campaign(database, campaign)
        if not sure:
            what = "workflows, results and outputs" if outputs else "workflows and results"
            msg = (
                f"this removes {what} of {campaign} from {place}: give --yes if you are sure "
                "(interphase backup FILE keeps a copy)"
            )
            raise InputError(msg)
        removed = delete(database, campaign, outputs=outputs)
        told = ", ".join(f"{number} {name}" for name, number in removed.items() if number)
        console.print(f"removed {told}", highlight=False)
        if not outputs:
            console.print("the outputs of its jobs stay: if you submit it again, it lands at once")
