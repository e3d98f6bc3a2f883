"""MongoDB connection strings: what may be shown of them, and what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

if TYPE_CHECKING:
    from pydantic import SecretStr

    from workflows.settings import MachineSettings

_DURABLE = {"w": "majority", "journal": "true"}


def hosts(uri: SecretStr) -> str:
    """Hosts of a URI, without user and password."""
    return urlsplit(uri.get_secret_value()).netloc.rpartition("@")[2]


def database_name(settings: MachineSettings) -> str:
    """Name the database: as set, else as the URI has it, else the default."""
    if settings.mongodb_uri and "database" not in settings.model_fields_set:
        path = urlsplit(settings.mongodb_uri.get_secret_value()).path.strip("/")
        return path or settings.database
    return settings.database


def durable(uri: str) -> str:
    """Have writes acknowledged once they are safe, unless the user's URI says otherwise."""
    parts = urlsplit(uri)
    chosen = {key.lower() for key, _ in parse_qsl(parts.query)}
    added = "&".join(f"{key}={value}" for key, value in _DURABLE.items() if key not in chosen)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))
