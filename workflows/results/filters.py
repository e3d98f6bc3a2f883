"""The filter language of result documents, compiled to MongoDB query documents.

A filter is ``FIELD OPERATOR VALUE``, spaces around the operator allowed; several filters must all
hold. FIELD is a name of :class:`analysis.base.fields.Field`, or a part of one after a dot:

- ``products.Li2O`` is the amount of a phase, ``product_band_gaps.Li2O`` its gap; everything after
  the first dot is the formula, so decimals in it are safe (``products.Li0.5CoO2``);
- ``dopants.element`` (``valence``, ``site``, ``concentration``) and ``reaction_path.voltage``
  (``lithium``, ``energy``, ``products``) hold where any entry of the list does;
- ``engine.name``, ``reference_phases.source``, ``structure.lattice.a`` and other parts of these.

OPERATOR is one of

- ``=`` and ``!=``: equal, or one of several after commas (``dopant=Al,Ga``). Numbers are equal
  within 1e-6. ``products=LiAl``: has that phase, its elements in any order; likewise
  ``deciding_phases``, ``alloys`` and ``product_band_gaps``. ``!=`` is everything else,
  nulls too;
- ``<``, ``<=``, ``>``, ``>=``: compare numbers and dates; null never compares. A date is
  ``2026-11-18`` or ``2026-11-18T06:30``, in UTC, or how long ago: ``stored>=7d`` (also h and w);
- ``~``: a text contains this, in upper or lower case (``notes~interstitial``); a formula, or one of
  the products, has all these elements (``products~LiAl``). After commas: any of several. ``!~`` is
  everything else, nulls too.

In VALUE, ``null`` is a field without a value, or with an empty one (``dopants=null``: the host);
flags are ``true`` or ``false``; put a value with a comma in double quotes.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field, Kind
from workflows.base.times import read_date
from workflows.results.fields import (
    Target,
    elements_pattern,
    phase_names,
    read_number,
    read_value,
    require_part,
    resolve,
)
from workflows.results.ranges import require_possible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from workflows.results.ranges import Comparison

Query = dict[str, Any]

COMPARISONS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
OPERATORS = ("=", "!=", *COMPARISONS, "~", "!~")
# Amounts come out of a linear programme: 0.5 is stored as 0.49999999998.
TOLERANCE = 1e-6

_NUMBERS = (Kind.NUMBER, Kind.INTEGER)
_COMPARED = (*_NUMBERS, Kind.DATE)
_NO_MATCHING = (*_COMPARED, Kind.FLAG)
_SYNTAX = re.compile(
    r"\s*(?P<name>[^=!<>~\s]+)\s*(?P<operator>[=!<>~]+)\s*(?P<value>.*?)\s*", re.DOTALL
)


def compile_filters(filters: str | Iterable[str]) -> Query:
    """Compile filters, all of which must hold, to one MongoDB query document.

    Parameters
    ----------
    filters : str or iterable of str
        As the module describes; none match every document.

    Raises
    ------
    InputError
        For a mistyped field, an unknown operator, a value that the field cannot hold, or filters
        of which no value can fulfil both.
    """
    texts = [filters] if isinstance(filters, str) else list(filters)
    queries = [_compile(text) for text in texts]
    require_possible(_comparisons(texts))
    return queries[0] if len(queries) == 1 else {"$and": queries} if queries else {}


def filtered_fields(filters: str | Iterable[str]) -> list[Field]:
    """Return the fields that filters look at.

    Raises
    ------
    InputError
        For a mistyped field or an unknown operator.
    """
    texts = [filters] if isinstance(filters, str) else filters
    return [parse(text)[0].field for text in texts]


def _compile(text: str) -> Query:
    target, operator, values = parse(text)
    if operator in COMPARISONS:
        return _compare(target, operator, values)
    test = _contains if operator.endswith("~") else _equals
    queries = [query for value in values for query in test(target, value)]
    if operator.startswith("!"):
        return {"$nor": queries}
    return queries[0] if len(queries) == 1 else {"$or": queries}


def _comparisons(texts: Iterable[str]) -> Iterator[tuple[str, Comparison]]:
    """Yield the comparisons with one value; each entry of a list has its own."""
    for text in texts:
        target, operator, values = parse(text)
        if operator in COMPARISONS and not target.record:
            yield target.name, (operator, _bound(target, values[0]), text)


def _bound(target: Target, value: str) -> Any:
    if target.kind is Kind.DATE:
        return read_date(value, name=target.name)[0]
    return read_number(target, value)


def parse(text: str) -> tuple[Target, str, list[str]]:
    """Split a filter into target, operator and values."""
    match = _SYNTAX.fullmatch(text)
    if match is None or match["operator"] not in OPERATORS:
        msg = (
            f"{text!r} is no filter: write FIELD OPERATOR VALUE, such as label=resists, "
            f"with one of the operators {' '.join(OPERATORS)}{_hint(text)}"
        )
        raise InputError(msg)
    return resolve(match["name"]), match["operator"], _split(text, match["value"])


def _hint(text: str) -> str:
    """Guess what was meant: the shell takes what follows an unquoted < or >, as files."""
    if found := re.search("=>|=<", text):
        return f"; did you mean {found[0][::-1]}?"
    if re.fullmatch(r"[\w.]+", text):
        return f"; < and > need quotes in a shell: '{text}>0'"
    return ""


def _split(text: str, value: str) -> list[str]:
    """Split at commas, but not within double quotes."""
    try:
        rows = list(csv.reader([value], skipinitialspace=True, strict=True))
    except csv.Error as error:
        msg = f"the value of the filter {text!r} cannot be read: {error}"
        raise InputError(msg) from error
    values = [item.strip() for item in rows[0]] if rows else []
    if not values or not all(values):
        msg = f"the filter {text!r} lacks a value; null stands for a field without one"
        raise InputError(msg)
    return values


def _compare(target: Target, operator: str, values: list[str]) -> Query:
    if target.kind is Kind.AMOUNTS:
        msg = f"{target.name} holds an amount per phase: compare one, as in {target.name}.Li2O"
        raise InputError(msg + f"{operator}{values[0]}")
    require_part(target)
    if target.kind not in (*_COMPARED, Kind.DOCUMENT):
        msg = f"{target.name} is not a number: {operator} cannot compare it, use = != or ~"
        raise InputError(msg)
    if len(values) > 1:
        what = "date" if target.kind is Kind.DATE else "number"
        msg = f"{target.name}{operator} takes one {what}, not {', '.join(values)}"
        raise InputError(msg)
    if target.kind is Kind.DATE:
        return _place(target, _compared_date(operator, *read_date(values[0], name=target.name)))
    return _any_spelling(target, {COMPARISONS[operator]: read_number(target, values[0])})


def _compared_date(operator: str, start: datetime, end: datetime) -> Query:
    """Compare with a span of time: ``<=`` includes the whole day."""
    if end > start and operator in ("<=", ">"):
        return {"$lt" if operator == "<=" else "$gte": end}
    return {COMPARISONS[operator]: start}


def _equals(target: Target, value: str) -> list[Query]:
    """Return queries of which one must hold for the target to equal the value."""
    if value.lower() == "null":
        return [
            _any_spelling(target, {"$in": [None, [], {}]} if not target.part else {"$eq": None})
        ]
    if target.kind is Kind.AMOUNTS:
        phase = Target(target.field, Kind.NUMBER, target.record, value)
        return [_place(spelling, {"$exists": True}) for spelling in phase.spellings]
    if target.kind is Kind.FORMULAS:
        return [_place(target, {"$in": phase_names(value)})]
    require_part(target)
    parsed = read_value(target, value)
    if target.kind is Kind.DATE:
        start, end = parsed
        return [_place(target, {"$gte": start, "$lt": end} if end > start else {"$eq": start})]
    if isinstance(parsed, float):
        return [_any_spelling(target, {"$gte": parsed - TOLERANCE, "$lte": parsed + TOLERANCE})]
    return [_place(target, {"$eq": parsed})]


def _contains(target: Target, value: str) -> list[Query]:
    """Return queries of which one must hold for the target to contain the value."""
    require_part(target)
    if target.kind in _NO_MATCHING:
        msg = f"{target.name} is no text: ~ cannot search it, use ="
        raise InputError(msg)
    if target.kind in (Kind.FORMULA, Kind.FORMULAS):
        return [_place(target, {"$regex": elements_pattern(value)})]
    if target.kind is Kind.AMOUNTS:
        return [_contains_elements(target, value)]
    return [_place(target, {"$regex": re.escape(value), "$options": "i"})]


def _contains_elements(target: Target, value: str) -> Query:
    """Search the formulas that are the keys of a field of amounts."""
    if target.record:
        msg = f"{target.name} cannot be searched with ~; use = with a formula, or {Field.PRODUCTS}~"
        raise InputError(msg)
    keys = {"$objectToArray": {"$ifNull": [f"${target.field}", {}]}}
    matches = {"$regexMatch": {"input": "$$this.k", "regex": elements_pattern(value)}}
    return {"$expr": {"$anyElementTrue": [{"$map": {"input": keys, "in": matches}}]}}


def _any_spelling(target: Target, condition: Query) -> Query:
    """Place a condition on an amount under any of the names that its phase may have."""
    queries = [_place(spelling, condition) for spelling in target.spellings]
    joint = "$and" if condition == {"$eq": None} else "$or"
    return queries[0] if len(queries) == 1 else {joint: queries}


def _place(target: Target, condition: Query) -> Query:
    """Place a condition on the target's value in a document."""
    if target.is_amount and "." in target.part:
        return _place_dotted(target, condition)
    if target.record:
        path = f"{target.record}.{target.part}" if target.part else target.record
        return {target.field.value: {"$elemMatch": {path: condition}}}
    return {target.name: condition}


def _place_dotted(target: Target, condition: Query) -> Query:
    """Put a condition on a key with a decimal point, which a path would split there."""
    if target.record:
        msg = f"{target.name}: a formula with decimals can be filtered in {Field.PRODUCTS} only"
        raise InputError(msg)
    value = target.expression
    if "$exists" in condition:
        return {"$expr": {"$ne": [{"$type": value}, "missing"]}}
    if "$eq" in condition:
        return {"$expr": {"$eq": [{"$ifNull": [value, None]}, None]}}
    # An aggregation compares numbers with nulls as well; a query does not.
    tests = [{operator: [value, number]} for operator, number in condition.items()]
    return {"$expr": {"$and": [{"$isNumber": value}, *tests]}}
