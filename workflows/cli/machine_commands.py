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


def calibrate(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="A force field, by its name.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the engine; repeatable."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder of the table; by default your tables'.")
    ] = None,
) -> None:
    """Measure an engine's error, so that campaigns with it have uncertainties.

    It computes 1,400 crystals of the reference table and relaxes a dozen garnets: minutes to an
    hour. Interrupted, it goes on where it was.

    **Examples**

    - `interphase calibrate sevennet`
    - `interphase calibrate sevennet --set model=7net-l3i5`
    """
    from workflows.commands.calibrate import calibrate_command

    calibrate_command(engine, settings or [], to, console=console())
