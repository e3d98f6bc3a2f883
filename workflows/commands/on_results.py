"""Commands that ask for results: their options and help."""

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
