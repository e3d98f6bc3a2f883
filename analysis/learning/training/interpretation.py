"""What to believe of a training, in plain words, from its document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.learning.data.scores import Metric
from analysis.learning.data.splits import Scheme
from analysis.learning.regression.regression import DUMMY
from analysis.learning.regression.regressors import Regression

if TYPE_CHECKING:
    from collections.abc import Mapping

    Record = Mapping[str, Any]

#: A larger p value is not evidence.
SIGNIFICANT = 0.05
#: Number of compared compounds from which their share within the interval is meaningful.
ENOUGH = 10
#: Compounds of the rarer class for one descriptor (P. Peduzzi et al., *J. Clin. Epidemiol.* 49,
#: 1373 (1996)); a pair, the least that the leaderboard tries, would need twice as many.
ENOUGH_OF_A_CLASS = 10


def belief(learnt: Record, agreement: Mapping[str, Record] | None = None) -> list[str]:
    """Explain the scores of a training in words.

    Parameters
    ----------
    learnt
        As `analysis.learning.training.training_document.learning_document` returns it.
    agreement
        How good the predictions made before the calculation were, as
        `analysis.learning.training.training.sums` returns it.
    """
    said = [_on_classes(learnt), _on_energies(learnt)]
    compared = (agreement or {}).get("all")
    if compared and compared["compared"]:
        said.append(_on_forecasts(compared))
    return said


def nested_score(learnt: Record, scheme: Scheme, metric: Metric) -> Record | None:
    """Return `score`, `spread` and `dummy` of an honest score; None if nothing was classified."""
    found = learnt.get("classification")
    if not found:
        return None
    rows = found["nested"][str(scheme)]["summary"]
    row: Record = next(row for row in rows if row["metric"] == str(metric))
    return row


def _on_classes(learnt: Record) -> str:
    metric = Metric.BALANCED_ACCURACY
    grouped = nested_score(learnt, Scheme.GROUPED, metric)
    if grouped is None:
        return f"Stable or not: {'; '.join(learnt['notes'])}. No probability is given."
    score, spread, dummy = grouped["score"], grouped["spread"], grouped["dummy"]
    numbers = f"balanced accuracy {score:.2f} ± {spread:.2f}, baseline {dummy:.2f}"
    test = learnt["classification"]["permutations"].get(str(Scheme.GROUPED))
    if test:
        numbers += f", p = {test['p_value']:.2g}"
    beaten = test["p_value"] <= SIGNIFICANT if test else score - spread > dummy
    if not beaten:
        return (
            "Stable or not, of an element never computed: not shown to be better than the baseline "
            f"({numbers}). Do not believe the probabilities, even if the leaderboard is good."
        )
    return (
        f"Stable or not, of an element never computed: better than the baseline ({numbers})"
        f"{_on_few(learnt['classification'])}. "
        "The leaderboard's own scores are too good: it was picked by them."
    )


def _on_few(found: Record) -> str:
    """Warn of a small class: the rule is ten of it for each descriptor."""
    rarer = min(found["stable"], found["compounds"] - found["stable"])
    if rarer >= ENOUGH_OF_A_CLASS:
        return ""
    return f", but of {found['compounds']} compounds the rarer class has {rarer}: one can change it"


def _on_energies(learnt: Record) -> str:
    rows = [row for row in learnt["regression"] if row["scheme"] == str(Scheme.GROUPED)]
    dummy = next(row for row in rows if row["algorithm"] == DUMMY)
    best = min((row for row in rows if row["algorithm"] != DUMMY), key=lambda row: row["mae"])
    numbers = f"{best['mae']:.2f} ± {best['mae_spread']:.2f} eV per f.u., "
    numbers += Regression[best["algorithm"].upper()].label
    mean = f"the mean of all alone gives {dummy['mae']:.2f}"
    if best["mae"] + best["mae_spread"] < dummy["mae"]:
        return f"Reaction energy of an element never computed: error {numbers}; {mean}."
    return (
        f"Reaction energy of an element never computed: error {numbers}; {mean}, which is no worse "
        "within the spread: descriptors tell little of new elements."
    )


def _on_forecasts(compared: Record) -> str:
    text = (
        f"Of {compared['compared']} compounds predicted before they were computed the error is "
        f"{compared['mae']:.2f} eV per f.u. (the mean of all gives {compared['mean_mae']:.2f}), "
        f"and {compared['inside']:.0%} lie in their interval"
    )
    few = "; so few say little" if compared["compared"] < ENOUGH else ""
    return f"{text}{few}. Nothing was chosen by this test: believe it first."
