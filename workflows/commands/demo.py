"""interphase demo: thirteen dopants of LLZO on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.base.shipped_files import shipped
from workflows.storage.locks import make_folder

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def demo_command(folder: Path, *, console: Console) -> Path:
    """Put the demo's specification into its folder, and return its path."""
    make_folder(folder)
    spec = folder / "demo.yaml"
    if not spec.exists():
        spec.write_bytes(shipped("campaigns/demo.yaml").read_bytes())
    console.print(f"interphase run {spec} --dir {folder}", highlight=False, markup=False)
    return spec
