"""Commands that keep a campaign on a cluster going: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from workflows.cli.options import Campaign, Launchpad, SomeFolder
from workflows.terminal.chosen_campaign import place_of
from workflows.terminal.output import console


def dispatch(
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    worker: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="FireWorks' worker file; left out: its configuration's."),
    ] = None,
    queue_template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="FireWorks' queue template; left out: likewise."),
    ] = None,
    launches: Annotated[Path, typer.Option(help="Folder in which jobs are launched.")] = Path(),
    jobs: Annotated[int, typer.Option(min=1, help="Batch jobs in the queue at a time.")] = 50,
    recover_every: Annotated[
        float, typer.Option(min=0, metavar="MINUTES", help="Time between two calls of recover.")
    ] = 10.0,
    notify: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Shell command that gets messages on its standard input: the campaign is over, "
            "the dispatcher has stopped or waits, many steps have failed.",
        ),
    ] = None,
    failures: Annotated[
        int, typer.Option(min=0, metavar="N", help="Tell when more than N steps have failed.")
    ] = 10,
    once: Annotated[bool, typer.Option("--once", help="One round, for cron.")] = False,
) -> None:
    """Submit batch jobs and recover what was lost, until the campaign is over.

    It waits while the database, the queue or the launch folder is away. The steps that end
    workflows run in the dispatcher itself. One dispatcher serves one worker file; a second one is
    refused.

    **Example**: `interphase dispatch --launches ~/launches --notify "mail -s interphase me@x.edu"`
    """
    from workflows.commands.dispatch import DispatchOptions, dispatch_command

    options = DispatchOptions(
        *(worker, queue_template, launches, jobs, recover_every, notify, failures, once)
    )
    raise typer.Exit(dispatch_command(place_of(None, launchpad), campaign, options))


def share(
    command: Annotated[
        list[str], typer.Argument(help="What starts the workers, with its own options.")
    ],
) -> None:
    """Run workers that share one model, so that a GPU computes for all of them at once.

    Crystals for which the workers want forces or energies at the same time are computed in one
    batch; optimizers, files and database stay the workers' own. Engines: chgnet and sevennet. On a
    machine without a GPU, workers with a model each are faster.

    **Examples**

    - `interphase share rlaunch multi 16 --timeout 82800`
    - `interphase share interphase run campaigns/llzo.yaml --dir runs/llzo`
    """
    from workflows.commands.share import share_command

    raise typer.Exit(share_command(command, console=console()))


def pause(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Let a campaign rest: no further step of it starts; what runs may end.

    **Example**: `interphase pause --campaign llzo`
    """
    from workflows.commands.pause import pause_command

    pause_command(place_of(folder, launchpad), campaign, console=console())


def resume(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Let a campaign go on that rests; `submit` does so too.

    **Example**: `interphase resume --campaign llzo`
    """
    from workflows.commands.resume import resume_command

    resume_command(place_of(folder, launchpad), campaign, console=console())


def prioritize(
    priority: Annotated[int, typer.Argument(min=0, max=99, help="0 at first; higher goes first.")],
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
) -> None:
    """Let a campaign go before those of lower priority on its LaunchPad.

    **Example**: `interphase prioritize 5 --campaign llzo`
    """
    from workflows.commands.prioritize import prioritize_command

    prioritize_command(place_of(folder, launchpad), campaign, priority, console=console())


def usage(
    folder: SomeFolder = None, launchpad: Launchpad = None, campaign: Campaign = None
) -> None:
    """Show the core-hours that a campaign has used, by step and outcome, beside the estimate.

    **Example**: `interphase usage --campaign llzo`
    """
    from workflows.commands.usage import usage_command

    usage_command(place_of(folder, launchpad), campaign, console=console())


def backup(
    file: Annotated[Path, typer.Argument(help="A new file, such as llzo.jsonl.gz.")],
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
) -> None:
    """Write a whole database into one file: all campaigns, outputs and results.

    **Example**: `interphase backup llzo.jsonl.gz`
    """
    from workflows.commands.backup import backup_command

    backup_command(place_of(folder, launchpad), file, console=console())


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
) -> None:
    """Fill an empty database, or a new folder, from a backup.

    **Example**: `interphase restore llzo.jsonl.gz --dir runs/copy`
    """
    from workflows.commands.restore import restore_command

    restore_command(place_of(folder, launchpad), file, console=console())


def delete(
    campaign: Annotated[str, typer.Argument(help="Name of the campaign.")],
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    outputs: Annotated[
        bool, typer.Option("--outputs", help="Remove the outputs of its jobs too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, without asking for more.")] = False,
) -> None:
    """Remove a campaign from its database; what other campaigns share with it stays.

    **Example**: `interphase delete llzo --outputs --yes`
    """
    from workflows.commands.delete import delete_command

    place = place_of(folder, launchpad)
    delete_command(place, campaign, outputs=outputs, sure=yes, console=console())
