"""The live view: the report next to FireWorks' web GUI, on this machine only.

Any user of a machine can connect to a port on its loopback: everything is behind the web GUI's
user and password, like that GUI. A secret in the address would stay in the browser's history, and a
cookie would be sent to any other server on 127.0.0.1, on any port.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from workflows.base.web_server import guard, make_app
from workflows.report.assemble import all_chapters
from workflows.report.drawing import sections
from workflows.report.gather import build_report, gather
from workflows.report.render import content_policy, page_data, page_script, render, to_json
from workflows.report.runner_up_reactions import RunnersUp
from workflows.state.campaign_status import campaign_status

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from workflows.base.web_server import Login
    from workflows.report.gather import Gathered
    from workflows.report.model import Report, Section
    from workflows.storage.database import Database

#: Path of the report; FireWorks' pages link to each other from the root.
REPORT = "/campaign"
#: Seconds between two checks of a page for changes.
SECONDS = 5
#: Seconds between two drawings of the figures while a campaign runs: those of 300 compounds take a
#: core some 5 seconds, which the campaign needs itself.
FIGURE_SECONDS = 60

_LIVE = {"gui": "/", "state": f"{REPORT}/state.json", "data": f"{REPORT}/data.json"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_live_app(database: Database, name: str, login: Login) -> WSGIApplication:
    """Set up the web GUI with the report under `REPORT`.

    Parameters
    ----------
    database
        The campaign's database.
    name
        The campaign.
    login
        What every page requires.
    """
    web_gui = make_app(database.launchpad, login, campaign=name)
    report = make_report_app(Latest(database, name), login)
    return DispatcherMiddleware(web_gui, {REPORT: report})


class Latest:
    """The report of the current database; rebuilt only when something has changed.

    Parameters
    ----------
    database
        The campaign's database.
    name
        The campaign.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lock = threading.Lock()
        self._report: Report | None = None
        self._figures: Figures | None = None
        self._runners = RunnersUp()

    def version(self) -> str:
        """Return a digest of everything that changes while a campaign runs."""
        status = campaign_status(self._database, self._name)
        seen = [self._landed(), status.steps, list(status.running), len(status.failures)]
        return _digest(seen)

    def report(self) -> Report:
        """Return the report of the current version."""
        with self._lock:
            version = self.version()
            if self._report is None or self._report.version != version:
                gathered = gather(self._database, self._name, self._runners)
                made = build_report(gathered, self._sections(gathered))
                self._report = made.model_copy(update={"version": version})
            return self._report

    def _sections(self, gathered: Gathered) -> tuple[Section, ...]:
        """Redraw the figures if results have landed, but not for each one of them."""
        landed, old = _digest(self._landed()), self._figures
        ended = gathered.status is None or gathered.status.finished
        recent = old and time.monotonic() - old.drawn < FIGURE_SECONDS and not ended
        if old is None or (old.landed != landed and not recent):
            drawn = sections(all_chapters(self._database, gathered))
            self._figures = old = Figures(landed, time.monotonic(), drawn)
        return old.sections

    def _landed(self) -> list[str]:
        found = self._database.results.find({"campaign": self._name}, {"_id": 1}).sort("_id")
        return [str(each["_id"]) for each in found]


class Figures(NamedTuple):
    """The last figures drawn."""

    landed: str
    drawn: float
    sections: tuple[Section, ...]


def make_report_app(latest: Latest, login: Login) -> Flask:
    """Set up the report's own pages: the page, its data, and whether they have changed."""
    app = Flask(__name__)
    app.before_request(guard(login))
    app.after_request(_headers)
    live = {**_LIVE, "seconds": SECONDS}

    @app.get("/")
    def page() -> str:
        return render(latest.report(), live=live)

    @app.get("/state.json")
    def state() -> Response:
        return _json({"version": latest.version()})

    @app.get("/data.json")
    def data() -> Response:
        return _json(page_data(latest.report(), live=live))

    return app


def _json(data: Any) -> Response:
    return Response(to_json(data), mimetype="application/json")


def _headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    policy = content_policy(page_script(), live=True) + "; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = policy
    return response


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
