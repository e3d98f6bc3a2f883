"""The table of results: which columns, and how each value is shown."""

from __future__ import annotations

import json
import math
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from analysis.base.compound_names import dopants_text, ion_text
from analysis.base.fields import Field, Kind
from workflows.results.fields import Target, resolve
from workflows.results.search import DEFAULT_FIELDS, get_value
from workflows.results.serialize import to_plain
from workflows.terminal.table_style import NULL, STYLES, new_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    Document = Mapping[str, Any]

# Fields of the table that terminals with fewer columns leave out: dopant, site and x give the
# formula as well, the words stand for the probabilities, and `explain` has the products.
LEFT_OUT = {
    100: (Field.DISSOLUTION, Field.REACTION_ENERGY_UNCERTAINTY),
    120: (Field.RESISTS_PROBABILITY, Field.DISSOLVES_PROBABILITY),
    140: (Field.PRODUCTS,),
    175: (Field.FORMULA,),
}
HEADER_WIDTH = 9
WRAPPED_WIDTH = 12  # least for a column that wraps
DIGITS = {
    Field.DIFFUSIVITY: ".2e",
    Field.LITHIUM_UPTAKE: ".2f",
    Field.REACTION_ENERGY_UNCERTAINTY: ".2f",
}
# The scalar of a single dopant, and the part of `dopants` that stands in for it where there are
# several.
DOPANT_PARTS = {
    Field.DOPANT: "element",
    Field.VALENCE: "valence",
    Field.SITE: "site",
    Field.CONCENTRATION: "concentration",
}
_RIGHT = (Kind.NUMBER, Kind.INTEGER)
_WRAPPED = (Kind.TEXT, Kind.TEXTS, Kind.FORMULAS, Kind.AMOUNTS, Kind.RECORDS, Kind.DOCUMENT)


def default_fields(width: int) -> list[str]:
    """Return the fields of a table for a terminal with this many columns."""
    left_out = {field for least, fields in LEFT_OUT.items() if width < least for field in fields}
    return [field.value for field in DEFAULT_FIELDS if field not in left_out]


def results_table(documents: Sequence[Document], fields: Sequence[str]) -> Table:
    """Make a table with one row for each document, numbers aligned, units in the header."""
    table = new_table()
    targets = [resolve(name) for name in fields]
    rows = [[_cell(document, target) for target in targets] for document in documents]
    for number, target in enumerate(targets):
        _add_column(table, target, [row[number] for row in rows])
    for row in rows:
        table.add_row(*row)
    return table


def _add_column(table: Table, target: Target, cells: Sequence[Text]) -> None:
    """Add a column that only long texts and lists may wrap."""
    header = _header(target)
    wraps = target.kind in _WRAPPED or bool(target.record)
    texts = [header, *cells]
    full = max(cell_len(line) for text in texts for line in text.plain.splitlines())
    table.add_column(
        header,
        justify="left" if wraps or target.kind not in _RIGHT else "right",
        no_wrap=not wraps,
        min_width=min(full, WRAPPED_WIDTH) if wraps else full,
        overflow="fold",
    )


def _header(target: Target) -> Text:
    """Title over unit, the title in short lines."""
    part = ".".join(filter(None, (target.record, target.part)))
    title = textwrap.fill(target.field.label, HEADER_WIDTH, break_long_words=False)
    has_unit = target.kind in _RIGHT and not target.record
    unit = target.field.unit.replace(" per ", "/").replace("per ", "/") if has_unit else ""
    return Text("\n".join(filter(None, (title, part, unit))))


def _cell(document: Document, target: Target) -> Text:
    if target.field in DOPANT_PARTS and document.get(Field.DOPANTS) is not None:
        return Text(_dopant_text(document[Field.DOPANTS], target))
    text = _text(get_value(document, target.name), target)
    return Text(text, style=STYLES.get(text, "") if target.field.kind is Kind.CHOICE else "")


def _dopant_text(dopants: Sequence[Document], target: Target) -> str:
    """Return a scalar of the dopant, for several dopants one line each."""
    if not dopants:
        return "none" if target.field is Field.DOPANT else NULL
    if target.field is Field.DOPANT:
        return "\n".join(_ion(dopant) for dopant in dopants)
    part = DOPANT_PARTS[target.field]
    return "\n".join(_scalar(dopant.get(part), target.field) for dopant in dopants)


def _ion(dopant: Document) -> str:
    return ion_text(dopant["element"], dopant["valence"])


def _text(value: Any, target: Target) -> str:
    """Show a value as short text."""
    match value:
        case list():
            return _list_text(value, target) or NULL
        case dict():
            return _dict_text(value, target) or NULL
        case _:
            return _scalar(value, target.field)


def _list_text(values: Sequence[Any], target: Target) -> str:
    if target.kind is Kind.RECORDS:
        return _records_text(values, target.field)
    separator = "; " if target.kind is Kind.TEXTS else ", "
    return separator.join(_text(value, target) for value in values)


def _dict_text(value: Mapping[str, Any], target: Target) -> str:
    """Show a nested document; of products only the formulas, since the equation has the amounts."""
    if target.field is Field.PRODUCT_BAND_GAPS:
        return ", ".join(f"{key} {_scalar(gap, target.field)}" for key, gap in value.items())
    if target.kind is Kind.AMOUNTS:
        return ", ".join(value)
    match value:
        case {"name": name, "version": version}:
            return f"{name} {version}"
        case {"source": source}:
            return str(source)
        case {"sites": sites}:
            return f"{len(sites)} sites"
    return json.dumps(to_plain(value), ensure_ascii=False)


def _records_text(records: Sequence[Document], field: Field) -> str:
    if field is Field.REDUCTIONS:
        return "; ".join(f"{_ion(each)} {each['label'] or NULL}" for each in records)
    if field is not Field.DOPANTS:
        return f"{len(records)} kinks" if records else ""
    return dopants_text(records)


def _scalar(value: Any, field: Field) -> str:  # noqa: PLR0911, one return for each kind
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(" ", "minutes")
        case float() if not math.isfinite(value):
            return NULL
        case float() if field.kind is Kind.INTEGER:
            return f"{value:g}"
        case float():
            # z: what rounds to zero has no sign.
            return format(value, "z" + DIGITS.get(field, ".3f"))
        case None:
            return NULL
        case _:
            return str(value)
