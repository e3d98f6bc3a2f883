"""Predictions compared with later calculations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.base.fields import Field, Relation
from analysis.learning.prediction.prediction import Prediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Document = Mapping[str, Any]

#: A concentration written with three decimals (0.333 for 1/3) is the cell's.
DECIMALS = 3
#: A compound counts as predicted no worse from this probability on.
LIKELY = 0.5


class Agreement(NamedTuple):
    """How good predictions were; None if there is nothing to compare."""

    compared: int
    mae: float | None  # eV per f.u.
    inside: float | None  # share of computed energies within the interval
    labels: int  # compounds computed as no worse or worse that had a probability
    labels_right: float | None


def compare(predictions: Iterable[Prediction], documents: Iterable[Document]) -> pd.DataFrame:
    """Compare each prediction with the document of its compound, once that has landed.

    Predictions of compounds in the training test nothing and are skipped.

    Returns
    -------
    DataFrame
        One row for each prediction, in their order: its fields except the notes, and
        `computed_energy`, `computed_label`, `error` (predicted minus computed) and `inside` (the
        interval), null if nothing has landed.
    """
    landed = {
        _key(d[Field.DOPANT], d[Field.VALENCE], d[Field.SITE], d[Field.CONCENTRATION]): d
        for d in documents
        if d.get(Field.DOPANT) is not None and d.get(Field.REACTION_ENERGY) is not None
    }
    rows = [_row(each, landed) for each in predictions if not each.learnt_from]
    fields = [name for name in Prediction._fields if name not in {"notes", "learnt_from"}]
    columns = [*fields, "computed_energy", "computed_label", "error", "inside"]
    return pd.DataFrame(rows, columns=columns)


def agreement(table: pd.DataFrame) -> Agreement:
    """Summarise a table of `compare`."""
    landed = table[table["computed_energy"].notna()]
    clear = landed[
        landed["computed_label"].isin([str(Relation.NO_WORSE), str(Relation.WORSE)])
        & landed["probability"].notna()
    ]
    said = clear["probability"].astype(float) >= LIKELY
    right = said == (clear["computed_label"] == str(Relation.NO_WORSE))
    return Agreement(
        compared=len(landed),
        mae=float(landed["error"].astype(float).abs().mean()) if len(landed) else None,
        inside=float(landed["inside"].astype(float).mean()) if len(landed) else None,
        labels=len(clear),
        labels_right=float(np.mean(right)) if len(clear) else None,
    )


def _key(element: str, valence: int, site: str, concentration: float) -> tuple[Any, ...]:
    return element, valence, site, round(concentration, DECIMALS)


def _row(prediction: Prediction, landed: Mapping[tuple[Any, ...], Document]) -> dict[str, Any]:
    row = {
        name: value
        for name, value in prediction._asdict().items()
        if name not in {"notes", "learnt_from"}
    }
    document = landed.get(
        _key(prediction.element, prediction.valence, prediction.site, prediction.concentration)
    )
    if document is None:
        return row
    energy = float(document[Field.REACTION_ENERGY])
    return row | {
        "computed_energy": energy,
        "computed_label": document.get(Field.RELATION),
        "error": prediction.reaction_energy - energy,
        "inside": prediction.low <= energy <= prediction.high,
    }
