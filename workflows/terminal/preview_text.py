"""What a submission would add and cost, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.base.settings import MachineSettings
    from workflows.dispatch.preview import Preview
    from workflows.specification.campaign import Campaign
    from workflows.specification.planning import Plan
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


_LISTED = 20


def show_preview(
    found: Preview, plan: Plan, place: Place, console: Console, *, dry_run: bool
) -> None:
    """Show what a submission adds now and later, and what is there already."""
    campaign = plan.campaign
    verb = "would be added" if dry_run else "to add"
    lines = [
        f"[bold]{campaign.name}[/] on {place}",
        f"{len(found.now)} workflows {verb} now, {len(found.later)} when what they need has landed",
        f"together {found.jobs} jobs, and the relaxations that these ask for",
        f"{found.landed} have landed already, {found.there} are on the LaunchPad already",
    ]
    if found.redone:
        lines.append(f"computed again: {', '.join(found.redone)}")
    if found.dropped:
        lines.append(f"no longer asked for, and left out from now on: {found.dropped}")
    if names := campaign.spec.categories.names:
        lines.append(f"workers of these categories are needed: {', '.join(names)}")
    console.print("\n".join(lines), highlight=False, soft_wrap=True)
    _list_additions(found, console, limit=None if dry_run else _LISTED)


def _list_additions(found: Preview, console: Console, *, limit: int | None) -> None:
    rows = [("now", a) for a in found.now] + [("later", a) for a in found.later]
    for when, addition in rows[:limit]:
        console.print(f"  {when:<5}  {addition.node.label}: {addition.jobs} jobs", highlight=False)
    if limit is not None and len(rows) > limit:
        console.print(f"  and {len(rows) - limit} more: --dry-run lists all")


def show_cost(
    database: Database, campaign: Campaign, settings: MachineSettings, console: Console
) -> None:
    """Show what the whole campaign costs: node-hours, or time on a core."""
    from workflows.base.times import duration
    from workflows.state.estimate import estimate
    from workflows.state.node_hours import node_hours

    seconds = estimate(campaign).core_seconds
    if seconds is None:
        cost = str(node_hours(campaign, settings, database))
    else:
        cost = f"{duration(seconds)} on a core"
    console.print(f"the whole campaign: {cost}", highlight=False, soft_wrap=True)
