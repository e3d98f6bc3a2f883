"""interphase predict: a compound that may never have been computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.learning.asked_predictions import predict_asked, predict_everything
from workflows.learning.training_documents import last_training
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.output import Output
from workflows.terminal.prediction_text import predictions_table, show_prediction, write_predictions
from workflows.terminal.table_style import print_table

if TYPE_CHECKING:
    from rich.console import Console

    from workflows.storage.campaign_location import Place


def predict_command(
    place: Place,
    campaign: str | None,
    asked: tuple[str, int, str, float | None],
    *,
    output: Output,
    console: Console,
) -> None:
    """Predict one compound, and show computed values with it."""
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        found = predict_asked(database, name, asked)
    if output is Output.TABLE:
        show_prediction(found.record, found.host_energy, found.training, console)
    else:
        write_predictions([found.record], output)


def predict_all_command(
    place: Place, campaign: str | None, *, output: Output, console: Console
) -> None:
    """Show the last training's predictions of the whole periodic table."""
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        stored = last_training(database, name, {"table": 1, "trained": 1, "snapshot": 1})
        records = predict_everything(database, name, stored["table"])
    if output is not Output.TABLE:
        write_predictions(records, output)
        return
    for site in dict.fromkeys(row["site"] for row in records):
        console.print(f"\n[bold]On {site}[/], the highest reaction energy first", highlight=False)
        print_table(predictions_table([row for row in records if row["site"] == site]), console)
    console.print(
        f"trained {stored['trained'][:16]}, snapshot {stored['snapshot'][:12]}; what is missing or "
        "outside the compounds learnt from is in --format json",
        highlight=False,
    )
