"""One training of a campaign: models, predictions, and how good earlier predictions were.

Compounds are held out, or chosen by exploring, before they are computed: a training stores its
predictions of them, with the snapshot of its data, and the next one compares them with the
calculations. A prediction whose compound is among the training rows, or had landed before, is not a
test and is marked so.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from analysis.base.errors import InputError
from analysis.base.fields import Field as Key
from analysis.learning.prediction.exploration import KAPPA, propose
from analysis.learning.prediction.match_forecasts import agreement, compare
from analysis.learning.prediction.prediction import Prediction
from analysis.learning.settings import (
    Acquisition,
    Exploring,
    HostChemistry,
    LearningSettings,
    Questions,
)
from analysis.learning.training.learn import learn
from analysis.learning.training.training_document import learning_document
from analysis.structures.dopants import Dopant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analysis.learning.prediction.exploration import Proposal
    from analysis.learning.prediction.prediction import FinalModel
    from analysis.learning.search.classification import Reporter
    from analysis.learning.training.learn import Learned

    Document = Mapping[str, Any]
    Record = dict[str, Any]


class ForecastReason(StrEnum):
    """Why a compound was predicted before it was computed."""

    HELD_OUT = auto()
    EXPLORED = auto()


class Training(BaseModel, extra="forbid"):
    """The stored outcome of a training."""

    stage: int = Field(description="Trainings before it in its campaign")
    trained: str = Field(description="When, ISO 8601 in UTC")
    snapshot: str | None = Field(description="SHA-256 of rows and descriptors; null: no data")
    learnt_from: list[str] = Field(description="job_uuid of every compound that was given")
    settings: LearningSettings = Field(description="With the snapshot they determine all numbers")
    failed: str | None = Field(None, description="Why nothing was learnt")
    learnt: dict[str, Any] | None = Field(
        None,
        description="`training_document`: scores, leaderboard, importances, model",
    )
    table: list[dict[str, Any]] = Field(
        default_factory=list, description="Predictions for the periodic tables"
    )
    chosen: list[Dopant] = Field(
        default_factory=list, description="Compounds that exploring chose, best first"
    )
    converged: str | None = Field(None, description="Why exploring ends, if it has converged")
    forecasts: list[dict[str, Any]] = Field(
        default_factory=list,
        description="Predictions made before the calculation, of all stages, with their snapshot; "
        "and what was computed, once it has landed",
    )
    agreement: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="How good these forecasts were, by reason and in all"
    )


def train(
    documents: Sequence[Document],
    settings: LearningSettings,
    questions: Questions,
    *,
    at: str,
    earlier: Training | None = None,
    jobs: int = 1,
    report: Reporter | None = None,
) -> Training:
    """Learn, compare the earlier predictions with what has landed, and predict what comes next.

    Too little data is not an error: the document says so, and the campaign continues.

    Parameters
    ----------
    documents
        Result documents of the compounds that have landed.
    at
        The time, ISO 8601 in UTC.
    earlier
        The training before this one.
    jobs
        Processes; they do not change results.
    report
        Called with the step, and how much of it is done of how much.
    """
    told = compared(earlier.forecasts if earlier else [], documents)
    base: Record = {
        "stage": questions.stage,
        "trained": at,
        "learnt_from": sorted(str(each[Key.JOB_UUID]) for each in documents),
        "settings": settings,
    }
    try:
        learned = learn(documents, settings, host_of(questions), jobs=jobs, report=report)
    except InputError as error:
        reason = f"{error} ({classes_there(documents)})"
        return Training(**base, snapshot=None, failed=reason, forecasts=told, agreement=sums(told))
    chosen, converged = _choose(learned.model, questions, told)
    held = learned.model.predict(questions.held_out)
    fresh = [_forecast(each, ForecastReason.HELD_OUT, questions, learned, at) for each in held]
    fresh += [
        _forecast(each.prediction, ForecastReason.EXPLORED, questions, learned, at)
        | {"score": each.score}
        for each in chosen
    ]
    forecasts = [*told, *compared(fresh, documents)]
    return Training(
        **base,
        snapshot=learned.data.snapshot,
        learnt=learning_document(learned),
        table=[prediction_record(each) for each in learned.model.predict(questions.table)],
        chosen=[each.dopant for each in chosen],
        converged=converged,
        forecasts=forecasts,
        agreement=sums(forecasts),
    )


def host_of(questions: Questions) -> HostChemistry:
    """Return the host of a training's table estimates.

    Raises
    ------
    InputError
        The training does not hold it.
    """
    if questions.host is None:
        message = "this training was queued by an older version, without its host: submit again"
        raise InputError(message)
    return questions.host


def prediction_record(prediction: Prediction) -> Record:
    """Write a prediction with JSON types."""
    return prediction._asdict() | {"notes": list(prediction.notes)}


def compared(forecasts: Iterable[Record], documents: Iterable[Document]) -> list[Record]:
    """Compare forecasts with calculations that have landed and that they had not seen."""
    listed = [dict(each) for each in forecasts]
    open_ = [each for each in listed if not each["learnt_from"]]
    # Of a compound computed in both ways the one whose charge is balanced counts: it comes last.
    found = sorted(documents, key=lambda each: each.get(Key.COMPENSATION) == "lithium")
    table = compare([_prediction(each) for each in open_], found)
    uuids = {_key(d): str(d[Key.JOB_UUID]) for d in found if d.get(Key.DOPANT)}
    for forecast, row in zip(open_, table.to_dict("records"), strict=True):
        if pd.notna(row["computed_energy"]):
            names = ("computed_energy", "computed_label", "error", "inside")
            forecast.update({name: _plain(row[name]) for name in names})
            forecast["computed_uuid"] = uuids.get(_key(forecast))
    return listed


def sums(forecasts: Sequence[Record]) -> dict[str, Record]:
    """Summarise forecasts, by their reason and in all; those that test nothing do not count.

    `mean` is the error of predicting the mean energy of the training rows for every compound,
    which a prediction has to beat.
    """
    parts = {
        str(reason): [f for f in forecasts if f["reason"] == reason] for reason in ForecastReason
    }
    parts["all"] = list(forecasts)
    return {
        name: _sum(part)
        for name, part in parts.items()
        if any(f.get("computed_energy") is not None for f in part)
    }


def _sum(forecasts: Sequence[Record]) -> Record:
    tests = [f for f in forecasts if is_test(f)]
    columns = ["computed_energy", "computed_label", "error", "inside", "probability"]
    found = agreement(
        pd.DataFrame([{c: f.get(c) for c in columns} for f in tests], columns=columns)
    )
    naive = [abs(f["mean_energy"] - f["computed_energy"]) for f in tests if is_landed(f)]
    return {**found._asdict(), "mean_mae": float(np.mean(naive)) if naive else None}


def is_landed(forecast: Document) -> bool:
    """Return True if the compound of a forecast has been computed."""
    return forecast.get("computed_energy") is not None


def is_test(forecast: Document) -> bool:
    """Return True if a forecast tests the model: its compound was unseen and computed later."""
    return not forecast["learnt_from"] and not forecast["computed_already"]


def classes_there(documents: Iterable[Document]) -> str:
    """Count the doped compounds and their classes, in words."""
    labels = [
        str(d.get(Key.RELATION) or "without a relation") for d in documents if d.get(Key.DOPANTS)
    ]
    counts = ", ".join(f"{labels.count(each)} {each}" for each in sorted(set(labels)))
    return f"{len(labels)} compounds have landed" + (f": {counts}" if counts else "")


def _forecast(
    prediction: Prediction, reason: ForecastReason, questions: Questions, learned: Learned, at: str
) -> Record:
    asked = Dopant(**{k: getattr(prediction, k) for k in Dopant.model_fields})
    return {
        "stage": questions.stage,
        "reason": str(reason),
        "snapshot": learned.data.snapshot,
        "predicted": at,
        "computed_already": asked in questions.landed,
        "mean_energy": float(learned.data.rows[str(Key.REACTION_ENERGY)].mean()),
        **prediction_record(prediction),
    }


def _choose(
    model: FinalModel, questions: Questions, told: Sequence[Record]
) -> tuple[list[Proposal], str | None]:
    """Choose what to compute next, or say why exploring has converged."""
    exploring = questions.exploring
    if exploring is None:
        return [], None
    if reason := _accurate(exploring, told):
        return [], reason
    found = propose(
        model, questions.space, exploring.number, acquisition=exploring.criterion, kappa=KAPPA
    )
    least, why = _worth(model, exploring.criterion)
    worthy = [each for each in found if each.score > least]
    return worthy, None if worthy else (why if found else "no compound is left to choose from")


def _accurate(exploring: Exploring, told: Sequence[Record]) -> str | None:
    explored = [f for f in told if f["reason"] == ForecastReason.EXPLORED]
    last = max((f["stage"] for f in explored), default=None)
    errors = [abs(f["error"]) for f in explored if f["stage"] == last and is_landed(f)]
    if exploring.tolerance is None or not errors or np.mean(errors) > exploring.tolerance:
        return None
    return (
        f"the last {len(errors)} compounds were predicted within {np.mean(errors):.3f} eV per f.u. "
        f"on average; {exploring.tolerance:g} was asked for"
    )


def _worth(model: FinalModel, criterion: Acquisition) -> tuple[float, str]:
    """Return the score above which a compound is worth computing, and the message if none is."""
    if criterion is Acquisition.PHYSICS:
        return -np.inf, "no compound is left to choose from"
    if criterion is Acquisition.INFORMATIVE:
        return 0.0, f"no compound is within {KAPPA} uncertainties of the boundary of the label"
    best = float(model.data.rows[str(Key.REACTION_ENERGY)].max())
    return best, f"no compound can, within {KAPPA} uncertainties, beat the best one computed"


def _prediction(record: Record) -> Prediction:
    values = {name: record[name] for name in Prediction._fields}
    return Prediction(**values | {"notes": tuple(values["notes"])})


def _key(record: Document) -> tuple[Any, ...]:
    names = ("valence", "site")
    element = record.get("dopant") or record.get("element")
    return element, *(record[name] for name in names), round(record["concentration"], 3)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
