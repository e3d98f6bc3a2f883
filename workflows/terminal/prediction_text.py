"""Predictions with what was computed, in the terminal."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

from analysis.base.compound_names import ion_text
from workflows.terminal.output import Output
from workflows.terminal.table_style import NULL, STYLES, new_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    Record = dict[str, Any]
    Document = Mapping[str, Any]


def show_prediction(record: Record, host_energy: float, stored: Document, console: Console) -> None:
    """Show one prediction, and what was computed of the compound."""
    name = f"{ion_text(record['element'], record['valence'])} on {record['site']}"
    console.print(f"[bold]{name}[/], x = {record['concentration']:g}", highlight=False)
    chance = record["probability"]
    console.print(
        f"no worse:         {'unknown' if chance is None else f'probability {chance:.0%}'}",
        highlight=False,
    )
    console.print(
        f"reaction energy:  {record['reaction_energy']:.3f} eV per f.u., interval "
        f"{record['low']:.3f} to {record['high']:.3f} (undoped host: {host_energy:.3f})",
        highlight=False,
    )
    console.print(f"computed:         {_computed_text(record)}", highlight=False)
    console.print(f"dissolution:      {_solubility_text(record)}", highlight=False)
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
    label = record["computed_label"] or "no relation"
    return f"{record['computed_energy']:.3f} eV per f.u., {label}{seen}"


def _solubility_text(record: Record) -> str:
    if record["solubility"] is None:
        return "unknown"
    computed = record["computed_solubility"]
    return (
        f"{record['solubility']:.2f} eV per dopant, interval {record['solubility_low']:.2f} to "
        f"{record['solubility_high']:.2f}, P(dissolves) {record['dissolves_probability']:.0%}"
        + ("" if computed is None else f" (computed: {computed:.2f})")
    )


def predictions_table(records: Sequence[Record]) -> Table:
    """Make a table of predictions, the highest reaction energy first."""
    table = new_table()
    table.add_column("ion")
    for title in ("no worse", "reaction energy", "interval", "computed", "dissolves"):
        table.add_column(title, justify="right")
    table.add_column("relation")
    for row in sorted(records, key=lambda each: -each["reaction_energy"]):
        chance, energy, label = row["probability"], row["computed_energy"], row["computed_label"]
        dissolves = row["dissolves_probability"]
        table.add_row(
            ion_text(row["element"], row["valence"]),
            NULL if chance is None else f"{chance:.0%}",
            f"{row['reaction_energy']:.3f}",
            f"{row['low']:.3f} to {row['high']:.3f}",
            NULL if energy is None else f"{energy:.3f}",
            NULL if dissolves is None else f"{dissolves:.0%}",
            label or NULL,
            style=None if label is None else STYLES.get(label),
        )
    return table


def write_predictions(records: Sequence[Record], output: Output) -> None:
    """Write records for other programs; notes of one record are joined in CSV."""
    if output is Output.JSON:
        print(json.dumps(records, indent=2))  # noqa: T201, for a pipe
        return
    rows = [{**row, "notes": "; ".join(row["notes"])} for row in records]
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
