"""Results as OPTIMADE has them: structures, with the fields of a result under a prefix."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field, Kind
from workflows.results.serialize import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]

#: A field is served as ``_interphase_reaction_energy``.
PREFIX: Final = "interphase"

#: Fields for which OPTIMADE has names: the atoms, `id` and `last_modified`.
_RENAMED: Final = frozenset((Field.STRUCTURE, Field.JOB_UUID, Field.STORED))

_TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.NUMBER: "float",
        Kind.INTEGER: "integer",
        Kind.FLAG: "boolean",
        Kind.TEXT: "string",
        Kind.CHOICE: "string",
        Kind.ELEMENT: "string",
        Kind.FORMULA: "string",
        Kind.TEXTS: "list",
        Kind.FORMULAS: "list",
        Kind.RECORDS: "list",
        Kind.AMOUNTS: "dictionary",
        Kind.DOCUMENT: "dictionary",
        Kind.DATE: "timestamp",
    }
)

_FIELDS: Final = tuple(field for field in Field if field not in _RENAMED)


def described_fields() -> list[dict[str, str]]:
    """Describe the fields that are served under the prefix, without it."""
    return [
        {"name": field.value, "type": _TYPES[field.kind], "description": field.description}
        | ({"unit": field.unit} if field.unit else {})
        for field in _FIELDS
    ]


def to_entry(result: Mapping[str, Any]) -> Document:
    """Turn a result with its structure into an entry of OPTIMADE's collection `structures`."""
    from optimade.adapters.structures.pymatgen import from_pymatgen
    from pymatgen.core import Structure

    cell = Structure.from_dict(result[Field.STRUCTURE]).remove_oxidation_states()
    atoms = from_pymatgen(cell).model_dump(mode="json")
    atoms["species"].sort(key=lambda species: species["name"])
    fields = {field.value: to_plain(result.get(field)) for field in _FIELDS}
    renamed = {"id": result[Field.JOB_UUID], "last_modified": result.get(Field.STORED)}
    return {**atoms, **fields, **renamed, "immutable_id": result[Field.JOB_UUID]}
