"""The campaign's database: FireWorks' LaunchPad, the job store and the results in one.

It is on a private server in the campaign's folder, or on a server that the user names.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import pymongo
from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.storage.connection import Address, hosts, without_secret
from workflows.storage.marker import check_marker, home_of, write_marker
from workflows.storage.server.private_server import PrivateServer

# FireWorks, jobflow and maggma's stores take a second to import: a query needs none of them, and
# the functions that do import them.
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fireworks import LaunchPad
    from jobflow import JobStore
    from pymongo.collection import Collection
    from pymongo.database import Database as MongoDatabase

    from workflows.base.settings import MachineSettings

Document = dict[str, Any]

_ANSWER_SECONDS = 10
_UNAUTHORIZED = 13  # MongoDB's error code
_PRIVATE_NAME = "interphase"


@dataclass(frozen=True)
class Database:
    """The collections of a campaign and the tools that work on them.

    Parameters
    ----------
    uri
        Where the server is. It may hold a password: it is never shown.
    name
        Name of the database on that server.
    server
        The private server; None for one that the user named.
    """

    uri: SecretStr
    name: str
    server: PrivateServer | None = field(default=None, repr=False)

    @classmethod
    def from_launchpad(cls, launchpad: LaunchPad) -> Self:
        """Return the database of a LaunchPad that is open, over its own connection.

        Campaign, results and job store are in the LaunchPad's database: a step that knows its
        LaunchPad needs no other settings.
        """
        from workflows.storage.launchpad_file import address_of

        address = address_of(launchpad)
        database = cls(address.uri, address.name)
        database.__dict__.update(launchpad=launchpad, client=launchpad.connection)
        return database

    @cached_property
    def client(self) -> MongoClient[Document]:
        """Connection to the server."""
        return MongoClient(self.uri.get_secret_value())

    @cached_property
    def mongo(self) -> MongoDatabase[Document]:
        """The database itself."""
        return self.client[self.name]

    @cached_property
    def launchpad(self) -> LaunchPad:
        """FireWorks' view: the workflows and their states."""
        from fireworks import LaunchPad

        return LaunchPad(
            host=self.uri.get_secret_value(), name=self.name, uri_mode=True, strm_lvl="ERROR"
        )

    @cached_property
    def job_store(self) -> JobStore:
        """Jobflow's view: the outputs of jobs; what is saved as "data" goes to GridFS."""
        from jobflow import JobStore
        from maggma.stores import GridFSStore, MongoStore

        uri = self.uri.get_secret_value()
        store = JobStore(
            MongoStore.from_uri(uri, self.jobs.name, database=self.name),
            additional_stores={"data": GridFSStore.from_uri(uri, "blobs", database=self.name)},
        )
        store.connect()
        return store

    @property
    def jobs(self) -> Collection[Document]:
        """Outputs of jobs, by uuid and index: the job store's documents."""
        return self.mongo["jobs"]

    @property
    def campaigns(self) -> Collection[Document]:
        """Specifications of campaigns, by name."""
        return self.mongo["campaigns"]

    @property
    def planned(self) -> Collection[Document]:
        """Compounds and candidates of campaigns, one per document: `storage.planned_lists`."""
        return self.mongo["planned"]

    @property
    def nodes(self) -> Collection[Document]:
        """Nodes of campaigns and their dependencies."""
        return self.mongo["nodes"]

    @property
    def results(self) -> Collection[Document]:
        """Result documents, one per compound."""
        return self.mongo["results"]

    @property
    def learning(self) -> Collection[Document]:
        """Trainings: one document per campaign, snapshot of its data, and settings."""
        return self.mongo["learning"]

    @property
    def workflows(self) -> Collection[Document]:
        """FireWorks' workflows."""
        return self.mongo["workflows"]

    @property
    def fireworks(self) -> Collection[Document]:
        """FireWorks' Fireworks, one per job."""
        return self.mongo["fireworks"]

    @property
    def launches(self) -> Collection[Document]:
        """FireWorks' launches: when and where each Firework ran."""
        return self.mongo["launches"]

    def revive(self) -> None:
        """Start the private server again if it died; connections recover by themselves."""
        if self.server:
            self.server.revive()

    def worker_environment(self) -> dict[str, str]:
        """Environment in which a process of this campaign finds its database."""
        if self.server:
            return {"INTERPHASE_FOLDER": str(self.server.run_dir)}
        return {
            "INTERPHASE_MONGODB_URI": self.uri.get_secret_value(),
            "INTERPHASE_DATABASE": self.name,
        }

    def close(self) -> None:
        """Close all connections."""
        if "job_store" in self.__dict__:
            self.job_store.close()
        if "launchpad" in self.__dict__:
            self.launchpad.connection.close()
        if "client" in self.__dict__:
            self.client.close()


@contextmanager
def open_database(
    run_dir: Path, settings: MachineSettings, *, create: bool = False
) -> Iterator[Database]:
    """Open the database of a campaign's folder.

    Parameters
    ----------
    run_dir
        The campaign's folder.
    settings
        Settings of this machine: the user's own server, or the mongod to run.
    create
        Create the folder and the indexes if they are missing. Without it, a folder without a
        campaign is an error.

    Raises
    ------
    InputError
        No campaign in the folder, one that is kept on another server, or a server that
        does not start, does not answer or has lost its disk.
    """
    home = home_of(settings)
    check_marker(run_dir, home, create=create)
    with _serve(run_dir, settings) as database:
        if create:
            from workflows.storage.indexes import ensure_indexes

            ensure_indexes(database.mongo, database.launchpad)
            write_marker(run_dir, home)
        yield database


@contextmanager
def worker_database() -> Iterator[Database]:
    """Open the database a process was given by `Database.worker_environment`.

    Raises
    ------
    InputError
        The process has none.
    """
    settings = load_settings()
    with _serve(settings.folder, settings) as database:
        yield database


@contextmanager
def _serve(run_dir: Path | None, settings: MachineSettings) -> Iterator[Database]:
    """Yield the handle while the server is held; explain a server that is lost."""
    if settings.mongodb_uri:
        setting = "INTERPHASE_MONGODB_URI (or mongodb_uri in the settings file)"
        with open_address(Address.from_settings(settings), setting) as database:
            yield database
        return
    with _own(run_dir, settings) as database, _explained(database):
        yield database


@contextmanager
def open_address(address: Address, origin: str) -> Iterator[Database]:
    """Open a database on a server that the user named.

    Parameters
    ----------
    address
        The database.
    origin
        What named it: where to look if it is wrong.

    Raises
    ------
    InputError
        The server does not answer, refuses user or password, or is lost.
    """
    database = Database(address.uri, address.name)
    try:
        with pymongo.timeout(_ANSWER_SECONDS):
            database.mongo.list_collection_names()
    except (PyMongoError, ValueError, TypeError, OSError) as error:  # options of any kind
        database.close()
        said = _brief(without_secret(error, address.uri))
        msg = f"MongoDB server {hosts(address.uri)} cannot be used ({said}): check {origin}"
        raise InputError(msg) from None
    with _explained(database):
        yield database


@contextmanager
def _explained(database: Database) -> Iterator[None]:
    """Close a database at the end; say why, if its server was lost."""
    try:
        yield
    except PyMongoError as error:
        reason = _reason(database, error)
        if reason is None:
            raise
        raise InputError(reason) from error
    finally:
        database.close()


@contextmanager
def _own(run_dir: Path | None, settings: MachineSettings) -> Iterator[Database]:
    if run_dir is None:
        msg = "which campaign? Set INTERPHASE_FOLDER to its folder, or INTERPHASE_MONGODB_URI"
        raise InputError(msg)
    server = PrivateServer(run_dir, settings)
    with server.use() as uri:
        yield Database(SecretStr(uri), _PRIVATE_NAME, server)


def _reason(database: Database, error: PyMongoError) -> str | None:
    """Explain why the server was lost; None if it was not and the error is a bug."""
    if database.server:
        return database.server.explain()
    if isinstance(error, OperationFailure) and error.code == _UNAUTHORIZED:
        return (
            f"the user of {hosts(database.uri)}/{database.name} may not do this: it takes one with "
            "the role readWrite on that database; to look, read is enough"
        )
    if isinstance(error, ConnectionFailure):
        return (
            f"MongoDB server {hosts(database.uri)} was lost "
            f"({_brief(without_secret(error, database.uri))}): give the same "
            "command again when it is back; nothing that was stored is lost"
        )
    return None


def _brief(message: str) -> str:
    """Shorten pymongo's message, which goes on with a description of the topology."""
    return message.split(", Timeout:", maxsplit=1)[0].split(", full error:", maxsplit=1)[0]
