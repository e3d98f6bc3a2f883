"""FireWorks' own web GUI on a campaign's LaunchPad, behind a password."""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
import socket
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from pydantic import SecretStr
from werkzeug.serving import BaseWSGIServer, make_server

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from fireworks import LaunchPad

USER_VARIABLE = "FWAPP_AUTH_USERNAME"
PASSWORD_VARIABLE = "FWAPP_AUTH_PASSWORD"  # noqa: S105  the name of a variable
_DEFAULT_USER = "interphase"

# FireWorks' pages load jQuery from a server of its authors, and show nothing if that cannot be
# reached. Here it comes from a package, and no page loads anything from elsewhere.
_JQUERY_ELSEWHERE = b"//code.jquery.com/jquery.min.js"
_JQUERY_HERE = "/jquery.min.js"
_QUERY_BOXES = ("fw_query", "wf_query")
# Operators of MongoDB that make the server run JavaScript: its time is everybody's.
_CODE = ("$where", "$function", "$accumulator")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Login:
    """User and password of the web GUI.

    Parameters
    ----------
    user, password
        What the browser has to send.
    generated
        The password was generated for this run and must be shown.
    """

    user: str
    password: SecretStr
    generated: bool


def read_login() -> Login:
    """Take user and password from FWAPP_AUTH_USERNAME and FWAPP_AUTH_PASSWORD, or generate them.

    Raises
    ------
    InputError
        There is a user without a password.
    """
    user, password = os.environ.get(USER_VARIABLE), os.environ.get(PASSWORD_VARIABLE)
    if user and not password:
        msg = f"{USER_VARIABLE} is set, but {PASSWORD_VARIABLE} is not: set both, or neither"
        raise InputError(msg)
    if password:
        return Login(user or _DEFAULT_USER, SecretStr(password), generated=False)
    return Login(_DEFAULT_USER, SecretStr(secrets.token_urlsafe(12)), generated=True)


def make_app(launchpad: LaunchPad, login: Login, *, campaign: str | None = None) -> Flask:
    """Set up FireWorks' application.

    Parameters
    ----------
    launchpad
        What it shows.
    login
        What every page requires; FireWorks alone leaves its figures open.
    campaign
        Show this campaign only.
    """
    from fireworks.flask_site.app import app

    app.lp = launchpad
    app.BASE_Q_WF = {"metadata.campaign": campaign} if campaign else {}
    app.BASE_Q = {"spec.campaign": campaign} if campaign else {}
    app.config["WEBGUI_USERNAME"] = None  # the check below covers all pages
    app.before_request_funcs[None] = [guard(login), _refuse_code, _jquery]
    app.after_request_funcs[None] = [_keep_here]
    served: Flask = app
    return served


def make_web_server(app: WSGIApplication, *, host: str, port: int) -> BaseWSGIServer:
    """Bind the port; the server answers once `serve_forever` is called.

    Raises
    ------
    InputError
        The port is in use, or the address does not belong to this machine.
    """
    listening = listen(host, port)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # no line per request
    with listening:
        return make_server(host, port, app, threaded=True, fd=listening.fileno())


def listen(host: str, port: int) -> socket.socket:
    """Bind a port, 0 for a free one.

    Raises
    ------
    InputError
        The port is in use, or the address does not belong to this machine.
    """
    try:
        return socket.create_server((host, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        msg = f"cannot serve on {host}, port {port} ({reason}): choose another with --port"
        raise InputError(msg) from error


def guard(login: Login) -> Any:
    """Return the check that runs before every page.

    Require user and password; compare them in constant time.
    """
    expected = f"{login.user}:{login.password.get_secret_value()}".encode()

    def check() -> Response | None:
        given = request.authorization
        if given and given.type == "basic":
            pair = f"{given.username}:{given.password}".encode()
            if hmac.compare_digest(pair, expected):
                return None
        headers = {"WWW-Authenticate": 'Basic realm="interphase", charset="UTF-8"'}
        return Response("User and password, please.", 401, headers)

    return check


def _refuse_code() -> Response | None:
    """Refuse queries that would make the database server run code."""
    for box in _QUERY_BOXES:
        try:
            found = _operators(json.loads(request.args.get(box, "{}")))
        except (ValueError, RecursionError):
            continue  # FireWorks says that it is no query
        if bad := [name for name in _CODE if name in found]:
            return Response(f"A query may not hold {', '.join(bad)}.", 400, mimetype="text/plain")
    return None


def _operators(content: Any) -> set[str]:
    """Return all keys in a query."""
    if isinstance(content, dict):
        return set(content).union(*(_operators(value) for value in content.values()))
    if isinstance(content, list):
        return set().union(*(_operators(value) for value in content))
    return set()


def _jquery() -> Response | None:
    if request.path != _JQUERY_HERE:
        return None
    script = resources.files("xstatic.pkg.jquery") / "data" / "jquery.min.js"
    return Response(script.read_bytes(), mimetype="text/javascript")


def _keep_here(response: Response) -> Response:
    """Make pages load everything from this server."""
    if response.mimetype == "text/html" and not response.direct_passthrough:
        response.set_data(response.get_data().replace(_JQUERY_ELSEWHERE, _JQUERY_HERE.encode()))
    response.headers.update(_HEADERS)
    return response
