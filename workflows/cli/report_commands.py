"""Commands that show a campaign: their options and help."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workflows.cli.options import Campaign, Launchpad, Result, SomeFolder
from workflows.terminal.chosen_campaign import place_of
from workflows.terminal.output import console


class FigureFormat(StrEnum):
    """Kinds of figure files."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def report(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")
    ] = Path("report.html"),
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve it on this machine and follow the campaign.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")
    ] = 5000,
) -> None:
    """Write the report of a campaign: one HTML file, readable anywhere without a network.

    It shows what has landed, also while the campaign runs. With --serve it follows the campaign,
    next to FireWorks' web GUI and behind the same password; only this machine can connect. User
    and password come from FWAPP_AUTH_USERNAME and FWAPP_AUTH_PASSWORD; without them a password is
    generated and printed.

    **Examples**

    - `interphase report --dir runs/demo --output demo.html`
    - `interphase report --dir runs/demo --serve`
    """
    from workflows.commands.report import report_command, serve_command

    place = place_of(folder, launchpad, result)
    if serve:
        serve_command(place, campaign, port=port, console=console())
    else:
        report_command(place, campaign, output=output, console=console())


def figures(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder for the files.")
    ],
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
    form: Annotated[
        FigureFormat, typer.Option("--format", help="Kind of the files.")
    ] = FigureFormat.PNG,
    paths: Annotated[
        bool,
        typer.Option(
            "--paths/--no-paths",
            help="Also the reaction path of every compound, before the cloud of other reactions.",
        ),
    ] = True,
) -> None:
    """Write every figure of the report as a file, for a paper.

    **Example**: `interphase figures --dir runs/demo --output figures --format pdf`
    """
    from workflows.commands.figures import figures_command

    place = place_of(folder, launchpad, result)
    figures_command(
        place, campaign, output=output, suffix=form.value, paths=paths, console=console()
    )


def optimade(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")
    ] = 5000,
) -> None:
    """Serve the results as an OPTIMADE database, which other programs of the field query.

    It serves the relaxed cells that had landed when it started, with every field of a result under
    the prefix `_interphase_`. It is read-only and has no password: every user of this machine can
    read it, and nobody else.

    **Examples**

    - `interphase optimade --dir runs/demo`
    - `interphase optimade --result llzo`
    """
    from workflows.commands.optimade import optimade_command

    optimade_command(place_of(folder, launchpad, result), campaign, port=port, console=console())
