"""Commands that ask for results: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from workflows.commands.options import (
    Campaign,
    Launchpad,
    Output,
    SomeFolder,
    SummaryOutput,
    console,
    place_of,
)


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
    from workflows.commands.campaign import query_command

    query_command(
        place_of(folder, launchpad),
        filters or [],
        sort=sort,
        fields=fields.split(",") if fields else None,
        output=output,
        limit=limit,
        console=console(),
    )


def summary(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    output: Annotated[
        SummaryOutput, typer.Option("--format", help="How to write it.")
    ] = SummaryOutput.TABLE,
) -> None:
    """Count what a campaign has found: classes per site, filter, passivation, notes by kind.

    Also the most favourable site of every ion that was computed on several, with the margin to
    the next, beside what experiment found.

    **Example**: `interphase summary --dir runs/demo`
    """
    from workflows.commands.summary import summary_command

    summary_command(place_of(folder, launchpad), campaign, output=output, console=console())


def triage(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC_OR_DIR",
            help="The force-field campaign: its folder, or its specification if it is on a "
            "LaunchPad.",
        ),
    ],
    budget: Annotated[
        float, typer.Option(min=0, help="Node-hours for all, host and reference crystals too.")
    ],
    output: Annotated[Path, typer.Option(help="The specification to write.")] = Path("vasp.yaml"),
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Choose the compounds that deserve VASP, and write a specification that computes them.

    Those are undecided, near a boundary of the label, or promising; docs/science.md has the
    score that ranks them. Of a campaign that still runs, those that have landed are judged.

    **Examples**

    - `interphase triage runs/demo --budget 100 --output vasp.yaml`
    - `interphase triage campaigns/llzo.yaml --budget 2000 --launchpad my_launchpad.yaml`
    """
    from workflows.commands.triage import find_campaign, triage_command

    place, name = find_campaign(source, launchpad, campaign)
    triage_command(place, name, budget=budget, output=output, force=force, console=console())
