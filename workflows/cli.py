"""The command `interphase`."""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.markup import escape

from analysis.errors import InputError

if TYPE_CHECKING:
    from workflows.place import Place

app = typer.Typer(
    name="interphase",
    help="Screen the dopants of a solid electrolyte against a reactive electrode.",
    epilog="Start with: interphase run campaigns/demo.yaml --dir runs/demo",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

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
    not computed again. A finished campaign launches nothing. The exit status is 1 if a
    compound failed: the others have landed, and `--retry` runs again what failed.

    **Example**: `interphase run campaigns/demo.yaml --dir runs/demo`
    """
    from workflows.commands import run_command

    status = run_command(spec, folder, workers=workers, retry=retry, console=_console())
    raise typer.Exit(status)


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
def submit(
    spec: Spec,
    launchpad: Launchpad = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added; write nothing.")
    ] = False,
    redo: Annotated[
        list[str] | None,
        typer.Option(metavar="FILTER", help="Compute these compounds again; a filter as in query."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Queue although a check fails or cannot be made here.")
    ] = False,
) -> None:
    """Add a campaign to the LaunchPad of a cluster: what is missing, each thing once.

    Only workflows whose parents have landed are added; the last step of every workflow adds
    those that waited for it, as do `submit` and `advance`.

    **Examples**

    - `interphase submit campaigns/llzo.yaml --launchpad ~/.fireworks/my_launchpad.yaml --dry-run`
    - `interphase submit campaigns/llzo.yaml --redo dopant=Al --redo site=Li`
    """
    from workflows.cluster_commands import submit_command

    place = _place(None, launchpad, beside=spec)
    submit_command(spec, place, redo=redo or [], dry_run=dry_run, force=force, console=_console())


@app.command()
def advance(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Store results that have landed and add what has become ready; safe at any time.

    **Example**: `interphase advance --launchpad ~/.fireworks/my_launchpad.yaml`
    """
    from workflows.cluster_commands import advance_command

    advance_command(_place(folder, launchpad), campaign, console=_console())


@app.command()
def recover(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    classes: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="CLASS,...",
            help="Failures that run again, as `status` names them, or `all`. "
            "Left out: walltime, node, memory, database.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")
    ] = False,
) -> None:
    """Run again what was lost or failed; what has landed stays. Safe while others work.

    A run is lost if its queue (or, on this machine, its process id) says so. VASP goes on from
    its last geometry; a VASP run that is complete on disk is read, not repeated. A step that
    fails for the same reason again and again is left failed.

    **Examples**

    - `interphase recover --launchpad ~/.fireworks/my_launchpad.yaml --dry-run`
    - `interphase recover --class walltime,potcar`
    """
    from workflows.recover_command import recover_command

    place = _place(folder, launchpad)
    recover_command(place, campaign, classes=classes, dry_run=dry_run, console=_console())


@app.command()
def webgui(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 5000,
) -> None:
    """Serve FireWorks' web GUI on a campaign's LaunchPad, behind a password.

    User and password come from FWAPP_AUTH_USERNAME and FWAPP_AUTH_PASSWORD; without them a
    password is made and printed.

    **Example**: `interphase webgui --dir runs/demo`
    """
    from workflows.cluster_commands import webgui_command

    webgui_command(_place(folder, launchpad), campaign, host=host, port=port, console=_console())


@app.command()
def status(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Show the state of a campaign: what has landed, what runs, what failed and why.

    **Example**: `interphase status --dir runs/demo`
    """
    from workflows.commands import status_command

    status_command(_place(folder, launchpad), campaign, console=_console())


@app.command()
def query(
    filters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILTER",
            help="FIELD OP VALUE with = != < <= > >= ~, all of which must hold.",
        ),
    ] = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
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
        _place(folder, launchpad),
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
        Path | None,
        typer.Argument(metavar="SPEC", help="Also check what this specification needs."),
    ] = None,
    launchpad: Launchpad = None,
    fix: Annotated[bool, typer.Option("--fix", help="Fetch a mongod if there is none.")] = False,
) -> None:
    """Check what a campaign needs: database, engines, potentials, queue, disk, keys.

    With --launchpad also what a cluster needs.

    **Examples**

    - `interphase doctor campaigns/demo.yaml`
    - `interphase doctor campaigns/llzo.yaml --launchpad ~/.fireworks/my_launchpad.yaml`
    """
    from workflows.commands import doctor_command

    place = _place(None, launchpad) if launchpad else None
    doctor_command(spec, place, fix=fix, console=_console())


def _place(folder: Path | None, launchpad: Path | None, *, beside: Path | None = None) -> "Place":
    from workflows.place import find_place
    from workflows.settings import load_settings

    return find_place(folder, launchpad, load_settings(), beside=beside)


def _console(file: TextIO | None = None) -> Console:
    # A pipe or a file has no width to wrap at.
    return Console(file=file, soft_wrap=not (file or sys.stdout).isatty())


def main() -> None:
    """Run the command; a user's mistake ends in a message, not in a traceback."""
    _end_like_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    try:
        app()
    except InputError as error:
        console = _console(sys.stderr)
        console.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)


def _end_like_ctrl_c(*signals: signal.Signals) -> None:
    """Let these signals stop workers and database, unless they are ignored (nohup)."""
    for number in signals:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
