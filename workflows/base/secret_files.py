"""Files that hold a password: only their owner may read them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SECRET_KEYS = ("password", "tlscertificatekeyfilepassword", "api_key")


def refuse_if_readable(path: Path, content: object) -> None:
    """Refuse a file that holds a password and that others can read.

    Parameters
    ----------
    path
        The file.
    content
        Its content: dictionaries, lists and values. A file without a password may be
        open to everybody.

    Raises
    ------
    InputError
        Group or others may read or write it; the message says how to close it.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS and holds_secret(content):
        msg = (
            f"{path} holds a password and is open to others (mode {mode:04o}): "
            f"close it with chmod 600 {path}"
        )
        raise InputError(msg)


def holds_secret(content: object) -> bool:
    """Return True if a password is anywhere in the content of a file."""
    if isinstance(content, dict):
        return any(_is_secret(*item) for item in content.items()) or _any(content.values())
    if isinstance(content, list):
        return _any(content)
    return isinstance(content, str) and _has_password(content)


def _any(values: Iterable[object]) -> bool:
    return any(holds_secret(value) for value in values)


def _is_secret(key: object, value: object) -> bool:
    return str(key).lower() in _SECRET_KEYS and value not in (None, "")


def _has_password(text: str) -> bool:
    """Tell whether a text is a URI, or a host, with a password: well-formed or not."""
    user, mark, _ = text.partition("://")[2].rpartition("@")
    if not mark:
        user, mark, _ = text.rpartition("@")
    return bool(mark) and ":" in user


def line_of(error: Exception) -> str:
    """Say in which line YAML or JSON is wrong, without showing it; empty if that is not known."""
    mark = getattr(error, "problem_mark", None)
    number = mark.line + 1 if mark else getattr(error, "lineno", None)
    return f" (line {number})" if number else ""
