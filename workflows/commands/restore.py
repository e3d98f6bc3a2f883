"""interphase restore: a database from one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place


def restore_command(place: Place, path: Path, *, console: Console) -> None:
    """Fill an empty database from a file."""
    from workflows.storage.backup_file import read_backup

    with open_place(place, load_settings(), create=True) as database:
        number = read_backup(database, path)
        console.print(f"{place}: {number} documents", highlight=False, soft_wrap=True)
