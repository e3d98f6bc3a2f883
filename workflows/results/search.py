"""Find result documents by anything in them, by the filters of `workflows.results.filters`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field, Kind
from workflows.results.fields import Target, resolve
from workflows.results.filters import compile_filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from pymongo.collection import Collection

__all__ = [
    "DEFAULT_FIELDS",
    "compile_filters",
    "count",
    "find",
    "get_value",
    "resolve_fields",
    "to_dataframe",
]

Document = dict[str, Any]

#: The fields that a table shows by default.
DEFAULT_FIELDS: tuple[Field, ...] = (
    Field.DOPANT,
    Field.SITE,
    Field.CONCENTRATION,
    Field.FORMULA,
    Field.LABEL,
    Field.REDUCTION_MARGIN,
    Field.RESISTS_PROBABILITY,
    Field.DISSOLUTION,
    Field.DISSOLVES_PROBABILITY,
    Field.REACTION_ENERGY,
    Field.REACTION_ENERGY_UNCERTAINTY,
    Field.PASSIVATING,
    Field.MIGRATION_BARRIER,
    Field.PRODUCTS,
)

#: pandas' types that know missing values.
_DTYPES = {Kind.FLAG: "boolean", Kind.INTEGER: "Int64"}
_UNSORTABLE = (Kind.TEXTS, Kind.FORMULAS, Kind.AMOUNTS, Kind.RECORDS, Kind.DOCUMENT)


def find(
    collection: Collection[Document],
    filters: str | Iterable[str] = (),
    *,
    sort: str | None = None,
    descending: bool = False,
    fields: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Document]:
    """Find result documents.

    Parameters
    ----------
    collection : pymongo.collection.Collection
        The results.
    filters : str or iterable of str
        All must hold, see :mod:`workflows.results.filters`; none match every document.
    sort : str, optional
        Field, or amount of a phase (``products.LiAl``), to sort by; a leading ``-`` sorts
        descending. Documents without a value come last either way; equals keep the order in which
        they were stored.
    descending : bool
        Largest first.
    fields : sequence of str, optional
        Fields to return, nested parts as ``products.Li2O``. Without it all but ``structure``,
        which is large and is returned only when named.
    limit : int, optional
        Largest number of documents.

    Raises
    ------
    InputError
        For a field that does not exist or cannot be sorted by, a malformed filter, a limit below 1.
    """
    pipeline: list[Document] = [{"$match": compile_filters(filters)}, *_sorting(sort, descending)]
    if limit is not None:
        pipeline.append({"$limit": _checked_limit(limit)})
    pipeline.append({"$project": _projection(fields)})
    return list(collection.aggregate(pipeline, allowDiskUse=True))


def count(collection: Collection[Document], filters: str | Iterable[str] = ()) -> int:
    """Count result documents; filters as `find` takes them.

    Raises
    ------
    InputError
        For a field that does not exist, or a malformed filter.
    """
    return collection.count_documents(compile_filters(filters))


def resolve_fields(names: Iterable[str]) -> list[str]:
    """Check names of fields and split those joined by commas, keeping their order.

    Raises
    ------
    InputError
        If a field does not exist, or no name is given.
    """
    split = [part.strip() for name in names for part in name.split(",") if part.strip()]
    if not split:
        msg = f"no field is named; there are: {', '.join(Field)}"
        raise InputError(msg)
    return [resolve(name).name for name in split]


def get_value(document: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field or of a part of one, None if the document lacks it.

    A part of a list of documents (``reaction_path.voltage``) is the list of that part.
    """
    target = resolve(name)
    value = document.get(target.field)
    if target.record:
        parts = [entry.get(target.record) for entry in value or ()]
        return [_part(part, target) for part in parts] if target.part else parts
    return _part(value, target) if target.part else value


def to_dataframe(
    documents: Sequence[Mapping[str, Any]], *, fields: Sequence[str] | None = None
) -> pd.DataFrame:
    """Put documents into a data frame, one row each.

    Parameters
    ----------
    documents : sequence of mappings
        Result documents.
    fields : sequence of str, optional
        Columns; without it every field, in the order of `analysis.base.fields.Field`, `structure`
        only where a document brings it. Flags are of dtype ``boolean`` and integers of ``Int64``,
        which know missing values. Lists and nested documents stay Python objects.
    """
    import pandas as pd  # half a second, which the command line does not need

    names = available_fields(documents) if fields is None else resolve_fields(fields)
    rows = [[get_value(document, name) for name in names] for document in documents]
    table = pd.DataFrame(rows, columns=names)
    kinds = {name: _DTYPES.get(resolve(name).kind) for name in names if not resolve(name).record}
    return table.astype({name: kind for name, kind in kinds.items() if kind})


def available_fields(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every field; `structure` only where one of the documents brings it."""
    with_structure = any(Field.STRUCTURE in document for document in documents)
    return [field.value for field in Field if with_structure or field is not Field.STRUCTURE]


def _part(value: Any, target: Target) -> Any:
    if target.is_amount:
        amounts = value or {}
        return next((amounts[t.part] for t in target.spellings if t.part in amounts), None)
    for key in target.part.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _sorting(sort: str | None, descending: bool) -> list[Document]:
    """Stages that sort; MongoDB alone would put nulls first and leave equals in any order."""
    if sort is None:
        return [{"$sort": {"_id": 1}}]
    target = resolve(sort.removeprefix("-"))
    whole = not target.part
    if (target.kind in _UNSORTABLE and whole) or target.record:
        msg = f"{target.name} cannot be sorted by: it holds more than one value"
        raise InputError(msg)
    direction = -1 if descending or sort.startswith("-") else 1
    value = {"$ifNull": [*(spelling.expression for spelling in target.spellings), None]}
    keys = {"sort_value": value, "sort_missing": {"$in": [value, [None, math.nan]]}}
    return [
        {"$addFields": keys},
        {"$sort": {"sort_missing": 1, "sort_value": direction, "_id": 1}},
    ]


def _checked_limit(limit: int) -> int:
    if limit < 1:
        msg = f"limit is a whole number of documents from 1, not {limit}"
        raise InputError(msg)
    return limit


def _projection(fields: Sequence[str] | None) -> Document:
    if fields is None:
        names = [field.value for field in Field if field is not Field.STRUCTURE]
    else:
        # Whole fields: a path would split a formula at its decimal point.
        names = [resolve(name).field.value for name in resolve_fields(fields)]
    return {"_id": 0} | dict.fromkeys(names, 1)
