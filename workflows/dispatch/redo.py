"""Compounds that are recomputed on request."""

import io
from collections.abc import Collection, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.learning.campaign_stages import campaign_nodes
from workflows.results.filters import compile_filters
from workflows.specification.planning import Plan
from workflows.storage.database import Database

# Known fields of a compound before it has landed, and their place in its workflow's metadata.
_KNOWN_BEFORE = (Field.DOPANT, Field.VALENCE, Field.SITE, Field.CONCENTRATION)
_AT_WORK = ("RUNNING", "RESERVED")


def select_redo(database: Database, plan: Plan, filters: Sequence[str]) -> list[str]:
    """Return the uuids of the compounds that filters choose, landed or failed.

    Parameters
    ----------
    database
        The campaign's database.
    plan
        The checked specification; only compounds that it asks for are chosen.
    filters
        As in `interphase query`. Those on dopant, valence, site and concentration choose
        failed compounds too.

    Raises
    ------
    InputError
        A filter is wrong, selects nothing, or selects a compound that is running.
    """
    if not filters:
        return []
    asked = [node.uuid for node in campaign_nodes(database, plan.campaign)]
    mine = {"campaign": plan.campaign.name, "job_uuid": {"$in": asked}}
    query = compile_filters(filters)
    chosen = set(database.results.distinct("job_uuid", {"$and": [mine, query]}))
    chosen |= _failed(database, asked, query)
    if not chosen:
        msg = f"--redo {' '.join(filters)} chooses no compound that has landed or failed"
        raise InputError(msg)
    if names := _at_work(database, chosen):
        msg = f"being computed just now: {', '.join(names)}; wait until they have landed"
        raise InputError(msg)
    return [uuid for uuid in asked if uuid in chosen]


def set_aside(database: Database, uuids: Collection[str]) -> None:
    """Make room for compounds that are recomputed; their old outputs are kept.

    Their workflows leave the LaunchPad (archiving would let a rocket pull them on the way),
    and the outputs of all their jobs get uuids that end with the time: a step whose output is
    in the job store is not run again.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    for uuid in uuids:
        workflow = database.workflows.find_one({"metadata.digest": uuid}, {"nodes": 1})
        steps = _jobs_of(database, workflow["nodes"]) if workflow else []
        if workflow:
            with redirect_stdout(io.StringIO()):  # FireWorks prints what it removes
                database.launchpad.delete_wf(workflow["nodes"][0])
        for job in database.jobs.find({"uuid": {"$in": [uuid, *steps]}}, {"uuid": 1}):
            kept = {"uuid": f"{job['uuid']} replaced {now}", "replaced": job["uuid"]}
            database.jobs.update_one({"_id": job["_id"]}, {"$set": kept})
        database.results.delete_many({"job_uuid": uuid})


def _jobs_of(database: Database, fw_ids: Sequence[int]) -> list[str]:
    """Return the uuids of the jobs that Fireworks run."""
    found: list[str] = database.fireworks.distinct(
        "spec._tasks.job.uuid", {"fw_id": {"$in": list(fw_ids)}}
    )
    return found


def _failed(database: Database, asked: Sequence[str], query: dict[str, object]) -> set[str]:
    """Find failed compounds, if the filters use only fields that are known without a result."""
    renamed = _in_metadata(query)
    if renamed is None:
        return set()
    fizzled = {"metadata.digest": {"$in": list(asked)}, "state": "FIZZLED"}
    return set(
        database.workflows.distinct(
            "metadata.digest", {"$and": [fizzled, {"metadata.kind": "compound"}, renamed]}
        )
    )


def _in_metadata(query: dict[str, object]) -> dict[str, object] | None:
    """Rewrite a query on results for the metadata of workflows; None if that is impossible."""
    rewritten: dict[str, object] = {}
    for key, value in query.items():
        if key.startswith("$") and isinstance(value, list):
            parts = [_in_metadata(part) for part in value]
            if None in parts:
                return None
            rewritten[key] = parts
        elif key in _KNOWN_BEFORE:
            rewritten[f"metadata.{key}"] = value
        else:
            return None
    return rewritten


def _at_work(database: Database, uuids: Collection[str]) -> list[str]:
    workflows = database.workflows.find(
        {"metadata.digest": {"$in": list(uuids)}, "state": {"$nin": ["COMPLETED", "FIZZLED"]}},
        {"name": 1, "fw_states": 1},
    )
    return [w["name"] for w in workflows if set(w["fw_states"].values()) & set(_AT_WORK)]
