"""interphase webgui: FireWorks' web GUI behind a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place
from workflows.terminal.web_session import serve_until_interrupt, show_login

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


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
        show_login(login, console)
        if host not in ("127.0.0.1", "localhost", "::1"):
            console.print("not encrypted: better a tunnel, ssh -L PORT:localhost:PORT HOST")
        serve_until_interrupt(server, console)
