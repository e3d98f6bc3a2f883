"""Results written as strict JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from monty.json import jsanitize

from workflows.results.query import available_fields, get_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Document = Mapping[str, Any]


def to_json(documents: Sequence[Document], fields: Sequence[str] | None = None) -> str:
    """Write documents as strict JSON: NaN and infinities are null, absent fields too."""
    names = available_fields(documents) if fields is None else fields
    rows = [{name: to_plain(get_value(document, name)) for name in names} for document in documents]
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(documents: Sequence[Document], fields: Sequence[str] | None = None) -> str:
    """Write documents as CSV: field names as header, null as nothing, nested values as JSON."""
    names = available_fields(documents) if fields is None else fields
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for document in documents:
        writer.writerow([_csv_value(get_value(document, name)) for name in names])
    return text.getvalue()


def to_plain(value: Any) -> Any:
    """Reduce a value to what strict JSON holds; objects such as structures become dicts."""
    return _finite(jsanitize(value, strict=True, enum_values=True))


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list():
            return [_finite(item) for item in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def _csv_value(value: Any) -> Any:
    plain = to_plain(value)
    if isinstance(plain, (dict, list, bool)):
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)
    return plain
