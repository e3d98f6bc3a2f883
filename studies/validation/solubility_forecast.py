"""How well a free energy of dissolution is predicted, for elements that were never computed.

``python -m studies.validation.solubility_forecast`` takes the predictions that the training of the
LLZO result made on folds, and carries them through the tables: dE in the reaction energy is -dE / x
in the free energy per dopant. Beside them stand the tables with the site's median defect energy,
and the median free energy of all compounds.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score, mean_absolute_error, r2_score

from analysis.base.fields import Field
from analysis.learning.data.problem import PHYSICS
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.honest_scores import LEARNT, MARGIN
from workflows.learning.training_documents import last_training
from workflows.results.result_folder import find_result, open_folder

if TYPE_CHECKING:
    from workflows.storage.database import Database

CONSTANT = "constant"
_FIELDS = (Field.JOB_UUID, Field.SOLUBILITY, Field.REDUCTION_MARGIN, Field.CONCENTRATION)


def main() -> None:
    """Print the scores of all compounds, and of those whose reduction margin is small."""
    found = forecasts(open_folder(find_result("llzo")), "llzo")
    near = found[found[str(Field.REDUCTION_MARGIN)].abs() < MARGIN]
    for name, part in (("all", found), (f"margin within {MARGIN:g} eV", near)):
        sys.stdout.write(f"{name}\n{scores(part).round(2).to_string()}\n\n")


def forecasts(database: Database, name: str, scheme: Scheme = Scheme.GROUPED) -> pd.DataFrame:
    """Return computed and predicted free energies of dissolution, eV per dopant."""
    learnt = last_training(database, name)["learnt"]
    uuids = [row[Field.JOB_UUID] for row in learnt["model"]["rows"]]
    table = pd.DataFrame(learnt["honest"][str(scheme)]["predictions"])
    table[str(Field.JOB_UUID)] = [uuids[row] for row in table["row"]]
    asked = {"_id": 0} | {str(field): 1 for field in _FIELDS}
    computed = pd.DataFrame(database.results.find({"campaign": name}, asked))
    table = table.merge(computed, on=str(Field.JOB_UUID)).dropna(subset=[str(Field.SOLUBILITY)])
    truth, x = table[str(Field.SOLUBILITY)], table[str(Field.CONCENTRATION)]
    for each in (PHYSICS, LEARNT, "low", "high"):
        table[each] = truth + (table["truth"] - table[each]) / x
    return table.assign(**{CONSTANT: float(truth.median())})


def scores(part: pd.DataFrame) -> pd.DataFrame:
    """Return `mae`, `r2`, `balanced_accuracy` of the sign and `inside` of each estimate."""
    truth = part[str(Field.SOLUBILITY)]
    # A high reaction energy is a low free energy of dissolution.
    inside = truth.between(part["high"], part["low"]).mean()
    rows = {
        each: {
            "compounds": len(part),
            "mae": mean_absolute_error(truth, part[each]),
            "r2": r2_score(truth, part[each]),
            "balanced_accuracy": balanced_accuracy_score(truth < 0, part[each] < 0),
            "inside": inside if each == LEARNT else np.nan,
        }
        for each in (CONSTANT, PHYSICS, LEARNT)
    }
    return pd.DataFrame(rows).T


if __name__ == "__main__":
    main()
