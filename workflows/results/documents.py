"""The results of a campaign: one document per compound, a view of the job store."""

from collections.abc import Collection, Mapping
from typing import Any

from pymongo import ReplaceOne

from workflows.storage.database import Database


def store_results(database: Database, campaign: str, uuids: Collection[str]) -> int:
    """Copy the documents of compounds that have landed from the job store to the results.

    Safe to run at any time and any number of times: what is there already is left alone.

    Parameters
    ----------
    database
        The campaign's database.
    campaign
        Name of the campaign.
    uuids
        uuids of compounds' results in the job store.

    Returns
    -------
    How many documents were written.
    """
    there = set(
        database.results.distinct("job_uuid", {"campaign": campaign, "job_uuid": {"$in": [*uuids]}})
    )
    missing = [uuid for uuid in uuids if uuid not in there]
    jobs = database.jobs.find({"uuid": {"$in": missing}}, {"uuid": 1, "output": 1})
    writes = [
        ReplaceOne(
            {"campaign": campaign, "job_uuid": job["uuid"]},
            result_document(job["output"], campaign=campaign, job_uuid=job["uuid"]),
            upsert=True,
        )
        for job in jobs
    ]
    if writes:
        database.results.bulk_write(writes)
    return len(writes)


def result_document(output: Mapping[str, Any], *, campaign: str, job_uuid: str) -> dict[str, Any]:
    """Make a result document from the output of a compound's last job."""
    fields = {key: value for key, value in output.items() if not key.startswith("@")}
    return {"campaign": campaign, **fields, "job_uuid": job_uuid}


def remove_strangers(database: Database, campaign: str, uuids: Collection[str]) -> int:
    """Remove results that the campaign's specification no longer asks for.

    The job store keeps them: asking again brings them back without a calculation.
    """
    strangers = {"campaign": campaign, "job_uuid": {"$nin": [*uuids]}}
    return int(database.results.delete_many(strangers).deleted_count)
