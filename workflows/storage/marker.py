"""A campaign folder's note on where its campaign is kept, so that there is only one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from workflows.storage.connection import database_name, hosts
from workflows.storage.locks import make_folder

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.base.settings import MachineSettings

MARKER = "interphase.json"


@dataclass(frozen=True)
class Home:
    """Place where a campaign is kept, without passwords: "private", or hosts and database."""

    place: str

    def __str__(self) -> str:
        return "its own private database" if self.place == "private" else f"MongoDB {self.place}"


def home_of(settings: MachineSettings) -> Home:
    """Return where these settings keep a campaign."""
    if settings.mongodb_uri is None:
        return Home("private")
    return Home(f"{hosts(settings.mongodb_uri)}/{database_name(settings)}")


def check_marker(run_dir: Path, home: Home, *, create: bool) -> None:
    """Refuse a folder without a campaign, or with one that is kept elsewhere.

    Parameters
    ----------
    run_dir
        The campaign's folder.
    home
        Where the settings keep campaigns.
    create
        A folder without a campaign is prepared for one.

    Raises
    ------
    InputError
        The folder is refused, or cannot be read or created.
    """
    if create:
        make_folder(run_dir)
    kept = _read_marker(run_dir)
    if kept is None and not create:
        if (run_dir / "manifest.json").is_file():
            msg = f"{run_dir} is a folder of results, without a database: give --result {run_dir}"
            raise InputError(msg)
        msg = f"no campaign in {run_dir}; start with interphase run SPEC --dir {run_dir}"
        raise InputError(msg)
    if kept and kept != home:
        msg = (
            f"the campaign in {run_dir} is kept in {kept}, but the settings name {home}: change "
            "INTERPHASE_MONGODB_URI or INTERPHASE_DATABASE back, or choose another folder"
        )
        raise InputError(msg)


def _read_marker(run_dir: Path) -> Home | None:
    path = run_dir / MARKER
    try:
        return Home(json.loads(path.read_text())["kept_in"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        msg = f"{path} cannot be read ({error}): is {run_dir} a campaign's folder?"
        raise InputError(msg) from error


def write_marker(run_dir: Path, home: Home) -> None:
    """Note where the campaign of a folder is kept."""
    new = run_dir / f"{MARKER}.new"
    new.write_text(json.dumps({"kept_in": home.place}) + "\n")
    new.replace(run_dir / MARKER)
