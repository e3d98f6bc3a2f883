"""Results as contributions to MPContribs, the Materials Project's platform for others' data.

Keys there have neither underscores nor spaces, and quantities are texts with a unit.
https://docs.materialsproject.org/services/mpcontribs
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field, Kind
from workflows.results.structures import file_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]

_KINDS: Final = frozenset(
    (Kind.NUMBER, Kind.INTEGER, Kind.FLAG, Kind.TEXT, Kind.CHOICE, Kind.ELEMENT)
)
# Of the contribution itself, or of no meaning outside the campaign's database.
_LEFT_OUT: Final = frozenset((Field.CAMPAIGN, Field.JOB_UUID, Field.SCHEMA_VERSION))
# "per f.u." and "per dopant" are no units there: the key's meaning is in the legend.
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "eV per f.u.": "eV",
        "eV per dopant": "eV",
        "eV/atom": "eV/atom",
        "eV": "eV",
        "V": "V",
        "cm^2/s": "cm^2/s",
    }
)
_FIELDS: Final = tuple(field for field in Field if field.kind in _KINDS and field not in _LEFT_OUT)
#: Fields of a result that a contribution is made of.
NEEDED: Final = (*_FIELDS, Field.DOPANTS, Field.FORMULA, Field.JOB_UUID, Field.STRUCTURE)


def contributions(results: Sequence[Mapping[str, Any]]) -> Document:
    """Return results as `mpcontribs.client` submits them.

    Parameters
    ----------
    results
        With the fields of `NEEDED`.

    Returns
    -------
    `columns`, units by key, for ``init_columns``; `legend`, meanings by key, for the project's
    description; and `contributions`, for ``submit_contributions``.
    """
    return {
        "columns": {_key(field): _unit(field) for field in _FIELDS},
        "legend": {_key(field): _meaning(field) for field in _FIELDS},
        "contributions": [_contribution(result) for result in results],
    }


def _contribution(result: Mapping[str, Any]) -> Document:
    data = {_key(field): _value(field, result.get(field)) for field in _FIELDS}
    cell = result.get(Field.STRUCTURE)
    return {
        "identifier": file_name(result).removesuffix(".cif"),
        "formula": result[Field.FORMULA],
        "data": {key: value for key, value in data.items() if value is not None},
    } | ({"structures": [cell]} if cell else {})


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind is Kind.FLAG:
        return "Yes" if value else "No"
    unit = _unit(field)
    return f"{value:g} {unit}".strip() if unit is not None else str(value)


def _unit(field: Field) -> str | None:
    """Return a unit that MPContribs knows; "" for a number without one, None for a text."""
    if field.kind not in {Kind.NUMBER, Kind.INTEGER}:
        return None
    return _UNITS.get(field.unit, "")


def _meaning(field: Field) -> str:
    return f"{field.description} ({field.unit})" if field.unit else field.description


def _key(field: Field) -> str:
    """Write a field's name without underscores: reactionEnergy."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), field.value)
