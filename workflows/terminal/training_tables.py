"""Tables of what was learnt, from the document of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.descriptors.descriptor import Descriptor
from workflows.terminal.table_style import NULL, new_table, two_decimals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table

    Record = Mapping[str, Any]

_METRICS = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "f1": "F1 (no worse)",
    "roc_auc": "ROC-AUC",
}
_SCHEMES = {"plain": "plain", "grouped": "by element"}
_KERNELS = {"linear": "linear", "poly": "polynomial", "rbf": "Gaussian"}
_ROWS = 10
_LEADING = 6


def leaderboard_table(learnt: Record) -> Table:
    """Show what needs no learning, and the best trials; ranked on folds by element."""
    table = _headed(
        ("algorithm", "descriptors"), ("balanced accuracy, plain", "by element", "F1", "ROC-AUC")
    )
    found = learnt["classification"]
    for row in (*found["baselines"], *found["leaderboard"][:_ROWS]):
        scores = ("balanced_accuracy", "balanced_accuracy_grouped", "f1_grouped", "roc_auc_grouped")
        table.add_row(
            row["algorithm"],
            ", ".join(row["descriptors"]),
            *(_with_spread(row[name], row[f"{name}_spread"]) for name in scores),
        )
    return table


def kernels_table(learnt: Record) -> Table:
    """Show support vector machines of different kernels on the leaderboard's best descriptors."""
    table = _headed(("kernel", "folds"), _METRICS.values())
    for row in learnt["classification"]["kernels"]:
        scores = (_with_spread(row[name], row[f"{name}_spread"]) for name in _METRICS)
        table.add_row(_KERNELS[row["kernel"]], _SCHEMES[row["scheme"]], *scores)
    return table


def honest_table(learnt: Record) -> Table:
    """Show the scores of the predictions beside the estimates that need no learning."""
    from analysis.learning.training.interpretation import ESTIMATES, WINDOWS

    table = _headed(
        ("compounds", "folds", "estimate"), ("MAE", "R2", "balanced accuracy", "in the interval")
    )
    for window, words in WINDOWS.items():
        for scheme, folds in _SCHEMES.items():
            for row in learnt["honest"][scheme]["scores"]:
                if row["window"] == window:
                    inside = row.get("inside")
                    table.add_row(
                        f"{row['compounds']:.0f}: {words}",
                        folds,
                        ESTIMATES[row["estimate"]],
                        *(two_decimals(row[name]) for name in ("mae", "r2", "balanced_accuracy")),
                        NULL if inside is None else f"{inside:.0%}",
                    )
    return table


def regression_table(rows: Iterable[Record]) -> Table:
    """Show the errors of each algorithm, the best by element first, and those of the baselines."""
    table = _headed(
        ("algorithm",),
        ("MAE, plain", "MAE, by element", "R2, by element", "MAE in the window", "R2 there"),
    )
    by: dict[str, dict[str, Record]] = {}
    for row in rows:
        by.setdefault(row["algorithm"], {})[row["scheme"]] = row
    for algorithm, both in by.items():
        plain, grouped = both["plain"], both["grouped"]
        table.add_row(
            algorithm,
            _with_spread(plain["mae"], plain["mae_spread"]),
            _with_spread(grouped["mae"], grouped["mae_spread"]),
            two_decimals(grouped["r2"]),
            two_decimals(grouped["mae_window"]),
            two_decimals(grouped["r2_window"]),
        )
    return table


def descriptors_table(learnt: Record) -> Table:
    """Show the leading descriptors: importance, and the window of those no worse than the host."""
    table = _headed(
        ("descriptor",), ("permutation importance", "window of no worse", "p, adjusted")
    )
    found = learnt["classification"]
    rows = (found or learnt)["importances"]
    windows = {row["descriptor"]: row for row in (found or {}).get("windows") or ()}
    leading = sorted(rows, key=lambda row: -(row["permutation"] or 0))[:_LEADING]
    for row in leading:
        window = windows.get(row["descriptor"])
        table.add_row(
            Descriptor[row["descriptor"].upper()].heading,
            _with_spread(row["permutation"], row["permutation_spread"]),
            f"{window['low']:.4g} to {window['high']:.4g}" if window else NULL,
            f"{window['p_adjusted']:.2g}" if window else NULL,
        )
    return table


def _headed(words: Iterable[str], numbers: Iterable[str]) -> Table:
    """Start a table: columns of words first, then columns of numbers, to the right."""
    table = new_table()
    for title in words:
        table.add_column(title)
    for title in numbers:
        table.add_column(title, justify="right")
    return table


def _with_spread(value: float | None, spread: float | None) -> str:
    return NULL if value is None else f"{value:.2f} ± {spread or 0:.2f}"
