"""Files that hold a password: only their owner may read them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
    return isinstance(content, str) and _password_of(content) is not None


def _any(values: Iterable[object]) -> bool:
    return any(holds_secret(value) for value in values)


def _is_secret(key: object, value: object) -> bool:
    return str(key).lower() in _SECRET_KEYS and value not in (None, "")


def _password_of(text: str) -> str | None:
    """Return the password of a URI; None for any other text."""
    try:
        return urlsplit(text).password if "://" in text else None
    except ValueError:  # square brackets that are not an IPv6 address
        return None
