"""Fields of a result that follow from its other fields: one function each, without a job.

A field added here appears in every stored result when its document is rebuilt
(`interphase build --all`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from analysis.base.fields import Field
from analysis.reactions.alloys import alloys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Document = Mapping[str, Any]

#: Field to the function of a result document that returns its value, or None.
DERIVED: Final[Mapping[Field, Callable[[Document], Any]]] = MappingProxyType(
    {
        Field.ALLOYS: lambda document: (
            None if document.get(Field.PRODUCTS) is None else alloys(document[Field.PRODUCTS])
        ),
    }
)


def derived_fields(document: Document) -> tuple[dict[str, Any], list[str]]:
    """Compute the derived fields of a result document, with notes on null ones.

    Returns
    -------
    tuple
        The fields by name, and notes.
    """
    fields = {field.value: derive(document) for field, derive in DERIVED.items()}
    missing = [name for name, value in fields.items() if value is None]
    return fields, [f"{name} is null: what it follows from is not known" for name in missing]
