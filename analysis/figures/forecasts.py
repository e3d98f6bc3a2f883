"""The figure of predictions against the calculations that followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import mean_absolute_error

from analysis.base.compound_names import ion_text
from analysis.figures.style import INK, MARKS, MUTED, quieten
from analysis.learning.training.training import is_landed, is_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    Record = Mapping[str, Any]

#: Points that are named: the worst predictions.
NAMED = 6


def landed_forecasts(forecasts: Iterable[Record]) -> pd.DataFrame:
    """Keep the forecasts that test the model: made before their compound was computed.

    Parameters
    ----------
    forecasts
        As `analysis.learning.training.training.Training` holds them.
    """
    table = pd.DataFrame([f for f in forecasts if is_test(f) and is_landed(f)])
    return table if table.empty else table.astype({"computed_energy": float})


def forecast_figure(table: pd.DataFrame) -> Figure:
    """Draw predicted reaction energies with their intervals against those computed afterwards.

    Parameters
    ----------
    table
        As `landed_forecasts` returns it, not empty.
    """
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.subplots()
    quieten(axes)
    ends = [
        table[["computed_energy", "low"]].min().min(),
        table[["computed_energy", "high"]].max().max(),
    ]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.vlines(table["computed_energy"], table["low"], table["high"], color="#c9c9c9", linewidth=2)
    for label, mark in MARKS.items():
        part = table[
            table["computed_label"].isna() if label is None else table["computed_label"] == label
        ]
        if len(part):
            axes.plot(
                part["computed_energy"],
                part["reaction_energy"],
                mark.marker,
                color=mark.colour,
                markersize=6,
                label=f"computed: {mark.text}",
            )
    _name_the_worst(axes, table)
    error = mean_absolute_error(table["computed_energy"], table["reaction_energy"])
    inside = int(table["inside"].sum())
    axes.set_title(
        f"MAE {error:.2f} eV per f.u.; {inside} of {len(table)} inside their interval",
        fontsize="medium",
    )
    axes.set_xlabel("reaction energy computed afterwards (eV per f.u.)")
    axes.set_ylabel("predicted (eV per f.u.)")
    axes.legend(frameon=False)
    return figure


def _name_the_worst(axes: Axes, table: pd.DataFrame) -> None:
    worst = (table["reaction_energy"] - table["computed_energy"]).abs().nlargest(NAMED).index
    # Compounds of one element lie side by side: one name above its point, the next one below.
    for number, row in enumerate(table.loc[worst].sort_values("computed_energy").itertuples()):
        axes.annotate(
            f"{ion_text(str(row.element), int(str(row.valence)))} on {row.site}",
            (row.computed_energy, row.reaction_energy),
            xytext=(5, -10 if number % 2 else 4),
            textcoords="offset points",
            size=7,
            color=INK,
        )
