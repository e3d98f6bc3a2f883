"""Where a campaign is kept: a folder on this machine, or a LaunchPad that machines share."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.storage.connection import Address
from workflows.storage.database import open_address, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.base.settings import MachineSettings
    from workflows.storage.database import Database

FILE_NAMES = ("launchpad.yaml", "my_launchpad.yaml")


@dataclass(frozen=True)
class Place:
    """A folder with its own database, or a database that a launchpad file or URI names.

    Parameters
    ----------
    folder
        The campaign's folder; None for a shared LaunchPad.
    file
        The launchpad file; None if a URI in the settings names the server.
    address
        The shared database; None for a folder.
    result
        A folder of results, which is only read.
    """

    folder: Path | None = None
    file: Path | None = None
    address: Address | None = None
    result: Path | None = None

    @property
    def option(self) -> str:
        """Return the option that names this place in a command."""
        if self.folder:
            return f"--dir {self.folder}"
        if self.result:
            return f"--result {self.result}"
        return f"--launchpad {self.file}" if self.file else ""

    def __str__(self) -> str:
        if self.folder:
            return f"folder {self.folder}"
        if self.result:
            return f"results {self.result}"
        origin = str(self.file) if self.file else "INTERPHASE_MONGODB_URI"
        return f"LaunchPad {self.address} ({origin})"


def find_place(
    folder: Path | None,
    launchpad: Path | None,
    settings: MachineSettings,
    *,
    near: Path | None = None,
) -> Place:
    """Find out where a campaign is kept, from the most explicit to the most general.

    A folder or launchpad file that is given; the settings' launchpad (INTERPHASE_LAUNCHPAD)
    or server (INTERPHASE_MONGODB_URI); FireWorks' own, where FW_CONFIG_FILE names its
    configuration; a launchpad.yaml or my_launchpad.yaml next to the specification or in the
    working directory; FireWorks' own in ~/.fireworks.

    Parameters
    ----------
    folder
        The campaign's folder.
    launchpad
        A launchpad file.
    settings
        Settings of this machine.
    near
        The specification.

    Raises
    ------
    InputError
        Both are given, neither is found, or the launchpad file cannot be used.
    """
    if folder and launchpad:
        msg = "give --dir or --launchpad, not both: a campaign is kept in one place"
        raise InputError(msg)
    if folder:
        return Place(folder=folder)
    if launchpad:
        return _by_file(launchpad)
    if settings.launchpad:
        return _by_file(settings.launchpad)
    if settings.mongodb_uri:
        return Place(address=Address.from_settings(settings))
    if file := _file_that_is_there(near):
        return _by_file_unasked(file)
    msg = (
        "which campaign? Give --dir FOLDER for one that ran on this machine, or "
        "--launchpad FILE (FireWorks' my_launchpad.yaml) for one on a cluster"
    )
    if near:
        msg = (
            "which LaunchPad? Give --launchpad FILE (interphase init cluster writes a template); "
            f"on this machine alone: interphase run {near} --dir FOLDER"
        )
    raise InputError(msg)


@contextmanager
def open_place(
    place: Place, settings: MachineSettings, *, create: bool = False
) -> Iterator[Database]:
    """Open the database of a place.

    Parameters
    ----------
    place
        Where the campaign is kept.
    settings
        Settings of this machine.
    create
        Create what a first campaign needs, such as indexes, if it is missing.

    Raises
    ------
    InputError
        There is no campaign, or the server cannot be used.
    """
    if place.folder:
        with open_database(place.folder, settings, create=create) as database:
            yield database
    elif place.address:
        with open_address(place.address, str(place)) as database:
            if create:
                from workflows.storage.indexes import ensure_indexes

                ensure_indexes(database.mongo, database.launchpad)
            yield database
    else:
        msg = f"{place} are only read: this command needs a campaign, --dir or --launchpad"
        raise InputError(msg)


def _file_that_is_there(near: Path | None) -> Path | None:
    """Look for a launchpad file that was not named."""
    from fireworks import fw_config  # a third of a second, not needed for a folder

    fireworks = Path(fw_config.LAUNCHPAD_LOC) if fw_config.LAUNCHPAD_LOC else None
    if fireworks and os.environ.get("FW_CONFIG_FILE"):
        return fireworks
    folders = [*([near.parent] if near else []), Path.cwd()]
    paths = [folder / name for folder in folders for name in FILE_NAMES]
    return next((path for path in paths if path.is_file()), fireworks)


def _by_file_unasked(file: Path) -> Place:
    """Use a launchpad file that was not named; a beginner may mean a folder instead."""
    try:
        return _by_file(file)
    except InputError as error:
        msg = f"{error}. If the campaign ran on this machine, give --dir FOLDER instead"
        raise InputError(msg) from error


def _by_file(path: Path) -> Place:
    from workflows.storage.launchpad_file import read_launchpad

    path = path.expanduser()
    return Place(file=path, address=read_launchpad(path))


def the_campaign(database: Database, place: Place) -> str:
    """Return the name of the campaign of a place: the one that was submitted there last.

    Raises
    ------
    InputError
        There is none yet.
    """
    last = database.campaigns.find_one({}, {"name": 1}, sort=[("submitted", -1)])
    if last is None:
        verb = "run" if place.folder else "submit"
        msg = f"no campaign in {place} yet; start with interphase {verb} SPEC {place.option}"
        raise InputError(msg)
    return str(last["name"])
