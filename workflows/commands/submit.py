"""interphase submit: a campaign on the LaunchPad of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.specification.spec import CampaignSpec
from workflows.storage.campaign_location import open_place
from workflows.terminal.preview_text import show_cost, show_preview

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.base.settings import MachineSettings
    from workflows.storage.campaign_location import Place


def submit_command(
    spec_path: Path,
    place: Place,
    *,
    redo: Sequence[str],
    dry_run: bool,
    force: bool,
    console: Console,
) -> None:
    """Add to the LaunchPad what is missing of a campaign."""
    from workflows.dispatch.preview import preview
    from workflows.dispatch.redo import select_redo, set_aside
    from workflows.dispatch.submission import submit
    from workflows.specification.planning import make_plan
    from workflows.specification.sources import phase_source
    from workflows.storage.launchpad import remove_half_added

    settings = load_settings()
    spec = CampaignSpec.from_file(spec_path)
    if place.folder:
        msg = "submit is for a shared LaunchPad; on this machine alone: interphase run SPEC --dir"
        raise InputError(msg)
    if not dry_run and not force:
        _require_ready(spec, place, settings, console)
    with open_place(place, settings, create=not dry_run) as database:
        cache = None if dry_run else database.mongo["phases"]
        plan = make_plan(spec, phase_source(spec.reference_phases, cache))
        chosen = select_redo(database, plan, redo)
        show_preview(preview(database, plan, chosen), plan, place, console, dry_run=dry_run)
        show_cost(database, plan.campaign, settings, console)
        if dry_run:
            console.print("nothing was written")
            return
        remove_half_added(database.launchpad)
        set_aside(database, chosen)
        added = submit(database, plan)
        console.print(f"[bold]added {len(added)} workflows[/]", highlight=False)


def _require_ready(
    spec: CampaignSpec, place: Place, settings: MachineSettings, console: Console
) -> None:
    from workflows.doctor.examination import check_machine
    from workflows.terminal.checks_table import checks_table
    from workflows.terminal.table_style import print_table

    checks = check_machine(settings, spec, place=place)
    shown = [check for check in checks if check.doubtful or not check.passed]
    if shown:
        print_table(checks_table(shown), console)
    if bad := [check.name for check in checks if not check.passed]:
        msg = f"not ready: {', '.join(bad)}; nothing was queued (--force queues all the same)"
        raise InputError(msg)
