"""Where and how answers are written: the console, and the formats that options offer."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from typing import TextIO


class Output(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class SummaryOutput(StrEnum):
    """How a summary is written."""

    TABLE = "table"
    JSON = "json"


class StateName(StrEnum):
    """States of a compound, as `workflows.state.campaign_status.State` has them.

    Repeated here, since that module imports jobflow, which takes longer than any command's help.
    """

    LANDED = "landed"
    RUNNING = "running"
    QUEUED = "queued"
    WAITING = "waiting"
    FAILED = "failed"
    BLOCKED = "blocked"


def console(file: TextIO | None = None) -> Console:
    """Return the console of standard output, or of a file."""
    # A pipe or a file has no width to wrap at.
    return Console(file=file, soft_wrap=not (file or sys.stdout).isatty())
