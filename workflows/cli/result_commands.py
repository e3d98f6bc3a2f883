"""Commands that query results: their options and help."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflows.cli.options import Campaign, Launchpad, Result, SomeFolder
from workflows.terminal.chosen_campaign import find_campaign, place_of
from workflows.terminal.output import Output, StateName, SummaryOutput, console

if TYPE_CHECKING:
    from workflows.results.question import Question

Filters = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILTER",
        help="FIELD OP VALUE with = != < <= > >= ~ !~, all of which must hold.",
    ),
]
Sort = Annotated[str | None, typer.Option(help="Field to sort by; -FIELD for descending.")]
Fields = Annotated[
    str | None,
    typer.Option(help="Fields to show, separated by commas; +FIELD adds to the usual ones."),
]
Limit = Annotated[int | None, typer.Option(min=1, help="At most this many.")]


def query(
    filters: Filters = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    result: Result = None,
    sort: Sort = None,
    fields: Fields = None,
    output: Annotated[Output, typer.Option("--format", help="How to write them.")] = Output.TABLE,
    limit: Limit = None,
    count: Annotated[bool, typer.Option("--count", help="Print only their number.")] = False,
    state: Annotated[
        list[StateName] | None,
        typer.Option(help="Compounds in this state, with or without a result; may be repeated."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="What failed and why: --state failed --state blocked.")
    ] = False,
) -> None:
    """Query the results of a campaign by any field.

    **Examples**

    - `interphase query --dir runs/demo label=resists --sort=-reaction_energy`
    - `interphase query --dir runs/demo site=Zr label=resists 'migration_barrier<0.4'`
    - `interphase query --dir runs/demo 'alloys~Zr' --fields +alloys`
    - `interphase query --dir runs/demo 'stored>=7d'`
    - `interphase query --dir runs/demo --failed`
    """
    from workflows.commands.query import count_command, query_command, state_command

    place, question = (
        place_of(folder, launchpad, result),
        _question(_of(campaign, filters), sort, fields, limit),
    )
    states = [*(state or []), *((StateName.FAILED, StateName.BLOCKED) if failed else ())]
    if states:
        state_command(place, question, states, output=output, console=console())
    elif count:
        count_command(place, question, console=console())
    else:
        query_command(place, question, output=output, console=console())


def export(
    filters: Filters = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write: .csv, .jsonl or .parquet."),
    ] = None,
    structures: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the relaxed cells, one CIF each."),
    ] = None,
    everything: Annotated[
        Path | None,
        typer.Option(
            "--all",
            metavar="FOLDER",
            help="Folder for everything: results, paths, cells, training, and a manifest. "
            "`--result FOLDER` reads it without a database.",
        ),
    ] = None,
    mpcontribs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for MPContribs' client: .json."),
    ] = None,
    campaign: Campaign = None,
    sort: Sort = None,
    fields: Fields = None,
    limit: Limit = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write results to a file for other programs, and their structures as CIF files.

    **Examples**

    - `interphase export --dir runs/demo --output demo.csv`
    - `interphase export --dir runs/demo label=resists --output demo.parquet --structures cifs`
    - `interphase export --dir runs/demo --all demo-results`
    - `interphase export --dir runs/demo --mpcontribs contributions.json`
    """
    from workflows.commands.export import Targets, export_all_command, export_command

    place, question = (
        place_of(folder, launchpad, result),
        _question(filters if everything else _of(campaign, filters), sort, fields, limit),
    )
    if everything:
        export_all_command(place, campaign, question, everything, force=force, console=console())
    if everything and not (output or structures or mpcontribs):
        return
    export_command(
        place,
        question,
        Targets(output, structures, mpcontribs),
        force=force,
        console=console(),
    )


def shortlist(
    filters: Filters = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="CRITERION=NUMBER", help="Weight of a criterion; several times."),
    ] = None,
    front: Annotated[
        str | None,
        typer.Option(metavar="CRITERION,...", help="Criteria of the Pareto front."),
    ] = None,
    lithium: Annotated[
        str | None,
        typer.Option(
            metavar="LOW:HIGH", help="Mobile ions per formula unit in which the host conducts."
        ),
    ] = None,
    limit: Limit = None,
    output: Annotated[Output, typer.Option("--format", help="How to write it.")] = Output.TABLE,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw the map of the dopants: .png, .svg or .pdf."),
    ] = None,
) -> None:
    """Rank the dopants to make: does it resist, does it dissolve, and what else counts.

    Criteria are resists, dissolves, lithium, barrier, insulation, abundance and hazard; the
    specification's `shortlist` or the options set their weights. Both probabilities are those of
    the results. No compound beats those of the Pareto front in every one of its criteria. The
    table shows the best 10, other formats all.

    **Examples**

    - `interphase shortlist --dir runs/demo --figure map.png`
    - `interphase shortlist --dir runs/demo site=La --weight lithium=0 --limit 5`
    - `interphase shortlist --dir runs/demo --front resists,dissolves --format csv`
    """
    from workflows.commands.shortlist import CriteriaChanges, shortlist_command

    shortlist_command(
        place_of(folder, launchpad, result),
        campaign,
        _question(filters, None, None, limit),
        changes=CriteriaChanges(weight or (), front, lithium),
        output=output,
        figure=figure,
        console=console(),
    )


def compare(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A folder, or `llzo`.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another.")],
    output: Annotated[Output, typer.Option("--format", help="How to write it.")] = Output.TABLE,
) -> None:
    """Compare two campaigns or folders of results: labels and reaction energies that changed.

    **Example**: `interphase compare llzo runs/demo`
    """
    from workflows.commands.compare import compare_command

    compare_command(first, second, output=output, console=console())


def summary(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
    output: Annotated[
        SummaryOutput, typer.Option("--format", help="How to write it.")
    ] = SummaryOutput.TABLE,
) -> None:
    """Count what a campaign has found: classes per site, filter, passivation, notes by kind.

    Also the most favourable site of every ion that was computed on several, with the margin to
    the next and the finding of experiment.

    **Example**: `interphase summary --dir runs/demo`
    """
    from workflows.commands.summary import summary_command

    summary_command(place_of(folder, launchpad, result), campaign, output=output, console=console())


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
        float, typer.Option(min=0, help="Node-hours in all, with host and reference crystals.")
    ],
    output: Annotated[Path, typer.Option(help="The specification to write.")] = Path("vasp.yaml"),
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Choose the compounds that deserve VASP, and write a specification that computes them.

    Those are undecided, near a boundary of the label, or promising; docs/science.md has the
    score that ranks them. In a running campaign, those that have landed are judged.

    **Examples**

    - `interphase triage runs/demo --budget 100 --output demo-vasp.yaml`
    - `interphase triage campaigns/llzo.yaml --budget 2000 --launchpad my_launchpad.yaml`
    """
    from workflows.commands.triage import triage_command

    place, name = find_campaign(source, launchpad, campaign)
    triage_command(place, name, budget=budget, output=output, force=force, console=console())


def explain(
    filters: Filters = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    result: Result = None,
    sort: Sort = None,
    limit: Limit = None,
) -> None:
    """Explain the label of compounds: the host, the uncertainty, the reaction step by step.

    **Example**: `interphase explain --dir runs/demo dopant=Al`
    """
    from workflows.commands.explain import explain_command

    question = _question(_of(campaign, filters), sort, None, limit)
    explain_command(place_of(folder, launchpad, result), question, console=console())


def provenance(
    filters: Filters = None,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    limit: Limit = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write them as JSON.")] = False,
) -> None:
    """Show where results come from: jobs, Fireworks, engine, phases, specification.

    **Example**: `interphase provenance --dir runs/demo dopant=Al`
    """
    from workflows.commands.provenance import provenance_command

    question = _question(_of(campaign, filters), None, None, limit)
    provenance_command(place_of(folder, launchpad), question, as_json=as_json, console=console())


def build(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every result, not only missing and old ones.")
    ] = False,
) -> None:
    """Bring the results up to date with the job store, and to today's schema.

    A campaign does this automatically; this command is for results of an older version, or that
    were removed. It may run at any time, and any number of times.

    **Example**: `interphase build --dir runs/demo`
    """
    from workflows.commands.build import build_command

    place = place_of(folder, launchpad)
    raise typer.Exit(build_command(place, campaign, everything=everything, console=console()))


def _of(campaign: str | None, filters: list[str] | None) -> list[str]:
    """Ask for one campaign of those that share a database."""
    return [*([f'campaign="{campaign}"'] if campaign else []), *(filters or [])]


def _question(
    filters: list[str] | None, sort: str | None, fields: str | None, limit: int | None
) -> "Question":
    from workflows.results.question import Question

    return Question(
        filters=filters or [],
        sort=sort,
        fields=fields.split(",") if fields else None,
        limit=limit,
    )
