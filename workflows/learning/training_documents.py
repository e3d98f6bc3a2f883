"""Trainings in the database: one document per campaign, snapshot and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from makers.naming import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.storage.database import Database

Document = dict[str, Any]


def training_key(snapshot: str | None, settings: Mapping[str, Any]) -> str:
    """Name a training by what determines its numbers: the data and the settings, with their seed.

    Parameters
    ----------
    snapshot
        Digest of rows and descriptors; None if there were no data to learn from.
    settings
        `LearningSettings` as JSON.
    """
    return digest("training", snapshot, dict(settings))


def keep_training(database: Database, campaign: str, uuid: str) -> None:
    """Copy the output of a training of the campaign from the job store; once is enough.

    Several trainings of one snapshot, as when all compounds that were chosen failed, are one
    document: the last one's, which holds the forecasts of those before.
    """
    if database.learning.find_one({"campaign": campaign, "jobs": uuid}, {"_id": 1}):
        return
    job = database.jobs.find_one({"uuid": uuid}, {"output": 1})
    if job is None:
        return
    output = {key: value for key, value in job["output"].items() if not key.startswith("@")}
    key = {"campaign": campaign, "training": training_key(output["snapshot"], output["settings"])}
    database.learning.update_one(key, {"$set": output, "$addToSet": {"jobs": uuid}}, upsert=True)


def add_training(database: Database, campaign: str, training: Mapping[str, Any]) -> bool:
    """Store a training made on demand; return True if it is new.

    An existing one of the same snapshot and settings has the same numbers and stays.
    """
    key = {
        "campaign": campaign,
        "training": training_key(training["snapshot"], training["settings"]),
    }
    written = database.learning.update_one(key, {"$setOnInsert": dict(training)}, upsert=True)
    return written.upserted_id is not None


def find_training(database: Database, campaign: str, key: str) -> Document | None:
    """Return the training of a key (`training_key`), if it is there."""
    found = database.learning.find_one({"campaign": campaign, "training": key}, {"_id": 0})
    return dict(found) if found else None


def last_training(
    database: Database, campaign: str, fields: Mapping[str, int] | None = None
) -> Document:
    """Return the last training of a campaign that learnt something.

    Raises
    ------
    InputError
        There is none; the message says why, if one was tried.
    """
    newest = [("trained", -1)]
    found = database.learning.find_one(
        {"campaign": campaign, "learnt": {"$ne": None}}, {**(fields or {}), "_id": 0}, sort=newest
    )
    if found is not None:
        return dict(found)
    tried = database.learning.find_one({"campaign": campaign}, {"failed": 1}, sort=newest)
    why = f": {tried['failed']}" if tried else ""
    msg = f"nothing was learnt from {campaign} yet{why}; interphase learn does"
    raise InputError(msg)
