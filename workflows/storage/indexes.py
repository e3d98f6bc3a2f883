"""The indexes of a campaign's database: fast look-ups, and each thing once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel

from analysis.base.fields import Field
from workflows.storage.launchpad import ensure_unique_digests

if TYPE_CHECKING:
    from fireworks import LaunchPad
    from pymongo.database import Database


def _index(*keys: str, unique: bool = False) -> IndexModel:
    return IndexModel([(key, ASCENDING) for key in keys], unique=unique)


_SEARCHED_RESULTS = (
    *(Field.DOPANT, Field.VALENCE, Field.SITE, Field.CONCENTRATION, Field.FORMULA),
    *(Field.LABEL, Field.REACTION_ENERGY, Field.ENERGY_ABOVE_HULL, Field.MIGRATION_BARRIER),
    *(Field.PASSIVATING, Field.ALLOYS, Field.STORED, Field.SCHEMA_VERSION),
    *(f"{Field.DOPANTS}.element", f"{Field.DOPANTS}.site"),
)

_SEARCHED_IN_GUI = ("compound", "dopant", "site", "valence")

# With these the builder of results finds current documents from indexes alone.
_BUILDER_OF_JOBS = ("uuid", "completed_at", "metadata.utc_offset")

# Without an index on uuid and index, every reference between jobs reads the whole store.
_INDEXES = {
    "campaigns": [_index("name", unique=True)],
    "planned": [_index("campaign", "key", "order")],
    "nodes": [
        _index("campaign", "uuid", unique=True),
        _index("campaign", "order"),
        _index("campaign", "kind"),
        _index("uuid"),
        _index("parents"),
    ],
    "jobs": [_index("uuid", "index", unique=True), _index("name"), _index(*_BUILDER_OF_JOBS)],
    "blobs.files": [_index("metadata.blob_uuid"), _index("metadata.job_uuid")],
    # The second of these alone counts the steps of a campaign; the third is for its pace.
    "fireworks": [
        _index("spec.campaign", "state"),
        _index("spec.node", "state", "spec.step"),
        _index("spec.step", "state", "updated_on"),
    ],
    "learning": [
        _index("campaign", "training", unique=True),
        _index("campaign", "trained"),
        _index("campaign", "snapshot"),
    ],
    "results": [
        _index(Field.CAMPAIGN, Field.JOB_UUID, unique=True),
        _index(Field.CAMPAIGN, Field.JOB_UUID, Field.SCHEMA_VERSION, Field.COMPUTED),
        *(_index(field) for field in _SEARCHED_RESULTS),
    ],
}


def ensure_indexes(database: Database[dict[str, Any]], launchpad: LaunchPad) -> None:
    """Create all indexes and FireWorks' counters; safe at any time, any number of times.

    Parameters
    ----------
    database
        The campaign's database.
    launchpad
        The LaunchPad on it.
    """
    launchpad.fw_id_assigner.update_one(
        {"_id": -1}, {"$setOnInsert": {"next_fw_id": 1, "next_launch_id": 1}}, upsert=True
    )
    launchpad.tuneup()
    ensure_unique_digests(launchpad)
    for collection, indexes in _INDEXES.items():
        database[collection].create_indexes(indexes)


def missing_indexes(database: Database[dict[str, Any]]) -> list[str]:
    """List the collections that lack an index; nothing is written."""
    return [
        collection
        for collection, indexes in _INDEXES.items()
        if {index.document["name"] for index in indexes}
        - set(database[collection].index_information())
    ]
