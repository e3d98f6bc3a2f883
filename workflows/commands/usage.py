"""interphase usage: the core-hours that a campaign has used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place, the_campaign
from workflows.terminal.table_style import print_table
from workflows.terminal.usage_table import usage_table

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def usage_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Show core-hours by step and outcome, beside the estimate."""
    from workflows.state.core_hours import usage
    from workflows.storage.campaigns import load_campaign
    from workflows.terminal.preview_text import show_cost

    settings = load_settings()
    with open_place(place, settings) as database:
        name = campaign or the_campaign(database, place)
        stored = load_campaign(database, name)
        print_table(usage_table(usage(database, name)), console)
        show_cost(database, stored, settings, console)
