"""What the commands for a campaign on a cluster do; `workflows.cli` reads their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.specification.spec import CampaignSpec
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.base.settings import MachineSettings
    from workflows.dispatch.preview import Preview
    from workflows.specification.planning import Plan
    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database

_LISTED = 20


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
        _show_preview(preview(database, plan, chosen), plan, place, console, dry_run=dry_run)
        _show_cost(database, plan, settings, console)
        if dry_run:
            console.print("nothing was written")
            return
        remove_half_added(database.launchpad)
        set_aside(database, chosen)
        added = submit(database, plan)
        console.print(f"[bold]added {len(added)} workflows[/]", highlight=False)


def advance_command(place: Place, campaign: str | None, *, console: Console) -> None:
    """Store results that have landed, and add what has become ready."""
    from workflows.dispatch.advance import advance

    with open_place(place, load_settings()) as database:
        names = [campaign] if campaign else database.campaigns.distinct("name")
        for name in names:
            console.print(f"{name}: added {len(advance(database, name))} workflows")


def webgui_command(
    place: Place, campaign: str | None, *, host: str, port: int, console: Console
) -> None:
    """Serve FireWorks' web GUI until Ctrl-C."""
    from workflows.base.web_server import make_app, make_web_server, read_login

    login = read_login()
    with open_place(place, load_settings()) as database:
        app = make_app(database.launchpad, login, campaign=campaign)
        server = make_web_server(app, host=host, port=port)
        address = f"http://{host}:{server.server_address[1]}"
        console.print(f"{place}: {address} (Ctrl-C ends it)", highlight=False, soft_wrap=True)
        if login.generated:
            password = login.password.get_secret_value()
            console.print(f"user {login.user}, password {password}", highlight=False)
        if host not in ("127.0.0.1", "localhost", "::1"):
            console.print("not encrypted: better a tunnel, ssh -L PORT:localhost:PORT HOST")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("ended")
        finally:
            server.server_close()


def _require_ready(
    spec: CampaignSpec, place: Place, settings: MachineSettings, console: Console
) -> None:
    from workflows.doctor.examination import check_machine
    from workflows.terminal.formatting import checks_table
    from workflows.terminal.table_style import print_table

    checks = check_machine(settings, spec, place=place)
    shown = [check for check in checks if check.doubtful or not check.passed]
    if shown:
        print_table(checks_table(shown), console)
    if bad := [check.name for check in checks if not check.passed]:
        msg = f"not ready: {', '.join(bad)}; nothing was queued (--force queues all the same)"
        raise InputError(msg)


def _show_preview(
    found: Preview, plan: Plan, place: Place, console: Console, *, dry_run: bool
) -> None:
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


def _show_cost(database: Database, plan: Plan, settings: MachineSettings, console: Console) -> None:
    from makers.engines.registry import PRODUCTION_ENGINE
    from workflows.state.estimate import estimate
    from workflows.state.node_hours import node_hours
    from workflows.terminal.progress import duration

    if plan.campaign.spec.engine.last.name == PRODUCTION_ENGINE:
        cost = str(node_hours(plan.campaign, settings, database))
    else:
        seconds = estimate(plan.campaign).core_seconds
        cost = (
            "time unknown for this engine" if seconds is None else f"{duration(seconds)} on a core"
        )
    console.print(f"the whole campaign: {cost}", highlight=False, soft_wrap=True)
