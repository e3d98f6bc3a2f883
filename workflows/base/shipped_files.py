"""Files that come with the package: campaigns to start from, templates of a cluster, results."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

#: Folders of the reference results, by the name that `--result` takes.
SHIPPED_RESULTS: Final = {"llzo": "results/llzo-chgnet"}


def shipped(name: str) -> Path:
    """Return the path of a file or folder that comes with the package: ``campaigns/demo.yaml``."""
    return Path(str(resources.files("workflows.base") / "shipped" / name))
