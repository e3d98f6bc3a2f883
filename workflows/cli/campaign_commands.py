"""Commands that start, continue and watch a campaign: their options and help."""

from typing import Annotated

import typer

from workflows.cli.options import Campaign, Folder, Launchpad, SomeFolder, Spec
from workflows.terminal.chosen_campaign import place_of
from workflows.terminal.output import Output, console


def run(
    spec: Spec,
    folder: Folder,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Rockets at a time; one per core if left out.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run failed steps again.")] = False,
) -> None:
    """Run or resume a campaign on this machine, to its end.

    After Ctrl-C, a crash or a reboot, the same command resumes; what has landed is not
    computed again. A finished campaign launches nothing. The exit status is 1 if a
    compound failed: the others have landed, and `--retry` runs the failed steps again.

    **Example**: `interphase run campaigns/demo.yaml --dir runs/demo`
    """
    from workflows.commands.run import run_command

    status = run_command(spec, folder, workers=workers, retry=retry, console=console())
    raise typer.Exit(status)


def plan(
    spec: Spec,
    compounds: Annotated[bool, typer.Option("--compounds", help="List every compound.")] = False,
) -> None:
    """Show what a campaign would compute; nothing is queued.

    **Example**: `interphase plan campaigns/llzo.yaml`
    """
    from workflows.commands.plan import plan_command

    plan_command(spec, list_compounds=compounds, console=console())


def pairs(
    spec: Spec,
    number: Annotated[int, typer.Option("--limit", min=1, help="Pairs to show.")] = 20,
    output: Annotated[Output, typer.Option("--format", help="How to write it.")] = Output.TABLE,
) -> None:
    """Rank pairs of dopants on two sites by what lithium does and by lithium content.

    From the reference phases alone, nothing is relaxed. The specification's `explore` names
    sites, elements and amounts (left out: all, x = 0.25, 0.5 and 1), its `shortlist` the
    weights. `explore: {pairs: 10}` adds the best ten to the campaign.

    **Example**: `interphase pairs campaigns/llzo.yaml --limit 10`
    """
    from workflows.commands.pairs import pairs_command

    pairs_command(spec, number=number, output=output, console=console())


def submit(
    spec: Spec,
    launchpad: Launchpad = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added; write nothing.")
    ] = False,
    redo: Annotated[
        list[str] | None,
        typer.Option(metavar="FILTER", help="Recompute these compounds; a filter as in query."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Queue even if a check fails or is impossible here.")
    ] = False,
) -> None:
    """Add a campaign to the LaunchPad of a cluster: what is missing, each thing once.

    Only workflows whose parents have landed are added; the last step of every workflow adds
    those that waited for it, as do `submit` and `advance`.

    **Examples**

    - `interphase submit campaigns/llzo.yaml --launchpad ~/.fireworks/my_launchpad.yaml --dry-run`
    - `interphase submit campaigns/llzo.yaml --redo dopant=Al --redo site=Li`
    """
    from workflows.commands.submit import submit_command

    place = place_of(None, launchpad, near=spec)
    submit_command(spec, place, redo=redo or [], dry_run=dry_run, force=force, console=console())


def advance(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Store results that have landed and add what has become ready; safe at any time.

    **Example**: `interphase advance --launchpad ~/.fireworks/my_launchpad.yaml`
    """
    from workflows.commands.advance import advance_command

    advance_command(place_of(folder, launchpad), campaign, console=console())


def recover(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    classes: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="CLASS,...",
            help="Failures to run again, as `status` names them, or `all`. "
            "Left out: walltime, node, memory, database.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")
    ] = False,
) -> None:
    """Run lost and failed steps again; what has landed stays. Safe while others work.

    A run is lost if its queue (or, on this machine, its process id) says so. VASP continues from
    its last geometry; a VASP run that is complete on disk is read, not repeated. A step that
    fails for the same reason too often is left failed.

    **Examples**

    - `interphase recover --launchpad ~/.fireworks/my_launchpad.yaml --dry-run`
    - `interphase recover --class walltime,potcar`
    """
    from workflows.commands.recover import recover_command

    place = place_of(folder, launchpad)
    recover_command(place, campaign, classes=classes, dry_run=dry_run, console=console())


def webgui(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 5000,
) -> None:
    """Serve FireWorks' web GUI on a campaign's LaunchPad, behind a password.

    User and password come from FWAPP_AUTH_USERNAME and FWAPP_AUTH_PASSWORD; without them a
    password is generated and printed.

    **Example**: `interphase webgui --dir runs/demo`
    """
    from workflows.commands.webgui import webgui_command

    webgui_command(place_of(folder, launchpad), campaign, host=host, port=port, console=console())


def status(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Show the state of a campaign: what has landed, what runs, what failed and why.

    **Example**: `interphase status --dir runs/demo`
    """
    from workflows.commands.status import status_command

    status_command(place_of(folder, launchpad), campaign, console=console())
