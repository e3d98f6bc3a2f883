"""The command `interphase`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.errors import InputError

app = typer.Typer(
    name="interphase",
    help="Screen the dopants of a solid electrolyte against a reactive electrode.",
    epilog="Start with: interphase run campaigns/demo.yaml --dir runs/demo",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

Spec = Annotated[Path, typer.Argument(help="The campaign's specification, a YAML file.")]
Folder = Annotated[
    Path, typer.Option("--dir", help="The campaign's folder: database, logs, launches, figures.")
]


class Output(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.command()
def run(
    spec: Spec,
    folder: Folder,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Rockets at a time; one per core if left out.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run what failed again.")] = False,
) -> None:
    """Run a campaign on this machine, from wherever it stands, to its end.

    Interrupted by Ctrl-C, a crash or a reboot, the same command goes on; what has landed is
    not computed again. A finished campaign launches nothing.

    **Example**: `interphase run campaigns/demo.yaml --dir runs/demo`
    """
    from workflows.commands import run_command

    run_command(spec, folder, workers=workers, retry=retry, console=_console())


@app.command()
def plan(
    spec: Spec,
    compounds: Annotated[bool, typer.Option("--compounds", help="List every compound.")] = False,
) -> None:
    """Show what a campaign would compute; nothing is queued.

    **Example**: `interphase plan campaigns/llzo.yaml`
    """
    from workflows.commands import plan_command

    plan_command(spec, list_compounds=compounds, console=_console())


@app.command()
def status(folder: Folder) -> None:
    """Show the state of a campaign: what has landed, what runs, what failed and why.

    **Example**: `interphase status --dir runs/demo`
    """
    from workflows.commands import status_command

    status_command(folder, console=_console())


@app.command()
def query(
    folder: Folder,
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="FIELD OP VALUE with = != < <= > >= ~, all of which must hold."),
    ] = None,
    sort: Annotated[
        str | None, typer.Option(help="Field to sort by; -FIELD for descending.")
    ] = None,
    fields: Annotated[str | None, typer.Option(help="Fields to show, separated by commas.")] = None,
    output: Annotated[Output, typer.Option("--format", help="How to write them.")] = Output.TABLE,
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most this many.")] = None,
) -> None:
    """Query the results of a campaign by any field.

    **Examples**

    - `interphase query --dir runs/demo label=stable --sort=-reaction_energy`
    - `interphase query --dir runs/demo site=Zr 'reaction_energy>-0.5' --fields dopant,products`
    - `interphase query --dir runs/demo 'products~Al' --format json`
    """
    from workflows.commands import query_command

    query_command(
        folder,
        filters or [],
        sort=sort,
        fields=fields.split(",") if fields else None,
        output=output,
        limit=limit,
        console=_console(),
    )


@app.command()
def doctor(
    spec: Annotated[
        Path | None, typer.Argument(help="Also check what this specification needs.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Fetch a mongod if there is none.")] = False,
) -> None:
    """Check this machine: database, engines, disk, keys.

    **Example**: `interphase doctor campaigns/demo.yaml`
    """
    from workflows.commands import doctor_command

    doctor_command(spec, fix=fix, console=_console())


def _console() -> Console:
    return Console()


def main() -> None:
    """Run the command; a user's mistake ends in a message, not in a traceback."""
    try:
        app()
    except InputError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
