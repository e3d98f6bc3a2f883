"""interphase triage: compounds that deserve a better engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.triage_tables import show_choice

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place
    from workflows.triage.budget import BudgetChoice


def triage_command(
    place: Place,
    campaign: str | None,
    *,
    budget: float,
    output: Path,
    force: bool,
    console: Console,
) -> None:
    """Choose compounds within a budget, show them, and write their specification."""
    from workflows.triage.budget import choose_compounds, write_spec

    if output.exists() and not force:
        msg = f"{output} exists already: --force replaces it, --output writes another"
        raise InputError(msg)
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        choice = choose_compounds(database, name, load_settings(), budget=budget)
    write_spec(choice.spec, output, heading=_heading(name, choice), force=force)
    show_choice(name, choice, console)
    console.print(f"wrote {output}: interphase plan {output}", highlight=False, soft_wrap=True)


def _heading(name: str, choice: BudgetChoice) -> list[str]:
    chosen, budget = len(choice.entries), f"{choice.budget:g} node-hours"
    judged = f"{choice.landed} (of {choice.planned}) doped compounds"
    return [
        f"Chosen by interphase triage from {name}: {chosen} of the {judged} that had landed.",
        f"About {choice.cost.hours:.1f} of {budget}, host and undoped reference included.",
    ]
