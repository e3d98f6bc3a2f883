"""interphase report: one page to share, as a file or live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.coverage_text import show_warnings
from workflows.terminal.web_session import serve_until_interrupt, show_login

if TYPE_CHECKING:
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
    show_warnings(report.warnings, console)
    size = path.stat().st_size / 1e6
    console.print(f"report: {path} ({size:.1f} MB)", highlight=False, markup=False, soft_wrap=True)


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
        show_login(login, console)
        serve_until_interrupt(server, console)
