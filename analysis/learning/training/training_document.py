"""A training as one document of JSON types, for the database."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sklearn

from analysis.learning.prediction.model_document import to_document
from analysis.learning.search.classification import best_pairs

if TYPE_CHECKING:
    from analysis.learning.training.learn import Classification, Honest, Learned

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
        "honest": {str(each.scheme): _honest_document(each) for each in learned.honest},
        "classification": None if found is None else _classification_document(found),
        "regression": _records(learned.regression.scores),
        "published": _records(learned.published.scores),
        "published_split": _records(learned.published.held_out),
        "importances": _records(learned.importances),
        "correlations": _records(learned.correlations.reset_index(names="descriptor")),
        "learning_curve": _records(learned.learning_curve),
        "model": to_document(learned.model),
    }


def _classification_document(found: Classification) -> dict[str, Any]:
    board = found.leaderboard
    return {
        "compounds": len(found.problem),
        "stable": int(found.problem.y.sum()),
        "dropped": found.problem.dropped,
        "trials": len(board),
        "leaderboard": _records(board.head(ROWS_STORED)),
        "best_pairs": _records(best_pairs(board)),
        "baselines": _records(found.baselines),
        "importances": _records(found.importances),
        "windows": _records(found.windows),
        "kernels": _records(found.kernels),
    }


def _honest_document(found: Honest) -> dict[str, Any]:
    test = found.permutations
    return {
        "scores": _records(found.scores),
        "predictions": _records(found.predictions),
        "p_value": found.p_value,
        "permutations": None
        if test is None
        else {
            "observed": float(test.observed),
            "p_value": test.p_value,
            "null": [float(value) for value in test.null],
        },
    }


def _records(table: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return the rows of a table with JSON types, NaN as null; None for no table."""
    if table is None:
        return None
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records
