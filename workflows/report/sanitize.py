"""Sanitize result documents for the report: every value has its kind, or is null.

A database may hold documents of an older schema, of a half-written campaign, or from another
source. Values of the wrong kind are left out and named, so that they never reach the page.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field, Kind
from analysis.base.schema import SUBFIELDS
from workflows.report.model import CrystalView
from workflows.results.serialize import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Document = Mapping[str, Any]

# Å and fractions: a thousandth of a 12 Å cell is 0.01 Å, far below the resolution of a picture.
DECIMALS = 3
# A garnet's conventional cell has 192; a larger one is not readable and makes the page heavy.
MOST_SITES = 1000

# Provenance is long and similar in every document: `interphase provenance` shows it.
_APART = (Field.STRUCTURE, Field.CAMPAIGN, Field.JOB_UUID, Field.DOPANTS, Field.PROVENANCE)


def read_result(document: Document) -> tuple[dict[str, Any], list[str]]:
    """Read the fields of a result document.

    Returns
    -------
    The values by field, without structure, dopants, campaign and job; and the fields that are
    present but have the wrong kind.
    """
    values: dict[str, Any] = {}
    unreadable: list[str] = []
    for field in Field:
        given = document.get(field)
        if field in _APART or given is None:
            continue
        value = _read(given, field.kind, field)
        if value is None and not _is_gap(given):
            unreadable.append(field.value)
        values[field.value] = value
    return values, unreadable


def read_dopants(document: Document) -> tuple[dict[str, Any], ...] | None:
    """Read the dopants; None if they are missing or malformed."""
    given = document.get(Field.DOPANTS)
    if not isinstance(given, (list, tuple)):
        return None
    dopants = [_record(each, Field.DOPANTS) for each in given]
    if any(None in (each or {"": None}).values() for each in dopants):
        return None
    return tuple(each for each in dopants if each)


def read_crystal(structure: Any) -> CrystalView | None:
    """Shorten a structure's dictionary; None if it is malformed, or too large for a picture."""
    try:
        sites = structure["sites"]
        species = [site["species"][0]["element"] for site in sites]
        coordinates = [tuple(_short(x) for x in site["abc"]) for site in sites]
        lattice = tuple(tuple(_short(x) for x in v) for v in structure["lattice"]["matrix"])
        elements = sorted({str(each) for each in species})
        indices = tuple(elements.index(str(each)) for each in species)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    complete = [len(each) for each in (*lattice, *coordinates)] == [3] * (3 + len(sites))
    if not complete or not 0 < len(sites) <= MOST_SITES:
        return None
    return CrystalView(
        lattice=lattice, elements=tuple(elements), species=indices, sites=tuple(coordinates)
    )


def _short(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        msg = f"a coordinate is {number}"
        raise ValueError(msg)
    return round(number, DECIMALS)


def _read(value: Any, kind: Kind, field: Field) -> Any:
    """Return a value of the right kind, None for any other."""
    if kind is Kind.RECORDS:
        return _records(value, field)
    read: Callable[[Any], Any] = _READERS.get(kind, _text)
    return read(value)


def _is_gap(value: Any) -> bool:
    """Return True if a value is a number that stands for a missing one."""
    return isinstance(value, float) and not math.isfinite(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> str | None:
    """Return a point in time, which MongoDB keeps in UTC, as text."""
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else None


def _texts(value: Any) -> list[str] | None:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else None


def _document(value: Any) -> dict[str, Any] | None:
    return to_plain(value) if isinstance(value, dict) else None


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) else None


def _amounts(value: Any) -> dict[str, float | int | None] | None:
    if not isinstance(value, dict):
        return None
    return {str(formula): _number(amount) for formula, amount in value.items()}


def _records(value: Any, field: Field) -> list[dict[str, Any]] | None:
    if not isinstance(value, (list, tuple)):
        return None
    records = [_record(each, field) for each in value]
    return None if None in records else [each for each in records if each is not None]


def _record(value: Any, field: Field) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    return {
        part: None if value.get(part) is None else _read(value[part], kind, field)
        for part, kind in SUBFIELDS[field].items()
    }


_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _number,
    Kind.INTEGER: _number,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.TEXTS: _texts,
    Kind.FORMULAS: _texts,
    Kind.AMOUNTS: _amounts,
    Kind.DOCUMENT: _document,
}
