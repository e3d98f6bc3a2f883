"""A page that a command serves until Ctrl-C: its password, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from werkzeug.serving import BaseWSGIServer

    from workflows.base.web_server import Login


def show_login(login: Login, console: Console) -> None:
    """Show user and password if they were made for this run."""
    if login.generated:
        password = login.password.get_secret_value()
        console.print(f"user {login.user}, password {password}", highlight=False)


def serve_until_interrupt(server: BaseWSGIServer, console: Console) -> None:
    """Answer browsers until Ctrl-C, then free the port."""
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print("ended")
    finally:
        server.server_close()
