"""A training as one document of JSON types, for the database."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sklearn

from analysis.learning.prediction.model_document import to_document

if TYPE_CHECKING:
    from analysis.learning.training.learn import Classification, Learned

#: Rows of the leaderboard that a document holds; all of them would be megabytes.
ROWS_STORED = 500


def learning_document(learned: Learned) -> dict[str, Any]:
    """Write a training as one document of JSON types.

    Returns
    -------
    dict
        `snapshot`, `settings`, `versions`, `notes`, `left_out`, `remarks`, tables as lists of
        records, and `model` (`analysis.learning.prediction.model_document`). The leaderboard's
        best 500 rows are in it, with their number in all.
    """
    found = learned.classification
    return {
        "snapshot": learned.data.snapshot,
        "compounds": len(learned.data),
        "settings": learned.settings.model_dump(mode="json"),
        "versions": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "notes": list(learned.notes),
        "left_out": [each._asdict() for each in learned.data.left_out],
        "remarks": [
            {**each._asdict(), "descriptor": str(each.descriptor)} for each in learned.data.remarks
        ],
        "classification": None if found is None else _classification_document(found),
        "regression": _records(learned.regression.scores),
        "predictions": _records(learned.regression.predictions),
        "importances": _records(learned.importances),
        "correlations": _records(learned.correlations.reset_index(names="descriptor")),
        "learning_curve": _records(learned.learning_curve),
        "model": to_document(learned.model),
    }


def _classification_document(found: Classification) -> dict[str, Any]:
    board = found.search.leaderboard
    return {
        "compounds": len(found.problem),
        "stable": int(found.problem.y.sum()),
        "dropped": found.problem.dropped,
        "trials": len(board),
        "leaderboard": _records(board.head(ROWS_STORED)),
        "forward": _records(found.search.forward),
        "nested": {
            str(each.scheme): {
                "summary": _records(each.summary().reset_index(names="metric")),
                "folds": _records(each.folds),
            }
            for each in found.nested
        },
        "permutations": {
            str(each.scheme): {
                "observed": float(each.observed),
                "p_value": each.p_value,
                "null": [float(value) for value in each.null],
            }
            for each in found.permutations
        },
        "importances": _records(found.importances),
        "windows": _records(found.windows),
        "kernels": _records(found.kernels),
    }


def _records(table: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return the rows of a table with JSON types, NaN as null; None for no table."""
    if table is None:
        return None
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records
