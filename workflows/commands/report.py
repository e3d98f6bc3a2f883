"""What the commands do that show a campaign to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from analysis.base.errors import InputError
from workflows.commands.campaign import the_campaign
from workflows.results.coverage import coverage_of
from workflows.results.versions import open_results

# matplotlib and Flask take a second to import: the functions that need them do so.
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place


def report_command(place: Place, campaign: str | None, *, output: Path, console: Console) -> None:
    """Write the report of a campaign to a file."""
    from workflows.report.assemble import make_report
    from workflows.report.render import render, require_writable, write_page

    require_writable(output)
    with open_results(place) as database:
        report = make_report(database, campaign or the_campaign(database, place))
    path = write_page(render(report), output)
    state, name = report.state, escape(report.campaign)
    console.print(
        f"[bold]{name}[/]: {state.landed} of {state.total} compounds (host included)",
        highlight=False,
    )
    _say(report.warnings, console)
    size = path.stat().st_size / 1e6
    console.print(f"report: {path} ({size:.1f} MB)", highlight=False, markup=False, soft_wrap=True)


def figures_command(
    place: Place,
    campaign: str | None,
    *,
    output: Path,
    suffix: str,
    paths: bool,
    console: Console,
) -> None:
    """Write every figure of a campaign into a folder."""
    from workflows.report.assemble import all_chapters
    from workflows.report.drawing import write_figures, write_paths
    from workflows.report.gather import gather

    with open_results(place) as database:
        gathered = gather(database, campaign or the_campaign(database, place))
        chapters = all_chapters(database, gathered)
        found = coverage_of(database, gathered.name)
    written = 0
    for path in write_figures(chapters, output, suffix):
        console.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
        written += 1
    if paths:
        drawn = sum(1 for _ in write_paths(gathered.documents, output, suffix))
        console.print(f"  {drawn} reaction paths", highlight=False)
        written += drawn
    if not written:
        msg = f"{gathered.name} has no results to draw yet; interphase status says how far it is"
        raise InputError(msg)
    if not found.complete and not gathered.warnings:
        console.print(str(found), highlight=False, markup=False)
    _say(gathered.warnings, console)
    console.print(f"figures: {written} in {output}", highlight=False, markup=False, soft_wrap=True)


def serve_command(place: Place, campaign: str | None, *, port: int, console: Console) -> None:
    """Serve the report and FireWorks' web GUI on this machine until Ctrl-C."""
    from workflows.base.web_server import make_web_server, read_login
    from workflows.report.serve import REPORT, make_live_app

    login = read_login()
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        app = make_live_app(database, name, login)
        server = make_web_server(app, host="127.0.0.1", port=port)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        console.print(f"report:  {address}{REPORT}/ (Ctrl-C ends it)", highlight=False)
        console.print(f"web GUI: {address}/", highlight=False)
        if login.generated:
            password = login.password.get_secret_value()
            console.print(f"user {login.user}, password {password}", highlight=False)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("ended")
        finally:
            server.server_close()


def _say(warnings: Sequence[str], console: Console) -> None:
    """Say what could not be read, or lacks."""
    for warning in warnings:
        console.print(f"note: {warning}", highlight=False, markup=False)
