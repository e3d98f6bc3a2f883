"""The choice of compounds for VASP in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.cli.options import place_of
from workflows.commands.campaign import the_campaign
from workflows.commands.summary import names_table
from workflows.results.versions import open_results
from workflows.specification.spec import CampaignSpec
from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from workflows.storage.campaign_location import Place
    from workflows.triage.shortlist import Entry, Shortlist

_COLUMNS = ("D\neV/f.u.", "s\neV/f.u.", "P(label\nchanges)", "P(stable)", "Promise", "Score")


def find_campaign(
    source: Path, launchpad: Path | None, campaign: str | None
) -> tuple[Place, str | None]:
    """Find the campaign that a folder or a specification stands for."""
    if source.is_dir():
        return place_of(source, launchpad), campaign
    spec = CampaignSpec.from_file(source)
    return place_of(None, launchpad, beside=source), campaign or spec.name


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
    from workflows.triage.shortlist import make_shortlist, write_spec

    if output.exists() and not force:
        msg = f"{output} exists already: --force replaces it, --output writes another"
        raise InputError(msg)
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        shortlist = make_shortlist(database, name, load_settings(), budget=budget)
    write_spec(shortlist.spec, output, heading=_heading(name, shortlist), force=force)
    _show(name, shortlist, console)
    console.print(f"wrote {output}: interphase plan {output}", highlight=False, soft_wrap=True)


def entries_table(entries: list[Entry] | tuple[Entry, ...]) -> Table:
    """Make a table of the chosen compounds, highest score first."""
    table = new_table()
    table.add_column("Rank", justify="right", no_wrap=True)
    for heading in ("Compound", "Label", "Why"):
        table.add_column(heading, no_wrap=True)
    for heading in (*_COLUMNS, "Node-\nhours"):
        table.add_column(heading, justify="right", no_wrap=True)
    for rank, entry in enumerate(entries, start=1):
        worth = entry.worth
        numbers = (worth.difference, worth.uncertainty, worth.change, worth.stable)
        label = Text(str(worth.label or NULL), STYLES.get(str(worth.label), ""))
        table.add_row(
            str(rank),
            Text(worth.compound.label("").removeprefix(":")),
            label,
            Text(", ".join(worth.why)),
            *(NULL if number is None else f"{number:z.2f}" for number in numbers),
            *(f"{number:.2f}" for number in (worth.promise, worth.score)),
            f"{entry.hours:.1f}",
        )
    return table


def _show(name: str, shortlist: Shortlist, console: Console) -> None:
    console.print(
        f"[bold]{name}[/]: judged by {shortlist.landed} of {shortlist.planned} doped compounds",
        highlight=False,
    )
    print_table(entries_table(list(shortlist.entries)), console)
    named: dict[str, tuple[str, ...]] = {}
    for worth, reason in shortlist.left_out:
        named[reason] = (*named.get(reason, ()), worth.compound.label("").removeprefix(":"))
    if named:
        console.print("\n[bold]Left out[/]", highlight=False)
        print_table(names_table("Why", named), console)
    console.print(
        f"\nhost and undoped reference, with their crystals, come first: {shortlist.base:.1f} "
        f"node-hours\nin all {shortlist.cost.hours:.1f} of {shortlist.budget:g} node-hours: "
        f"{shortlist.cost}",
        highlight=False,
        soft_wrap=True,
    )


def _heading(name: str, shortlist: Shortlist) -> list[str]:
    chosen, budget = len(shortlist.entries), f"{shortlist.budget:g} node-hours"
    judged = f"{shortlist.landed} (of {shortlist.planned}) doped compounds"
    return [
        f"Chosen by interphase triage from {name}: {chosen} of the {judged} that had landed.",
        f"About {shortlist.cost.hours:.1f} of {budget}, host and undoped reference included.",
    ]
