"""Options that several commands have, each declared once, and what they lead to."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console

if TYPE_CHECKING:
    from workflows.storage.campaign_location import Place

Spec = Annotated[
    Path, typer.Argument(metavar="SPEC", help="The campaign's specification, a YAML file.")
]
Folder = Annotated[
    Path, typer.Option("--dir", help="The campaign's folder: database, logs, launches, figures.")
]
SomeFolder = Annotated[
    Path | None, typer.Option("--dir", help="The campaign's folder, if it ran on this machine.")
]
Launchpad = Annotated[
    Path | None,
    typer.Option(
        "--launchpad",
        metavar="FILE",
        help="FireWorks' my_launchpad.yaml, if the campaign is on a cluster. Left out: "
        "INTERPHASE_LAUNCHPAD, a launchpad.yaml here, or FireWorks' own configuration.",
    ),
]
Campaign = Annotated[
    str | None,
    typer.Option("--campaign", metavar="NAME", help="Which one, if the LaunchPad has several."),
]


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

    Written out here: that module imports jobflow, which takes longer than any command's help.
    """

    LANDED = "landed"
    RUNNING = "running"
    QUEUED = "queued"
    WAITING = "waiting"
    FAILED = "failed"
    BLOCKED = "blocked"


def place_of(folder: Path | None, launchpad: Path | None, *, beside: Path | None = None) -> "Place":
    """Find where a campaign is kept: its folder, or the LaunchPad that machines share."""
    from workflows.base.settings import load_settings
    from workflows.storage.campaign_location import find_place

    return find_place(folder, launchpad, load_settings(), beside=beside)


def console(file: TextIO | None = None) -> Console:
    """Give the console of standard output, or of a file."""
    # A pipe or a file has no width to wrap at.
    return Console(file=file, soft_wrap=not (file or sys.stdout).isatty())
