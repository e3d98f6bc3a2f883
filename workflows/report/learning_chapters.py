"""A training as chapters of the report: figures and tables from the stored document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.compound_names import compound_name
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.learning_figures import learning_figures
from analysis.learning.data.problem import WINDOW
from analysis.learning.training.interpretation import ESTIMATES, WINDOWS, belief
from analysis.learning.training.training import is_test
from workflows.learning.asked_predictions import predict_everything
from workflows.learning.predicted_solubility import NOTHING
from workflows.learning.training_documents import last_training
from workflows.report.chapters import Chapter, Drawing
from workflows.report.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workflows.storage.database import Database

    Record = Mapping[str, Any]

Cell = str | float | int | None
#: Rows of the leaderboard in a report; the document has 500.
LEADING = 50


def learning_chapters(database: Database, name: str) -> list[Chapter]:
    """Return the chapters of a campaign's last training; none if nothing was learnt.

    Parameters
    ----------
    database
        The campaign's database.
    name
        Name of the campaign.
    """
    try:
        stored = last_training(database, name)
    except InputError:
        return []
    learnt = stored["learnt"]
    lead = " ".join(
        [
            f"Learnt from {learnt['compounds']} compounds, snapshot {stored['snapshot'][:12]}.",
            *belief(learnt, stored["agreement"]),
        ]
    )
    tables = [
        _scores(learnt),
        _regression(learnt, "regression", "Algorithms on what the tables leave over"),
        _regression(learnt, "published", "Algorithms on the fifteen descriptors alone"),
        *_classes(learnt),
    ]
    parts = [
        Chapter(
            "What decides stability",
            lead,
            [
                Drawing(f.name, f.title, f.caption, f.draw)
                for f in learning_figures(learnt, stored["forecasts"])
            ],
            [table for table in tables if table.rows],
        )
    ]
    forecasts = _forecasts(stored)
    predictions = _predictions(database, name, stored)
    listed = [table for table in (forecasts, predictions) if table.rows]
    if listed:
        text = "Predicted compounds, compared with later calculations."
        parts.append(Chapter("Predictions", text, (), listed))
    return parts


def _scores(learnt: Record) -> Table:
    names = ("compounds", "mae", "r2", "balanced_accuracy", "inside", "brier")
    rows = [
        (
            WINDOWS[row["window"]],
            scheme,
            ESTIMATES[row["estimate"]],
            *(row.get(name) for name in names),
        )
        for scheme, each in learnt["honest"].items()
        for row in each["scores"]
    ]
    columns = [("which", False), ("folds", False), ("estimate", False)]
    columns += [(name, True) for name in names]
    caption = "The procedure that predicts, on compounds (grouped: elements) it has not seen."
    return _table("Honest scores", columns, rows, caption)


def _classes(learnt: Record) -> list[Table]:
    found = learnt["classification"]
    if not found:
        return []
    board = _trials(
        "Leaderboard",
        [*found["baselines"], *found["leaderboard"][:LEADING]],
        "What needs no learning first. Ranks trials; their scores are the best of many, partly "
        "by luck.",
    )
    pairs = _trials(
        "The best pairs of each classifier", found["best_pairs"], "Spread over folds and seeds."
    )
    return [board, pairs, _kernels(found)]


def _trials(title: str, found: Sequence[Record], caption: str) -> Table:
    names = (
        *("accuracy", "accuracy_spread", "f1", "f1_spread"),
        *("balanced_accuracy_grouped", "f1_grouped", "roc_auc_grouped"),
    )
    rows = [
        (row["algorithm"], ", ".join(row["descriptors"]), *(row[name] for name in names))
        for row in found
    ]
    columns = [("algorithm", False), ("descriptors", False), *((name, True) for name in names)]
    return _table(title, columns, rows, caption)


def _kernels(found: Record) -> Table:
    names = ("balanced_accuracy", "balanced_accuracy_spread", "f1", "roc_auc")
    rows = [
        (row["kernel"], row["scheme"], *(row[name] for name in names))
        for row in found["kernels"] or []
    ]
    columns = [("kernel", False), ("folds", False), *((name, True) for name in names)]
    caption = "A support vector machine on the descriptors that lead the leaderboard."
    return _table("Kernels compared", columns, rows, caption)


def _regression(learnt: Record, name: str, title: str) -> Table:
    names = ("mae", "mae_spread", "r2", "mse", "mae_held_out", "mae_window", "r2_window")
    rows = [
        (row["algorithm"], row["scheme"], *(row[name] for name in names)) for row in learnt[name]
    ]
    columns = [("algorithm", False), ("folds", False), *((name, True) for name in names)]
    caption = (
        "Energies in eV per f.u.; dummy: the mean, physics: the tables and the site's median; "
        f"window: reaction energy above {WINDOW:g}."
    )
    return _table(title, columns, rows, caption)


def _forecasts(stored: Record) -> Table:
    names = {
        "reaction_energy": "predicted",
        "low": "from",
        "high": "to",
        "probability": "P(no worse than the host)",
        "computed_energy": "computed",
        "error": "error",
    }
    rows = [
        (
            f"{_ion(f)} on {f['site']}, x = {f['concentration']:g}",
            f["reason"],
            f["stage"] + 1,
            *(f.get(name) for name in names),
            f.get("computed_label"),
        )
        for f in stored["forecasts"]
        if is_test(f)
    ]
    columns = [("compound", False), ("why", False), ("training", True)]
    columns += [*((title, True) for title in names.values()), ("against the host", False)]
    caption = "The prediction's data did not contain the compound, which was computed after it."
    caption += f" {_interval(stored)}"
    return _table("Predicted, then computed", columns, rows, caption)


def _predictions(database: Database, name: str, stored: Record) -> Table:
    unseen = [each for each in stored["table"] if not each["learnt_from"]]
    predicted = predict_everything(database, name, unseen)
    shown = ("probability", "reaction_energy", "low", "high", *NOTHING)
    rows = [
        (_ion(each), each["site"], *(each[key] for key in shown))
        for each in sorted(predicted, key=lambda each: -each["reaction_energy"])
        if not each["computed_uuid"]
    ]
    columns = [("ion", False), ("site", False), ("P(no worse than the host)", True)]
    columns += [("reaction energy", True), ("from", True), ("to", True)]
    columns += [("free energy of dissolution", True), ("from", True), ("to", True)]
    columns.append(("P(dissolves)", True))
    caption = f"Highest first. {_interval(stored)} Dissolution: eV per dopant."
    return _table("Predicted and not computed", columns, rows, caption)


def _ion(record: Record) -> str:
    return compound_name({Field.DOPANTS: [record]})


def _interval(stored: Record) -> str:
    coverage = stored["settings"]["coverage"]
    return (
        f"Energies in eV per f.u.; from and to are the {coverage:.0%} interval of an element never "
        "computed. interphase predict says what lies outside the range learnt from."
    )


def _table(
    title: str,
    columns: Sequence[tuple[str, bool]],
    rows: Sequence[Sequence[Cell]],
    caption: str,
) -> Table:
    """Make a table; for each column the title, and whether it holds numbers."""
    return Table(
        title=title,
        columns=tuple(Column(title=text, numeric=numeric) for text, numeric in columns),
        rows=tuple(tuple(row) for row in rows),
        caption=caption,
    )
