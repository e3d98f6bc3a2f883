"""The summary of a campaign, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from analysis.base.compound_names import ion_text
from analysis.base.fields import Field
from analysis.results.site_preference import Verdict
from analysis.results.summary import ALL, CLASSES, DISSOLUTIONS
from workflows.terminal.table_style import NULL, STYLES, new_table, print_table, two_decimals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from analysis.results.site_preference import SitePreference
    from analysis.results.summary import Summary


FLAGS = (
    Field.PASSES_FILTER,
    Field.STRICTLY_STABLE,
    Field.PASSIVATING,
    Field.STRICTLY_PASSIVATING,
)
_NAMED = 8  # compounds named next to a count; JSON has all
_VERDICTS = {Verdict.AGREES: "green", Verdict.DISAGREES: "red", Verdict.OPEN: "yellow"}


def show_summary(summary: Summary, console: Console) -> None:
    """Print all tables of a summary."""
    show_classes(summary, console)
    print_table(flags_table(summary), console)
    several = [each for each in summary.site_preferences if each.margin is not None]
    if several:
        console.print("\n[bold]Most favourable site[/], by defect energy", highlight=False)
        print_table(sites_table(several), console)
    if summary.experiment:
        _show_experiment(summary, console)
    if summary.notes:
        console.print("\n[bold]Notes[/], the compounds that have one", highlight=False)
        named = {note.label: note.compounds for note in summary.notes}
        print_table(names_table("Kind", named), console)
    if summary.left_out:
        console.print("\n[bold]Left out[/], candidates that cannot be computed", highlight=False)
        print_table(names_table("Why", summary.left_out), console)


def show_classes(summary: Summary, console: Console) -> None:
    """Print n of N and how many compounds of each site are in each class."""
    failed = f", {summary.failed} failed" if summary.failed else ""
    console.print(
        f"[bold]{summary.campaign}[/]: {summary.landed} of {summary.planned} doped compounds "
        f"have landed{failed}",
        highlight=False,
    )
    print_table(classes_table(summary.labels), console)
    print_table(dissolutions_table(summary.dissolutions), console)


def classes_table(labels: Mapping[str, Mapping[str, int]]) -> Table:
    """Make a table of how many compounds of each site are in each class."""
    table = new_table()
    table.add_column("Site", no_wrap=True)
    for heading in (*CLASSES, "all"):
        table.add_column(Text(heading, STYLES.get(heading, "")), justify="right", no_wrap=True)
    for site, counts in labels.items():
        if site == ALL:
            table.add_section()
        numbers = [counts[label] for label in CLASSES]
        table.add_row(Text(site), *(str(number) for number in (*numbers, sum(numbers))))
    return table


def dissolutions_table(counts: Mapping[str, Mapping[str, int]]) -> Table:
    """Make a table of how many compounds of each label dissolve in the host."""
    table = new_table()
    table.add_column("Against lithium", no_wrap=True)
    for heading in DISSOLUTIONS:
        table.add_column(Text(heading, STYLES.get(heading, "")), justify="right", no_wrap=True)
    for label, numbers in counts.items():
        if label == ALL:
            table.add_section()
        style = STYLES.get(label, "")
        table.add_row(Text(label, style), *(str(numbers[word]) for word in DISSOLUTIONS))
    return table


def flags_table(summary: Summary) -> Table:
    """Make a table of how many compounds have each flag."""
    table = new_table()
    table.add_column("", no_wrap=True)
    for heading in ("yes", "no", "null"):
        table.add_column(heading, justify="right", no_wrap=True)
    for field in FLAGS:
        flag = getattr(summary, field)
        table.add_row(Text(field.label), str(flag.yes), str(flag.no), str(flag.null))
    return table


def sites_table(preferences: list[SitePreference]) -> Table:
    """Make a table of the most favourable sites, energies in eV per dopant."""
    table = new_table()
    for heading in ("Ion", "x\n/f.u.", "Site", "Margin\neV", "u\neV", "Decided"):
        right = heading[0] in "xMu"
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    table.add_column("Defect energies, eV", overflow="fold")
    for each in preferences:
        energies = ", ".join(f"{site.site} {site.defect_energy:.2f}" for site in each.sites)
        cells = (_ion(each), f"{each.concentration:.3f}", each.site, two_decimals(each.margin))
        decided = {True: "yes", False: "no", None: NULL}[each.decided]
        row = (*cells, two_decimals(each.uncertainty), decided, energies)
        table.add_row(*(Text(cell) for cell in row))
    return table


def names_table(heading: str, named: Mapping[str, tuple[str, ...]]) -> Table:
    """Make a table that counts compounds, and names some of them."""
    table = new_table()
    table.add_column(heading, overflow="fold")
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("Compounds", overflow="fold")
    for label, names in named.items():
        more = f"; and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        table.add_row(Text(label), str(len(names)), Text("; ".join(names[:_NAMED]) + more))
    return table


def _show_experiment(summary: Summary, console: Console) -> None:
    counts = {v: sum(c.verdict is v for c in summary.experiment) for v in Verdict}
    numbers = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    console.print(f"\n[bold]Beside experiment[/]: {numbers}", highlight=False)
    table = new_table()
    for heading in ("Ion", "Computed", "Experiment", "Verdict"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Source", overflow="fold")
    for each in summary.experiment:
        verdict = Text(each.verdict, _VERDICTS[each.verdict])
        cells = (_ion(each.preference), each.preference.site, each.experiment.site)
        source = f"{each.experiment.evidence}: {each.experiment.source}"
        table.add_row(*(Text(cell) for cell in cells), verdict, Text(source))
    print_table(table, console)


def _ion(preference: SitePreference) -> str:
    balance = "" if preference.compensation == "lithium" else " uncompensated"
    return f"{ion_text(preference.dopant, preference.valence)}{balance}"
