"""Commands of the first hour: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from workflows.terminal.output import console


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Folder for the demo's campaign.")] = Path(
        "runs/demo"
    ),
) -> None:
    """Run the demo: thirteen dopants of LLZO, 1 to 2 minutes on 2 cores.

    It is a campaign like any other: query it, report on it, and resume it with the same command.

    **Example**: `interphase demo`
    """
    from workflows.commands.demo import demo_command
    from workflows.commands.run import run_command

    spec = demo_command(folder, console=console())
    status = run_command(spec, folder, workers=None, retry=False, console=console())
    console().print(
        "The whole periodic table, computed already: interphase report --result llzo",
        highlight=False,
    )
    raise typer.Exit(status)


def init(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="demo, llzo, cluster or host.")
    ] = "demo",
    crystal: Annotated[
        Path | None,
        typer.Argument(metavar="[CIF]", help="With host: a CIF, POSCAR or pymatgen's JSON."),
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", help="Folder for the files.")] = Path(),
) -> None:
    """Write commented files to start from: a campaign, or the configuration of a cluster.

    **Examples**

    - `interphase init`
    - `interphase init cluster --dir ~`
    - `interphase init host my.cif`
    """
    from workflows.commands.init import init_command

    init_command(topic, crystal, folder, console=console())
