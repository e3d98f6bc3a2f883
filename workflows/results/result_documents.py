"""The results of a campaign: one document per compound, a view of the job store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from maggma.stores import MongoStore
from maggma.utils import grouper

from workflows.results.builder import ResultsBuilder
from workflows.storage.database import Database


@dataclass(frozen=True)
class Built:
    """The outcome of a build of results.

    Parameters
    ----------
    campaign
        Name of the campaign.
    written
        Number of documents whose content is new.
    refused
        Why a job's output could not become a document, by uuid.
    """

    campaign: str
    written: int
    refused: Mapping[str, str]


def store_results(database: Database, campaign: str, uuids: Collection[str]) -> int:
    """Bring the documents of compounds that have landed up to date.

    Safe to run at any time and any number of times: current documents are left alone.

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
    return build_results(database, campaign, uuids).written


def build_results(
    database: Database,
    campaign: str,
    uuids: Collection[str] | None = None,
    *,
    everything: bool = False,
) -> Built:
    """Run the builder of a campaign's results, which alone writes results.

    Parameters
    ----------
    database
        The campaign's database.
    campaign
        Name of the campaign.
    uuids
        uuids of compounds' results; all of the campaign by default.
    everything
        Rebuild every document, not only missing and old ones.
    """
    # maggma's own `run` closes the stores, changes the root logger and draws a progress bar.
    builder = results_builder(database, campaign, uuids, everything=everything)
    for chunk in grouper(builder.get_items(), builder.chunk_size):
        made = (builder.process_item(item) for item in chunk)
        builder.update_targets([document for document in made if document is not None])
    return Built(campaign, builder.written, builder.refused)


def results_builder(
    database: Database,
    campaign: str,
    uuids: Collection[str] | None = None,
    *,
    everything: bool = False,
) -> ResultsBuilder:
    """Make the builder on a database's own connection."""
    names = (database.jobs, database.campaigns, database.nodes, database.results)
    stores = [MongoStore.from_collection(collection) for collection in names]
    return ResultsBuilder(*stores, campaign=campaign, uuids=uuids, everything=everything)


def remove_strangers(database: Database, campaign: str, uuids: Collection[str]) -> int:
    """Remove results that the campaign's specification no longer asks for.

    The job store keeps them: asking for them again restores them without a calculation.
    """
    strangers = {"campaign": campaign, "job_uuid": {"$nin": [*uuids]}}
    return int(database.results.delete_many(strangers).deleted_count)
