"""An OPTIMADE server over the results of one campaign.

The entries are copied into a database of the server's own, which ends with it: nothing that a
client sends reaches the campaign's.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.optimade_entries import PREFIX, described_fields, to_entry
from workflows.storage.server.private_server import PrivateServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastapi import FastAPI

    from workflows.base.settings import MachineSettings
    from workflows.storage.database import Database

Document = dict[str, Any]

_PAGE: Final = 100
_NAME: Final = "optimade"
# Host names by which the server answers: a page elsewhere cannot reach it under another one.
_HOSTS: Final = ["127.0.0.1", "localhost"]
# OPTIMADE's own pages for people load scripts, styles and pictures from elsewhere.
_PAGES: Final = ("/extensions/docs", "/extensions/redoc")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def require_optimade() -> None:
    """Refuse where the package is missing.

    Raises
    ------
    InputError
        It is; the message has the command that installs it.
    """
    if find_spec("optimade") is None or find_spec("uvicorn") is None:
        msg = "OPTIMADE's server is not installed: pip install 'interphase[optimade]'"
        raise InputError(msg)


def find_entries(database: Database, campaign: str) -> list[Document]:
    """Return the results of a campaign that have a structure, as entries."""
    found = database.results.find({"campaign": campaign, Field.STRUCTURE.value: {"$ne": None}})
    return [to_entry(result) for result in found]


@contextmanager
def optimade_app(
    entries: Sequence[Document], campaign: str, settings: MachineSettings
) -> Iterator[FastAPI]:
    """Set up the server on a MongoDB that lives as long as the block.

    Parameters
    ----------
    entries
        What `find_entries` returns.
    campaign
        Their campaign, which the server is named after.
    settings
        Settings of this machine: which mongod to run.
    """
    logging.getLogger(_NAME).addHandler(logging.NullHandler())  # or it writes to /var/log
    from optimade.server.create_app import create_app

    with (
        tempfile.TemporaryDirectory(prefix="ip-") as folder,
        PrivateServer(Path(folder), settings).use() as uri,
    ):
        app = create_app(_configuration(uri, campaign))
        structures = app.state.entry_collections["structures"].collection
        if entries:
            structures.insert_many(entries)
        structures.create_index("id", unique=True)
        _keep_here(app)
        yield app
        structures.database.client.close()


def _configuration(uri: str, campaign: str) -> Any:
    from optimade.server.config import ServerConfig

    return ServerConfig(
        insert_test_data=False,
        database_backend="mongodb",
        mongo_uri=f"{uri}&tz_aware=true",  # times in answers have their zone
        mongo_database=_NAME,
        page_limit=_PAGE,
        provider={
            "prefix": PREFIX,
            "name": f"interphase: {campaign}",
            "description": "Dopants of a solid electrolyte against a reactive electrode",
            "homepage": None,
        },
        provider_fields={"structures": described_fields()},
        implementation={"name": "interphase", "version": metadata.version("interphase")},
    )


def _keep_here(app: FastAPI) -> None:
    """Answer this machine alone, and make no page load anything from elsewhere."""
    from fastapi.middleware.cors import CORSMiddleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app.user_middleware = [each for each in app.user_middleware if each.cls is not CORSMiddleware]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    app.router.routes = [
        route for route in app.router.routes if not getattr(route, "path", "").endswith(_PAGES)
    ]
    app.add_middleware(BaseHTTPMiddleware, dispatch=_add_policy)


async def _add_policy(request: Any, answer: Any) -> Any:
    response = await answer(request)
    response.headers["Content-Security-Policy"] = _POLICY
    return response
