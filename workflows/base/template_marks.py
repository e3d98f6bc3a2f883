"""What the templates hold in the place of a user's own values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Parts of a value that nobody has (hosts and folders), and whole values.
_PARTS: Final = ("/home/me/", "/path/to/", "mongodb.example.org")
_WHOLE: Final = ("change-me", "my-account")


def left_in(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the placeholders in the content of a file, each with the key it stands under."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from left_in(value, str(name))
    elif isinstance(content, list):
        for value in content:
            yield from left_in(value, key)
    elif isinstance(content, str):
        at_home = f"{Path.home()}/"  # of somebody who is called me
        marks = [*(part for part in _PARTS if part in content and part != at_home)]
        marks += [whole for whole in _WHOLE if content == whole]
        yield from ((mark, key) for mark in marks[:1])
