"""MongoDB connection strings: their public part, and their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from workflows.base.mongo_uri import MongoUri

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
    return MongoUri.parse(uri.get_secret_value()).hosts


def database_name(settings: MachineSettings) -> str:
    """Name the database: as set, else as the URI has it, else the default."""
    if settings.mongodb_uri and "database" not in settings.model_fields_set:
        return MongoUri.parse(settings.mongodb_uri.get_secret_value()).database or settings.database
    return settings.database


def durable(uri: str) -> str:
    """Have writes acknowledged once they are safe, unless the user's URI says otherwise."""
    return MongoUri.parse(uri).with_options(_DURABLE).text


def without_secret(error: Exception, uri: SecretStr) -> str:
    """Write a driver's error, unless it repeats the password."""
    parsed = MongoUri.parse(uri.get_secret_value())
    secrets = {value for name, value in parsed.options.items() if "password" in name}
    secrets |= {parsed.password, parsed.user.partition(":")[2]}
    if any(secret and secret in str(error) for secret in secrets):
        return type(error).__name__
    return str(error)
