"""Results written as strict JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows.base.times import iso
from workflows.results.search import available_fields, get_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]


def to_json(documents: Sequence[Document], fields: Sequence[str] | None = None) -> str:
    """Write documents as strict JSON: NaN and infinities are null, absent fields too."""
    names = available_fields(documents) if fields is None else fields
    return to_json_text([{name: get_value(d, name) for name in names} for d in documents])


def to_json_text(value: Any) -> str:
    """Write anything as strict JSON."""
    return json.dumps(to_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(documents: Sequence[Document], fields: Sequence[str] | None = None) -> str:
    """Write documents as CSV: field names as header, null as nothing, nested values as JSON."""
    names = available_fields(documents) if fields is None else fields
    return _csv_text(names, ([get_value(d, name) for name in names] for d in documents))


def rows_to_csv(rows: Sequence[Document]) -> str:
    """Write rows that all have the same keys as CSV."""
    return _csv_text(list(rows[0]) if rows else [], (list(row.values()) for row in rows))


def _csv_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return text.getvalue()


def to_plain(value: Any) -> Any:
    """Reduce a value to what strict JSON holds; objects such as structures become dicts."""
    match value:
        case dict():
            return {str(key): to_plain(item) for key, item in value.items()}
        case list() | tuple():
            return [to_plain(item) for item in value]
        case datetime():
            return iso(value)
        case float():
            return value if math.isfinite(value) else None
        case None | bool() | int() | str():
            return value
        case _:
            return _sanitized(value)


def _sanitized(value: Any) -> Any:
    from monty.json import jsanitize  # numpy and more, which documents of the database do not need

    return to_plain(jsanitize(value, strict=True, enum_values=True))


def _csv_value(value: Any) -> Any:
    plain = to_plain(value)
    if isinstance(plain, (dict, list, bool)):
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)
    return plain
