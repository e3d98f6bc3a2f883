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
    """Show the best trials; ranked on folds by element."""
    table = _headed(
        ("algorithm", "descriptors"), ("balanced accuracy, plain", "by element", "F1", "ROC-AUC")
    )
    for row in learnt["classification"]["leaderboard"][:_ROWS]:
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
    """Show nested scores next to the leaderboard's naive ones and the dummy's."""
    table = _headed(("score", "folds"), ("naive", "honest", "dummy", "p"))
    found = learnt["classification"]
    for scheme, words in _SCHEMES.items():
        test = found["permutations"].get(scheme)
        for row in found["nested"][scheme]["summary"]:
            name = row["metric"] + ("_grouped" if scheme == "grouped" else "")
            naive = max(
                (r[name] for r in found["leaderboard"] if r.get(name) is not None), default=None
            )
            ranked = row["metric"] == "balanced_accuracy"
            table.add_row(
                _METRICS.get(row["metric"], row["metric"]),
                words,
                two_decimals(naive),
                _with_spread(row["score"], row["spread"]),
                two_decimals(row["dummy"]),
                f"{test['p_value']:.2g}" if test and ranked else NULL,
            )
    return table


def regression_table(learnt: Record) -> Table:
    """Show the errors of each algorithm, the best by element first, including the dummy."""
    table = _headed(
        ("algorithm",),
        ("MAE, plain", "MAE, by element", "R2, by element", "MAE of 20 % of the elements"),
    )
    by: dict[str, dict[str, Record]] = {}
    for row in learnt["regression"]:
        by.setdefault(row["algorithm"], {})[row["scheme"]] = row
    for algorithm, rows in by.items():
        plain, grouped = rows["plain"], rows["grouped"]
        table.add_row(
            algorithm,
            _with_spread(plain["mae"], plain["mae_spread"]),
            _with_spread(grouped["mae"], grouped["mae_spread"]),
            two_decimals(grouped["r2"]),
            two_decimals(grouped["mae_held_out"]),
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
