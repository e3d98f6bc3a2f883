"""The maggma builder that makes the results of a campaign from the job store.

It is incremental: a document is made where there is none yet, where its job has run again, and
where it has an older schema. It may run at any time, any number of times and several at once: a
unique index on campaign and job keeps one of each document, and concurrent writers write the same
content. A document whose content did not change is not written again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from maggma.core import Builder
from maggma.utils import grouper
from pymongo.errors import BulkWriteError

from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from workflows.results.schema import (
    DocumentError,
    Origin,
    as_stored,
    computed_at,
    make_document,
    now,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from maggma.core import Store

Document = dict[str, Any]

_KEY = [Field.CAMPAIGN.value, Field.JOB_UUID.value]
_DUPLICATE_KEY = 11000
_LOG = logging.getLogger(__name__)


class ResultsBuilder(Builder):  # type: ignore[misc]  # maggma is untyped
    """Make the result documents of one campaign.

    Parameters
    ----------
    jobs
        The job store's documents.
    campaigns, nodes
        The campaigns and their nodes.
    results
        The result documents.
    campaign
        Name of the campaign.
    uuids
        Jobs of the compounds to update; by default all of the campaign, and every existing
        document.
    everything
        Rebuild every document, not only missing and old ones.
    chunk_size
        Number of documents that are in memory together; one of 96 atoms takes 20 kB.
    """

    def __init__(  # noqa: PLR0913, maggma makes a builder of its stores and settings
        self,
        jobs: Store,
        campaigns: Store,
        nodes: Store,
        results: Store,
        *,
        campaign: str,
        uuids: Collection[str] | None = None,
        everything: bool = False,
        chunk_size: int = 100,
    ) -> None:
        self.jobs = jobs
        self.campaigns = campaigns
        self.nodes = nodes
        self.results = results
        self.campaign = campaign
        self.uuids = uuids
        self.everything = everything
        self.written = 0
        self.refused: dict[str, str] = {}
        super().__init__([jobs, campaigns, nodes], [results], chunk_size=chunk_size)

    def get_items(self) -> Iterator[Document]:
        """Yield what to make: the origin of each document, and the existing document."""
        stale = self._stale()
        self.total = len(stale)
        known = self._known_campaign() if stale else {}
        for chunk in grouper(stale, self.chunk_size):
            yield from self._items(list(chunk), known)

    def process_item(self, item: Document) -> Document | None:
        """Make one document; None if the existing one is the same, or none can be made."""
        try:
            document = make_document(Origin(**item["origin"]))
        except DocumentError as error:
            self._refuse(item["origin"]["job"]["uuid"], error)
            return None
        before = item["stored"]
        if before is not None and _content(before) == _content(document):
            return None
        return as_stored(document | {Field.STORED.value: now()})

    def update_targets(self, items: list[Document]) -> None:
        """Write documents."""
        if not items:
            return
        try:
            self.results.update(items, key=_KEY)
        except BulkWriteError as error:
            # Another process wrote the same document at the same moment.
            if any(e["code"] != _DUPLICATE_KEY for e in error.details["writeErrors"]):
                raise
        self.written += len(items)

    def _refuse(self, uuid: str, error: DocumentError) -> None:
        self.refused[uuid] = str(error)
        _LOG.warning("no result document of job %s: %s", uuid, error)

    def _stale(self) -> list[str]:
        """List the jobs whose documents are missing, or older than the job or the schema."""
        there = self._there()
        asked = self._asked() if self.uuids is None else self.uuids
        wanted = list(dict.fromkeys([*asked, *(there if self.uuids is None else ())]))
        landed = self._landed(wanted)
        return [u for u in wanted if self._is_stale(there.get(u), landed.get(u), u in landed)]

    def _is_stale(self, there: Document | None, computed: Any, has_landed: bool) -> bool:
        if there is None:
            return has_landed
        version = there.get(Field.SCHEMA_VERSION) or 1
        if version > SCHEMA_VERSION:  # written by a newer package: leave it alone
            return False
        run_again = has_landed and there.get(Field.COMPUTED) != computed
        return self.everything or version < SCHEMA_VERSION or run_again

    def _asked(self) -> list[str]:
        query = {"campaign": self.campaign, "kind": "compound"}
        return [node["uuid"] for node in self.nodes.query(query, ["uuid"])]

    def _there(self) -> dict[str, Document]:
        """Return version and time of the existing documents; an index holds all of it."""
        query: Document = {Field.CAMPAIGN.value: self.campaign}
        if self.uuids is not None:
            query[Field.JOB_UUID.value] = {"$in": list(self.uuids)}
        names = (Field.JOB_UUID, Field.SCHEMA_VERSION, Field.COMPUTED)
        fields = {"_id": 0, **dict.fromkeys((name.value for name in names), 1)}
        return {d[Field.JOB_UUID]: d for d in self.results.query(query, fields)}

    def _landed(self, uuids: Sequence[str]) -> dict[str, Any]:
        """Return the times at which jobs ended, by uuid."""
        fields = {"_id": 0, "uuid": 1, "completed_at": 1, "metadata.utc_offset": 1}
        found = self.jobs.query({"uuid": {"$in": uuids}}, fields)
        return {job["uuid"]: computed_at(job) for job in found}

    def _known_campaign(self) -> Document:
        """Return engine and specification of the campaign; nothing if it is not stored."""
        fields = {"campaign.engine": 1, "campaign.spec": 1}
        found = self.campaigns.query_one({"name": self.campaign}, fields) or {}
        campaign = found.get("campaign") or {}
        return {"engine": campaign.get("engine"), "specification": campaign.get("spec") or {}}

    def _items(self, uuids: list[str], known: Document) -> Iterator[Document]:
        query = {Field.CAMPAIGN.value: self.campaign, Field.JOB_UUID.value: {"$in": uuids}}
        stored = {d[Field.JOB_UUID]: d for d in self.results.query(query)}
        jobs = {job["uuid"]: job for job in self.jobs.query({"uuid": {"$in": uuids}})}
        parents = self._parents(uuids)
        for uuid in uuids:
            job = jobs.get(uuid) or _as_job(stored[uuid])
            origin = {"campaign": self.campaign, "job": job, "parents": parents.get(uuid, ())}
            yield {"origin": origin | known, "stored": stored.get(uuid)}

    def _parents(self, uuids: list[str]) -> dict[str, list[dict[str, str]]]:
        """Return label and job of the nodes that each job needed."""
        query = {"campaign": self.campaign, "uuid": {"$in": uuids}}
        found = {node["uuid"]: node["parents"] for node in self.nodes.query(query)}
        needed = {"uuid": {"$in": sorted({p for parents in found.values() for p in parents})}}
        labels = {node["uuid"]: node["label"] for node in self.nodes.query(needed)}
        return {
            uuid: [{"label": labels[p], Field.JOB_UUID.value: p} for p in parents if p in labels]
            for uuid, parents in found.items()
        }


def _content(document: Document) -> Document:
    """Return a document without the fields that the database adds."""
    return {k: v for k, v in document.items() if k not in ("_id", Field.STORED.value)}


def _as_job(stored: Document) -> Document:
    """Use an existing document in place of its job's output, which the job store has lost."""
    kept = (Field.CAMPAIGN, Field.JOB_UUID, Field.ALLOYS, Field.PROVENANCE, Field.STORED)
    output = {k: v for k, v in stored.items() if k not in ("_id", *kept)}
    known = {name.value: stored.get(name) for name in (Field.PROVENANCE, Field.COMPUTED)}
    return {"uuid": stored[Field.JOB_UUID], "output": output, **known}
