"""Options that several commands have, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

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
Result = Annotated[
    str | None,
    typer.Option(
        "--result",
        metavar="FOLDER",
        help="A folder written by `export --all`, opened without a database; `llzo` "
        "comes with the package.",
    ),
]
