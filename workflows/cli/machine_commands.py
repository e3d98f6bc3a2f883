"""Commands that look at the machine: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from workflows.cli.options import Launchpad
from workflows.terminal.chosen_campaign import place_of
from workflows.terminal.output import console


def doctor(
    spec: Annotated[
        Path | None,
        typer.Argument(metavar="SPEC", help="Also check what this specification needs."),
    ] = None,
    launchpad: Launchpad = None,
    fix: Annotated[bool, typer.Option("--fix", help="Fetch a mongod if there is none.")] = False,
) -> None:
    """Check what a campaign needs: database, engines, potentials, queue, disk, keys.

    With --launchpad, also check what a cluster needs.

    **Examples**

    - `interphase doctor campaigns/demo.yaml`
    - `interphase doctor campaigns/llzo.yaml --launchpad ~/.fireworks/my_launchpad.yaml`
    """
    from workflows.commands.doctor import doctor_command

    place = place_of(None, launchpad) if launchpad else None
    doctor_command(spec, place, fix=fix, console=console())
