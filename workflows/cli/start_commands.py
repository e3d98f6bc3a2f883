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


def entries(
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, .json or .json.gz.")
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[INPUT]...",
            help="JSON files of pymatgen's entries; with --engine crystals: CIF, POSCAR or JSON.",
        ),
    ] = None,
    elements: Annotated[
        str | None,
        typer.Option("--elements", help="Take all phases of these elements, such as Li,P,S,Mg."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            help="Where --elements come from: table (Materials Project 2019, in the package), or "
            "materials_project (today's, with your key in MP_API_KEY).",
        ),
    ] = "table",
    engine: Annotated[
        str | None,
        typer.Option("--engine", help="A force field that relaxes the crystals: chgnet."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the engine; repeatable."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Make a file of reference phases, for `reference_phases: {source: file, path: FILE}`.

    Most hosts need none: the built-in table holds the phases of all elements. A file is for phases
    that the table lacks, for energies of your own, or to work without a network.

    - **From the table or the Materials Project**: `--elements`. Elements and binaries come with
      their crystals, through which a force field's energies are aligned.
    - **From your own calculations**: a JSON list of `ComputedEntry` or `ComputedStructureEntry`, as
      pymatgen, atomate2 and the Materials Project's client write it.
    - **From crystals**: `--engine` relaxes each, and the crystals of their elements. All competing
      phases have to be among them: a phase that is missing cannot form.

    Inputs can be combined if they are on one energy scheme; two schemes are refused, with both
    names. Every entry is checked before the file is written.

    **Examples**

    - `interphase entries entries.json.gz --elements Na,Zr,Si,P,O,Mg`
    - `interphase entries today.json.gz --elements Li,P,S --source materials_project`
    - `interphase entries all.json.gz mine.json --elements Li,Y,Cl --source materials_project`
    - `interphase entries computed.json.gz li2o.cif li2o2.cif --engine chgnet`
    """
    from workflows.base.assignments import read_assignments
    from workflows.commands.entries import entries_command
    from workflows.results.files import require_free

    if target not in (files or []):  # which has an answer of its own
        require_free(target, overwrite=force)
    entries_command(
        target,
        files or [],
        elements=elements,
        source=source,
        engine=engine,
        settings=read_assignments(settings or []),
        console=console(),
    )
