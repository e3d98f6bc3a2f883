"""What is wrong with a value, in words for a person: pydantic's own speak of Python's types."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = {
    "int_": "must be a whole number",
    "float_": "must be a number",
    "decimal_": "must be a number",
    "finite_number": "must be finite",
    "string_type": "must be text",
    "string_pattern": "may hold letters, digits, hyphens and underscores only",
    "bool_": "must be true or false",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
    "dict_type": "must be keys with values, such as {key: value}",
    "model_": "must be keys with values, such as {key: value}",
    "path_type": "must be the path of a file",
    "missing": "is missing",
    "extra_forbidden": "unknown key",
}
_LONGEST = 40


def message_of(item: Mapping[str, Any], *, secret: bool = False) -> str:
    """Say what is wrong with a value.

    Parameters
    ----------
    item
        One of pydantic's errors: `type`, `msg`, `input` and, for choices, `ctx`.
    secret
        The value may be a password, and is not repeated.
    """
    kind, value = item["type"], item.get("input")
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    words = next((text for start, text in _KINDS.items() if kind.startswith(start)), None)
    if words is None:
        words = re.sub("^(Input|Value|String|Tuple|List) should", "must", str(item["msg"]))
    if secret or kind in {"missing", "extra_forbidden"}:
        return words
    return f"{words} (here: {_shown(value)}){_nearest(item)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _nearest(item: Mapping[str, Any]) -> str:
    """Name the choice that was probably meant."""
    known = re.findall("'([^']*)'", str((item.get("ctx") or {}).get("expected", "")))
    near = difflib.get_close_matches(str(item.get("input")), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
