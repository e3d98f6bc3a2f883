"""MongoDB connection strings: their public part, and their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from workflows.base.settings import MachineSettings

_DURABLE = {"w": "majority", "journal": "true"}


@dataclass(frozen=True)
class Address:
    """A database on a MongoDB server.

    Parameters
    ----------
    uri
        Where the server is, with user, password and TLS settings: it is never shown.
    name
        Name of the database.
    """

    uri: SecretStr
    name: str

    @classmethod
    def from_settings(cls, settings: MachineSettings) -> Self:
        """Return the database that the settings name with `mongodb_uri`."""
        uri = settings.mongodb_uri or SecretStr("")
        return cls(SecretStr(durable(uri.get_secret_value())), database_name(settings))

    def __str__(self) -> str:
        return f"{hosts(self.uri)}/{self.name}"


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
    """Request acknowledgement of safe writes, unless the user's URI says otherwise."""
    parts = urlsplit(uri)
    chosen = {key.lower() for key, _ in parse_qsl(parts.query)}
    added = "&".join(f"{key}={value}" for key, value in _DURABLE.items() if key not in chosen)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))
