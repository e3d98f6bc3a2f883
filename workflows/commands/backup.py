"""interphase backup: a database in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from workflows.storage.campaign_location import Place


def backup_command(place: Place, path: Path, *, console: Console) -> None:
    """Write a database into a file."""
    from workflows.storage.backup_file import write_backup

    with open_place(place, load_settings()) as database:
        number = write_backup(database, path)
        size = path.stat().st_size / 1e6
        console.print(f"{path}: {number} documents, {size:.1f} MB", highlight=False)
