"""Commands that look at the machine: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from workflows.cli.options import Launchpad
from workflows.terminal.chosen_campaign import shared_place
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

    If --launchpad, INTERPHASE_LAUNCHPAD or FW_CONFIG_FILE names a LaunchPad, also check what a
    cluster needs. pre_rocket of the queue template then runs here, in an empty folder, and the
    queue is asked whether it would take the job.

    **Examples**

    - `interphase doctor campaigns/demo.yaml`
    - `interphase doctor campaigns/llzo.yaml --launchpad ~/.fireworks/my_launchpad.yaml`
    """
    from workflows.commands.doctor import doctor_command

    doctor_command(spec, shared_place(launchpad), fix=fix, console=console())
