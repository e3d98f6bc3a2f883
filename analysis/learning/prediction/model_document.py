"""A model as a JSON document: its data, its settings and what was measured, not its bytes.

A pickle runs any code inside it; this runs none. Loading refits the models, which takes a fraction
of a second as no hyperparameter is searched, and compares a few predictions with those stored, so
that another version of a library cannot change an answer unnoticed.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sklearn

from analysis.base.errors import InputError
from analysis.descriptors.descriptor import Descriptor
from analysis.learning.data.training_data import COLUMNS, LeftOutRow, TrainingData
from analysis.learning.prediction.model_settings import Calibration, ModelSettings
from analysis.learning.prediction.prediction import FinalModel
from analysis.learning.settings import HostChemistry

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 2
#: Rows whose predictions are stored for comparison.
CHECKED = 5
#: eV per f.u.: arithmetic differs by less between machines.
TOLERANCE = 1e-6


def to_document(model: FinalModel) -> dict[str, Any]:
    """Write a model as a document of JSON types alone.

    Returns
    -------
    dict
        `format`, `snapshot` (the digest of the data), `host`, `settings`, `calibration`, `rows`,
        `descriptors` (null where missing), `left_out`, `check` and `versions`.
    """
    data = model.data
    return {
        "format": FORMAT,
        "snapshot": data.snapshot,
        "host": model.host.model_dump(mode="json"),
        "settings": asdict(model.settings),
        "calibration": {"ratios": list(model.calibration.ratios)},
        "rows": [_plain(row) for row in data.rows.to_dict("records")],
        "descriptors": [
            [None if math.isnan(value) else float(value) for value in row]
            for row in data.descriptors.to_numpy()
        ],
        "left_out": [list(each) for each in data.left_out],
        "check": _check(model),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }


def from_document(document: Mapping[str, Any]) -> FinalModel:
    """Read a model from its document and refit it.

    Raises
    ------
    InputError
        The document has another format, its data are not those of its snapshot, or the refitted
        models do not reproduce the stored predictions.
    """
    if document.get("format") != FORMAT:
        message = f"a model of format {document.get('format')!r}; expected {FORMAT}: train again"
        raise InputError(message)
    data = data_of(document)
    if data.snapshot != document["snapshot"]:
        message = f"the model's data are not those of its snapshot {document['snapshot'][:12]}"
        raise InputError(message)
    model = FinalModel(
        data,
        HostChemistry(**document["host"]),
        ModelSettings(**document["settings"]),
        Calibration(tuple(document["calibration"]["ratios"])),
    )
    _compare(_check(model), document)
    return model


def data_of(document: Mapping[str, Any]) -> TrainingData:
    """Return the compounds that a stored model has learnt from."""
    return TrainingData(
        rows=pd.DataFrame(document["rows"], columns=list(COLUMNS)),
        descriptors=pd.DataFrame(
            document["descriptors"], columns=[str(each) for each in Descriptor], dtype=float
        ),
        left_out=tuple(LeftOutRow(*each) for each in document["left_out"]),
    )


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Turn numpy's numbers into Python's, and NaN into None."""
    plain = {}
    for key, value in row.items():
        number = value.item() if isinstance(value, np.generic) else value
        plain[str(key)] = None if isinstance(number, float) and math.isnan(number) else number
    return plain


def _check(model: FinalModel) -> dict[str, list[float]]:
    energy, deviation = model.model.estimate(model.problem.part(np.arange(CHECKED)))
    return {"energy": energy.tolist(), "deviation": deviation.tolist()}


def _compare(check: Mapping[str, list[float]], document: Mapping[str, Any]) -> None:
    for name, stored in document["check"].items():
        if len(stored) != len(check[name]) or not np.allclose(check[name], stored, atol=TOLERANCE):
            message = (
                f"the model predicts another {name} than when it was trained "
                f"({check[name]} instead of {stored}), with {document['versions']} then and "
                f"scikit-learn {sklearn.__version__}, numpy {np.__version__} now: train again"
            )
            raise InputError(message)
