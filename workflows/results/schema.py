"""From the output of a compound's last job to its result document.

A document has every field. A field that the job did not provide is null, with a note; a number is
never NaN or infinite, which no filter could find and strict JSON cannot hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import bson
from bson.errors import BSONError

from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from analysis.results.derived import DERIVED, derived_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]

# MongoDB's limit. The document of a garnet of 192 atoms takes 40 kB.
LARGEST_BYTES: Final = 16 * 1024**2

# Fields that the results add to those of a job.
_ADDED: Final = frozenset(
    (
        *(Field.CAMPAIGN, Field.JOB_UUID, Field.PROVENANCE, Field.NOTES),
        *(Field.COMPUTED, Field.STORED, Field.SCHEMA_VERSION, *DERIVED),
    )
)
_SETTINGS: Final = ("electrode", "screening", "choices", "seed")


class DocumentError(ValueError):
    """A job's output cannot become a result document; the message says why."""


@dataclass(frozen=True)
class Origin:
    """The data that a result document is made from.

    Attributes
    ----------
    campaign
        Name of the campaign.
    job
        The job's document in the job store: uuid, output, completed_at and metadata.
    engine
        Everything about the engine that determines a result; None if the campaign is unknown.
    specification
        The campaign's checked specification.
    parents
        Label and job_uuid of each workflow that the result needed.
    """

    campaign: str
    job: Mapping[str, Any]
    engine: Mapping[str, Any] | None = None
    specification: Mapping[str, Any] = field(default_factory=dict)
    parents: Sequence[Mapping[str, str]] = ()


def make_document(origin: Origin) -> Document:
    """Make a result document; the writer sets `stored`.

    Raises
    ------
    DocumentError
        The output is not a document, or is too large for MongoDB.
    """
    given = _given(origin.job.get("output"))
    notes = [*(given.get(Field.NOTES) or ()), *_missing(given)]
    fields, not_finite = _finite(given)
    notes += [f"{name} is null: the job gave {value}" for name, value in not_finite]
    computed = origin.job.get("computed") or computed_at(origin.job)
    fields |= {
        Field.CAMPAIGN.value: origin.campaign,
        Field.JOB_UUID.value: origin.job["uuid"],
        Field.PROVENANCE.value: _provenance(origin),
        Field.COMPUTED.value: computed,
        Field.SCHEMA_VERSION.value: SCHEMA_VERSION,
    }
    derived, why = derived_fields(fields)
    fields |= derived
    notes += why
    if computed is None:
        notes.append("computed is null: the job store does not have the job or its time")
    fields[Field.NOTES.value] = list(dict.fromkeys(notes))
    return as_stored({name.value: fields.pop(name, None) for name in Field} | fields)


def as_stored(document: Document) -> Document:
    """Return a document as MongoDB returns it.

    Raises
    ------
    DocumentError
        MongoDB cannot hold it.
    """
    try:
        encoded = bson.encode(document)
    except (BSONError, OverflowError, TypeError) as error:
        msg = f"MongoDB cannot hold it: {error}"
        raise DocumentError(msg) from error
    if len(encoded) > LARGEST_BYTES:
        sizes = {name: len(bson.encode({name: value})) for name, value in document.items()}
        largest = max(sizes, key=lambda name: sizes[name])
        msg = (
            f"it has {len(encoded) / 1024**2:.1f} MB, and MongoDB holds documents of up to "
            f"{LARGEST_BYTES / 1024**2:.0f} MB: its field {largest} alone has "
            f"{sizes[largest] / 1024**2:.1f} MB"
        )
        raise DocumentError(msg)
    return bson.decode(encoded)


def computed_at(job: Mapping[str, Any]) -> datetime | None:
    """Return the time at which a job ended, in UTC and without a time zone, as MongoDB has it.

    jobflow writes the local time of the machine; the offset is in the metadata. A job that was
    stored before offsets existed counts as UTC, so that every reader gets the same time.
    """
    text = job.get("completed_at")
    if not text:
        return None
    offset = timedelta(seconds=(job.get("metadata") or {}).get("utc_offset") or 0.0)
    return to_milliseconds(datetime.fromisoformat(text) - offset)


def now() -> datetime:
    """Return the time, in UTC and without a time zone, as MongoDB has it."""
    return to_milliseconds(datetime.now(UTC).replace(tzinfo=None))


def to_milliseconds(time: datetime) -> datetime:
    """Truncate a time to the milliseconds that MongoDB keeps."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _given(output: Any) -> Document:
    if not isinstance(output, dict):
        msg = f"the output of its job is no document but {type(output).__name__}"
        raise DocumentError(msg)
    return {key: value for key, value in output.items() if not key.startswith("@")}


def _missing(given: Mapping[str, Any]) -> list[str]:
    names = [name.value for name in Field if name not in given and name not in _ADDED]
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    return [f"{', '.join(names)} {verb} null: the job of this compound did not give it"]


def _finite(value: Any, name: str = "") -> tuple[Any, list[tuple[str, float]]]:
    """Replace NaN and infinities by None; return the dotted names of what was replaced as well."""
    match value:
        case dict():
            items = {key: _finite(item, f"{name}.{key}") for key, item in value.items()}
            return {k: v for k, (v, _) in items.items()}, _join(items.values())
        case list() | tuple():
            parts = [_finite(item, name) for item in value]
            return [part for part, _ in parts], _join(parts)
        case float() if not math.isfinite(value):
            return None, [(name.removeprefix("."), value)]
        case _:
            return value, []


def _join(parts: Any) -> list[tuple[str, float]]:
    return [found for _, several in parts for found in several]


def _provenance(origin: Origin) -> Document:
    """Gather the provenance of a result; that of a lost job is kept."""
    metadata = origin.job.get("metadata") or {}
    kept = origin.job.get(Field.PROVENANCE) or {}
    parts = {
        "fw_id": metadata.get("fw_id"),
        "engine_settings": origin.engine,
        **{name: origin.specification.get(name) for name in _SETTINGS},
        "versions": metadata.get("versions"),
        "parents": [dict(parent) for parent in origin.parents] or None,
    }
    return {name: kept.get(name) if part is None else part for name, part in parts.items()}
