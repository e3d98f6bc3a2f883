"""Execute the notebooks of docs/ and keep what they show: `make docs` does so, and a test in CI."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient

QUERY = Path(__file__).with_name("query.ipynb")
NOTEBOOKS = sorted(QUERY.parent.glob("*.ipynb"))

_SECONDS = 120  # for one cell; the slowest takes 2


def executed(path: Path, replacements: dict[str, str] | None = None) -> Any:
    """Execute a notebook in its folder.

    Parameters
    ----------
    path
        The notebook.
    replacements
        Lines of its code and what takes their place.

    Returns
    -------
    The notebook with the outputs of today, without the times and versions that differ with every
    machine.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in code_cells(notebook):
        for old, new in (replacements or {}).items():
            cell.source = cell.source.replace(old, new)
    with TemporaryDirectory(prefix="ip-") as private:
        NotebookClient(
            notebook,
            km=_kernel_manager(Path(private)),
            timeout=_SECONDS,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
        ).execute(env=os.environ | {"PYTHONWARNINGS": "ignore"})  # with folders in them
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def _kernel_manager(private: Path) -> AsyncKernelManager:
    """Have the kernel listen on sockets in a private folder, and on no port."""
    return AsyncKernelManager(
        kernel_name="python3", transport="ipc", connection_file=str(private / "kernel.json")
    )


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that are executed."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: Any) -> list[str]:
    """Return what a cell shows, as text: a picture's bytes differ from machine to machine."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]


if __name__ == "__main__":
    for path in NOTEBOOKS:
        nbformat.write(executed(path), path)
