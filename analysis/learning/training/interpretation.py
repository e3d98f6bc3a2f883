"""What to believe of a training, in plain words, from its document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.learning.data.problem import DUMMY, PHYSICS, WINDOW
from analysis.learning.data.splits import Scheme
from analysis.learning.prediction.honest_scores import ALL, IN_MARGIN, IN_WINDOW, LEARNT, MARGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    Record = Mapping[str, Any]

#: A larger p value is not evidence.
SIGNIFICANT = 0.05
#: Number of compared compounds from which their share within the interval is meaningful.
ENOUGH = 10
#: Estimates and windows in words.
ESTIMATES = {
    DUMMY: "mean of the compounds learnt from",
    PHYSICS: "tables and the site's median, no learning",
    LEARNT: "tables and what was learnt",
}
WINDOWS = {
    ALL: "all",
    IN_WINDOW: f"reaction energy above {WINDOW:g} eV per f.u.",
    IN_MARGIN: f"reduction margin within {MARGIN:g} eV per dopant",
}


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
    said = [_on_energies(learnt), *_on_the_window(learnt)]
    compared = (agreement or {}).get("all")
    if compared and compared["compared"]:
        said.append(_on_forecasts(compared))
    return said


def honest_row(learnt: Record, scheme: Scheme, window: str, estimate: str) -> Record | None:
    """Return one row of the honest scores; None where the window holds too few compounds."""
    rows = learnt["honest"][str(scheme)]["scores"]
    return next((r for r in rows if (r["window"], r["estimate"]) == (window, estimate)), None)


def _pair(learnt: Record, window: str) -> tuple[Record, Record] | None:
    found = [honest_row(learnt, Scheme.GROUPED, window, estimate) for estimate in (LEARNT, PHYSICS)]
    return (found[0], found[1]) if found[0] and found[1] else None


def _on_energies(learnt: Record) -> str:
    pair = _pair(learnt, ALL)
    if pair is None:
        return "Reaction energy of an element never computed: too few compounds to say."
    mine, tables = pair
    p_value = learnt["honest"][str(Scheme.GROUPED)]["p_value"]
    text = (
        f"Reaction energy of an element never computed: error {mine['mae']:.2f} eV per f.u.; the "
        f"tables without learning give {tables['mae']:.2f}"
    )
    if p_value > SIGNIFICANT or mine["mae"] >= tables["mae"]:
        return f"{text}. Learning does not beat physics here (p = {p_value:.2g})."
    return f"{text} (p = {p_value:.2g} that learning adds nothing)."


def _on_the_window(learnt: Record) -> list[str]:
    said = []
    for window in (IN_WINDOW, IN_MARGIN):
        pair = _pair(learnt, window)
        if pair is None:
            continue
        mine, tables = pair
        text = (
            f"Of the {mine['compounds']:.0f} compounds with a {WINDOWS[window]}, which decide: "
            f"error {mine['mae']:.2f} eV per f.u., R2 {mine['r2']:.2f}, {mine['inside']:.0%} in "
            f"their interval; the tables without learning: {tables['mae']:.2f}, R2 "
            f"{tables['r2']:.2f}"
        )
        beaten = "" if mine["mae"] < tables["mae"] else " Learning does not beat physics here."
        said.append(f"{text}.{beaten}")
    return said


def _on_forecasts(compared: Record) -> str:
    text = (
        f"Of {compared['compared']} compounds predicted before they were computed the error is "
        f"{compared['mae']:.2f} eV per f.u. (the mean of all gives {compared['mean_mae']:.2f}), "
        f"and {compared['inside']:.0%} lie in their interval"
    )
    few = "; so few say little" if compared["compared"] < ENOUGH else ""
    return f"{text}{few}. Nothing was chosen by this test: believe it first."
