"""What `interphase predict` does and shows."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.structures.dopants import Dopant, known_valences
from workflows.base.settings import load_settings
from workflows.cli.options import Output
from workflows.commands.campaign import the_campaign
from workflows.learning.training_documents import last_training
from workflows.storage.campaign_location import open_place
from workflows.terminal.table_style import NULL, STYLES, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database

    Document = Mapping[str, Any]
    Record = dict[str, Any]

_COMPUTED = (Field.REACTION_ENERGY, Field.LABEL, Field.JOB_UUID)
#: A concentration written with three decimals (0.333 for 1/3) is the cell's.
_DECIMALS = 3


def predict_command(
    place: Place,
    campaign: str | None,
    asked: tuple[str, int, str, float | None],
    *,
    output: Output,
    console: Console,
) -> None:
    """Predict one compound, and put beside it what was computed."""
    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        stored = last_training(database, name, {"learnt.model": 1, "table": 1, "trained": 1})
        row = stored["learnt"]["model"]["rows"][0]
        sites = sorted({each["site"] for each in stored["table"]})
        dopant = _dopant(asked, sites, row[Field.CONCENTRATION])
        record = _in_table(stored["table"], dopant) or _predicted(stored, dopant)
        record |= find_computed(database, name, record)
    if output is Output.TABLE:
        _show(record, row[Field.REACTION_ENERGY_HOST], stored, console)
    else:
        _write([record], output)


def predict_all_command(
    place: Place, campaign: str | None, *, output: Output, console: Console
) -> None:
    """Show the last training's predictions of the whole periodic table."""
    with open_place(place, load_settings()) as database:
        name = campaign or the_campaign(database, place)
        stored = last_training(database, name, {"table": 1, "trained": 1, "snapshot": 1})
        records = [row | find_computed(database, name, row) for row in stored["table"]]
    if output is not Output.TABLE:
        _write(records, output)
        return
    for site in dict.fromkeys(row["site"] for row in records):
        console.print(f"\n[bold]On {site}[/], the highest reaction energy first", highlight=False)
        print_table(_table([row for row in records if row["site"] == site]), console)
    console.print(
        f"trained {stored['trained'][:16]}, snapshot {stored['snapshot'][:12]}; what is missing or "
        "outside the compounds learnt from is in --format json",
        highlight=False,
    )


def find_computed(database: Database, campaign: str, record: Document) -> Record:
    """Give what was computed of a compound: `computed_energy`, `computed_label`, `computed_uuid`.

    Of one computed in several ways, that whose charge is balanced.
    """
    found = database.results.find(
        {
            "campaign": campaign,
            Field.DOPANT: record["element"],
            Field.VALENCE: record["valence"],
            Field.SITE: record["site"],
        },
        {**dict.fromkeys((*_COMPUTED, Field.CONCENTRATION, Field.COMPENSATION), 1), "_id": 0},
    )
    same = [
        each
        for each in found
        if round(each[Field.CONCENTRATION], _DECIMALS) == round(record["concentration"], _DECIMALS)
    ]
    same.sort(key=lambda each: each.get(Field.COMPENSATION) != "lithium")
    best = same[0] if same else {}
    names = ("computed_energy", "computed_label", "computed_uuid")
    return {name: best.get(field) for name, field in zip(names, _COMPUTED, strict=True)}


def _in_table(table: Sequence[Document], dopant: Dopant) -> Record | None:
    """Find the prediction that the training made: no model has to be loaded for it."""
    asked = dopant.model_dump(mode="json")
    return next((dict(row) for row in table if asked.items() <= row.items()), None)


def _predicted(stored: Document, dopant: Dopant) -> Record:
    """Predict with the training's model."""
    from analysis.learning.prediction.model_document import from_document
    from analysis.learning.training.training import prediction_record

    (prediction,) = from_document(stored["learnt"]["model"]).predict([dopant])
    return prediction_record(prediction)


def _dopant(
    asked: tuple[str, int, str, float | None], sites: Sequence[str], concentration: float
) -> Dopant:
    """Check what is asked.

    Raises
    ------
    InputError
        There is no such element, valence, site or x.
    """
    element, valence, site, x = asked
    known = known_valences(element)
    if valence not in known:
        listed = ", ".join(f"{each}+" for each in known) or "none"
        msg = f"{element} is never {valence}+; its known valences: {listed}"
        raise InputError(msg)
    if site not in sites:
        msg = f"unknown site {site!r}: the host's sites are {', '.join(sites)}"
        raise InputError(msg)
    try:
        return Dopant(
            element=element,
            valence=valence,
            site=site,
            concentration=concentration if x is None else x,
        )
    except ValidationError as error:
        msg = f"--x {x}: {error.errors()[0]['msg']}"
        raise InputError(msg) from error


def _show(record: Record, host_energy: float, stored: Document, console: Console) -> None:
    name = f"{record['element']}{record['valence']}+ on {record['site']}"
    console.print(f"[bold]{name}[/], x = {record['concentration']:g}", highlight=False)
    chance = record["probability"]
    console.print(
        f"stable:           {'unknown' if chance is None else f'probability {chance:.0%}'}",
        highlight=False,
    )
    console.print(
        f"reaction energy:  {record['reaction_energy']:.3f} eV per f.u., interval "
        f"{record['low']:.3f} to {record['high']:.3f} (undoped host: {host_energy:.3f})",
        highlight=False,
    )
    console.print(f"computed:         {_computed_text(record)}", highlight=False)
    for note in record["notes"]:
        console.print(f"note: {note}", highlight=False, markup=False)
    model = stored["learnt"]["model"]
    console.print(
        f"from {len(model['rows'])} compounds, snapshot {model['snapshot'][:12]}, trained "
        f"{stored['trained'][:16]}",
        highlight=False,
    )


def _computed_text(record: Record) -> str:
    if record["computed_energy"] is None:
        return "not yet"
    seen = ", learnt from: no test of the prediction" if record["learnt_from"] else ""
    label = record["computed_label"] or "no label"
    return f"{record['computed_energy']:.3f} eV per f.u., {label}{seen}"


def _table(records: Sequence[Record]) -> Table:
    table = new_table()
    table.add_column("ion")
    for title in ("stable", "reaction energy", "interval", "computed"):
        table.add_column(title, justify="right")
    table.add_column("label")
    for row in sorted(records, key=lambda each: -each["reaction_energy"]):
        chance, energy, label = row["probability"], row["computed_energy"], row["computed_label"]
        table.add_row(
            f"{row['element']}{row['valence']}+",
            NULL if chance is None else f"{chance:.0%}",
            f"{row['reaction_energy']:.3f}",
            f"{row['low']:.3f} to {row['high']:.3f}",
            NULL if energy is None else f"{energy:.3f}",
            label or NULL,
            style=None if label is None else STYLES.get(label),
        )
    return table


def _write(records: Sequence[Record], output: Output) -> None:
    """Write records for other programs; notes of one record are joined in CSV."""
    if output is Output.JSON:
        print(json.dumps(records, indent=2))  # noqa: T201, for a pipe
        return
    rows = [{**row, "notes": "; ".join(row["notes"])} for row in records]
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
