"""Commands that learn and predict: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.base.errors import InputError
from workflows.cli.options import Campaign, Launchpad, Result, SomeFolder
from workflows.terminal.chosen_campaign import place_of
from workflows.terminal.output import Output, console


def learn(
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    campaign: Campaign = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Try everything: subsets of up to four descriptors, all algorithms, a hundred "
            "permutations. Minutes.",
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed; the specification's if left out.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; one per core if left out.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for figures; `learning` in the campaign's folder if left out."),
    ] = None,
) -> None:
    """Learn from what has landed, show what to believe, and draw figures.

    Believe the scores by element: they show how well the model predicts elements that were never
    computed, beside what the tables give without learning. The leaderboard's scores are the best
    of many trials, partly by luck. docs/learning.md explains both. The training is stored:
    `predict` uses the last one, and the same data and seed give the same numbers.

    **Examples**

    - `interphase learn --dir runs/llzo`
    - `interphase learn --dir runs/llzo --full --seed 1`
    """
    from workflows.commands.learn import learn_command

    learn_command(
        place_of(folder, launchpad),
        campaign,
        full=full,
        seed=seed,
        jobs=jobs,
        output=output,
        console=console(),
    )


def predict(
    element: Annotated[str | None, typer.Argument(metavar="ELEMENT", help="Like Mg.")] = None,
    valence: Annotated[int | None, typer.Argument(metavar="VALENCE", help="Like 2.")] = None,
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="The host ion it replaces, like Li.")
    ] = None,
    x: Annotated[
        float | None,
        typer.Option("--x", help="Atoms per formula unit; that of the training if left out."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="The whole periodic table, on every site.")
    ] = False,
    output: Annotated[Output, typer.Option("--format", help="How to write it.")] = Output.TABLE,
    folder: SomeFolder = None,
    launchpad: Launchpad = None,
    result: Result = None,
    campaign: Campaign = None,
) -> None:
    """Predict if a compound is no worse than the host, and its reaction energy.

    Computed values are shown too, if there are any. Descriptors that are missing, replaced by a
    substitute, or outside the range of the training compounds are named.

    **Examples**

    - `interphase predict Mg 2 Li --dir runs/llzo`
    - `interphase predict Nb 5 Zr --x 0.5 --dir runs/llzo`
    - `interphase predict --all --dir runs/llzo --format csv`
    """
    from workflows.commands.predict import predict_all_command, predict_command

    place = place_of(folder, launchpad, result)
    if everything:
        predict_all_command(place, campaign, output=output, console=console())
        return
    if element is None or valence is None or site is None:
        msg = "give ELEMENT VALENCE SITE, as in: interphase predict Mg 2 Li; or --all"
        raise InputError(msg)
    predict_command(place, campaign, (element, valence, site, x), output=output, console=console())
