"""A campaign says what became of its learning, and why nothing did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.learning.outcome import learning_outcome

if TYPE_CHECKING:
    from workflows.storage.database import Database


def training(stage: int, **changes: Any) -> dict[str, Any]:
    return {
        "campaign": "learner",
        "training": str(stage),
        "jobs": [f"job-{stage}"],
        "stage": stage,
        "trained": f"2026-11-25T0{stage}:00:00+00:00",
        "failed": None,
        "converged": None,
        "learnt": {"compounds": 12},
        "forecasts": [],
        "agreement": {},
        **changes,
    }


def forecast(reason: str, *, known: bool = False) -> dict[str, Any]:
    return {"reason": reason, "computed_already": known}


def test_without_a_training_of_its_own_there_is_nothing_to_say(database: Database) -> None:
    asked = training(0)
    del asked["jobs"]  # by interphase learn
    database.learning.insert_one(asked)
    assert learning_outcome(database, "learner") == []


def test_too_little_data_is_given_as_the_reason(database: Database) -> None:
    database.learning.insert_one(training(0, failed="3 compounds are too few", learnt=None))
    (line,) = learning_outcome(database, "learner")
    assert line == "nothing was learnt, predicted or chosen: 3 compounds are too few"


def test_predictions_are_counted_by_what_became_of_them(database: Database) -> None:
    held = [*[forecast("held_out")] * 3, forecast("held_out", known=True)]
    found = {"compared": 2, "mae": 0.234, "mean_mae": 0.8}
    last = training(1, forecasts=held, agreement={"held_out": found})
    database.learning.insert_many([last, training(0, forecasts=held)])
    learnt, told = learning_outcome(database, "learner")
    assert learnt.startswith("learnt from 12 compounds")
    assert told == (
        "4 held out: 2 predicted and then computed, mean absolute error 0.23 eV per f.u. (0.80 for "
        "who answers with the mean); 1 had been computed before, which tests nothing; "
        "1 not computed"
    )


def test_why_exploring_ended_is_said_after_later_trainings_too(database: Database) -> None:
    database.learning.insert_many([training(0, converged="nothing is worth it"), training(1)])
    assert learning_outcome(database, "learner")[-1] == "exploring has ended: nothing is worth it"
