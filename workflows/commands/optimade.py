"""interphase optimade: the results as an OPTIMADE database."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign

if TYPE_CHECKING:
    from socket import socket

    from fastapi import FastAPI
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def optimade_command(place: Place, campaign: str | None, *, port: int, console: Console) -> None:
    """Serve the results on this machine until Ctrl-C."""
    from workflows.base.web_server import listen
    from workflows.results.optimade_app import find_entries, optimade_app, require_optimade

    require_optimade()
    with listen("127.0.0.1", port) as listening:
        with open_results(place) as database:
            name = campaign or the_campaign(database, place)
            entries = find_entries(database, name)
        if not entries:
            msg = f"no result of {name} has landed yet: interphase status {place.option}"
            raise InputError(msg)
        with optimade_app(entries, name, load_settings()) as app:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            console.print(f"{len(entries)} structures: {address} (Ctrl-C ends it)", highlight=False)
            _serve(app, listening)
    console.print("ended")


def _serve(app: FastAPI, listening: socket) -> None:
    """Answer until Ctrl-C."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
