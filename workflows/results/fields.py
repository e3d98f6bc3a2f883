"""The meaning of field names, and how to read values for them."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field, Kind
from analysis.base.schema import CHOICES, PARTS, SUBFIELDS
from workflows.base.times import read_date

if TYPE_CHECKING:  # a quarter of a second, needed only for elements and formulas
    from pymatgen.core import Composition

FLAGS = {"true": True, "yes": True, "false": False, "no": False}

_FIELDS = {field.value: field for field in Field}


@dataclass(frozen=True)
class Target:
    """What a filter or a sort looks at: a field, or a part of one.

    Attributes
    ----------
    field : Field
        The field, or the list of documents that holds it.
    kind : Kind
        Kind of the value looked at.
    record : str
        Name of the part within each document of a list, "" elsewhere.
    part : str
        The formula of an amount, or the dotted path within a document, "" for a whole field.
    """

    field: Field
    kind: Kind
    record: str = ""
    part: str = ""

    @property
    def name(self) -> str:
        """The dotted name as the user writes it."""
        return ".".join(filter(None, (self.field, self.record, self.part)))

    @property
    def is_amount(self) -> bool:
        """True if this is the number that belongs to one formula."""
        return self.kind is Kind.NUMBER and bool(self.part)

    @property
    def spellings(self) -> list[Target]:
        """The target; for the amount of a phase also under the phase's reduced formula."""
        names = phase_names(self.part) if self.is_amount else [self.part]
        return [replace(self, part=name) for name in names]

    @property
    def expression(self) -> str | dict[str, Any]:
        """Aggregation expression of the value; a formula's decimal point does not split it."""
        if self.is_amount:
            return {"$getField": {"field": {"$literal": self.part}, "input": f"${self.field}"}}
        return f"${self.name}"


def resolve(name: str) -> Target:
    """Find the field, or the part of a field, for a name.

    Raises
    ------
    InputError
        If there is no such field or part; the message suggests the nearest and lists them.
    """
    root, _, rest = name.partition(".")
    field = _FIELDS.get(root)
    if field is None:
        raise InputError(_unknown("field", root, list(_FIELDS)))
    if field.kind is Kind.RECORDS and rest:
        return _resolve_record(field, rest)
    if not rest:
        return Target(field, field.kind)
    if field.kind is Kind.AMOUNTS:
        return Target(field, Kind.NUMBER, part=rest)
    if field.kind is Kind.DOCUMENT:
        return _resolve_part(field, rest)
    msg = f"{field} has no parts, so {name!r} means nothing; write {field}"
    raise InputError(msg)


def phase_names(text: str) -> list[str]:
    """Names under which a phase may be stored: as written, and as its reduced formula.

    Raises
    ------
    InputError
        If the text is not a chemical formula.
    """
    return list(dict.fromkeys([text, _composition(text).reduced_formula]))


def elements_pattern(value: str) -> str:
    """Pattern of the formulas with all the elements of a text such as LiAl; C is not in CaO.

    Raises
    ------
    InputError
        If the text does not consist of element symbols.
    """
    symbols = [str(element) for element in _composition(value)]
    if "".join(symbols) != value:
        msg = f"~ looks for elements, such as Al or LiAl, not {value!r}; use = for a phase"
        raise InputError(msg)
    return "^" + "".join(f"(?=.*{symbol}(?![a-z]))" for symbol in symbols)


def _composition(text: str) -> Composition:
    from pymatgen.core import Composition, Element

    try:
        composition = Composition(text)
    except ValueError as error:
        msg = f"{text!r} is not a chemical formula; element symbols are written as Al, not al or AL"
        raise InputError(msg) from error
    if not all(isinstance(element, Element) for element in composition):
        msg = f"{text!r} contains an element that does not exist"
        raise InputError(msg)
    return composition


def require_part(target: Target) -> None:
    """Refuse a whole document if a value is needed.

    Raises
    ------
    InputError
        If the target is a document, or a list of them.
    """
    if target.record or target.part or target.kind not in (Kind.RECORDS, Kind.DOCUMENT):
        return
    parts = PARTS.get(target.field) or SUBFIELDS[target.field]
    names = ", ".join(f"{target.name}.{part}" for part in parts)
    msg = f"{target.name} as a whole can only be = or != null; its parts are {names}"
    raise InputError(msg)


def read_value(target: Target, text: str) -> Any:  # noqa: PLR0911, one return for each kind
    """Read a value of the target's kind: a text, a number, a flag, or a span of time.

    Raises
    ------
    InputError
        If the target cannot hold it.
    """
    match target.kind:
        case Kind.NUMBER | Kind.INTEGER:
            return read_number(target, text)
        case Kind.FLAG:
            return _flag(target, text)
        case Kind.CHOICE:
            return _choice(target, text)
        case Kind.ELEMENT:
            return _element(target, text)
        case Kind.DATE:
            return read_date(text, name=target.name)
        case Kind.DOCUMENT:
            return _guess(target, text)
        case _:
            return text


def read_number(target: Target, text: str) -> float:
    """Read a finite number.

    Raises
    ------
    InputError
        If the text is not one.
    """
    try:
        number = float(text)
    except ValueError as error:
        msg = f"{target.name} takes a number, not {text!r}"
        raise InputError(msg) from error
    if not math.isfinite(number):
        msg = f"{target.name} takes a finite number, not {text!r}"
        raise InputError(msg)
    return number


def _flag(target: Target, text: str) -> bool:
    if text.lower() not in FLAGS:
        msg = f"{target.name} is true, false or null, not {text!r}"
        raise InputError(msg)
    return FLAGS[text.lower()]


def _choice(target: Target, text: str) -> str:
    choices = CHOICES[target.field]
    if text.lower() not in choices:
        msg = f"{target.name} is one of {', '.join(choices)} or null, not {text!r}"
        raise InputError(msg)
    return text.lower()


def _element(target: Target, text: str) -> str:
    from pymatgen.core import Element

    if not Element.is_valid_symbol(text):
        near = {each.long_name.lower(): each.symbol for each in Element}.get(text.lower())
        near = near or (text.title() if Element.is_valid_symbol(text.title()) else None)
        hint = f"; did you mean {near}?" if near else ""
        msg = f"{target.name} takes an element symbol such as Al, not {text!r}{hint}"
        raise InputError(msg)
    return text


def _guess(target: Target, text: str) -> str | float | bool:
    """Read a value of unknown kind."""
    if text.lower() in FLAGS:
        return _flag(target, text)
    try:
        return read_number(target, text)
    except InputError:
        return text


def _resolve_record(field: Field, rest: str) -> Target:
    record, _, part = rest.partition(".")
    parts = SUBFIELDS[field]
    if record not in parts:
        raise InputError(_unknown(f"part of {field}", record, list(parts)))
    kind = parts[record]
    if part and kind is not Kind.AMOUNTS:
        msg = f"{field}.{record} has no parts, so {field}.{rest!r} means nothing"
        raise InputError(msg)
    return Target(field, Kind.NUMBER if part else kind, record, part)


def _resolve_part(field: Field, rest: str) -> Target:
    first = rest.partition(".")[0]
    if first not in PARTS[field]:
        raise InputError(_unknown(f"part of {field}", first, list(PARTS[field])))
    return Target(field, Kind.DOCUMENT, part=rest)


def _unknown(what: str, name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name.lower(), known, n=1)
    suggestion = f"; did you mean {nearest[0]}?" if nearest else "."
    return f"no {what} is called {name!r}{suggestion} There are: {', '.join(known)}"
