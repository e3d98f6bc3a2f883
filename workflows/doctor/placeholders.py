"""Lines of the templates in cluster/ that nobody has filled in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What the templates hold in the place of a user's own values.
PLACEHOLDERS: Final = ("/home/me/", "/path/to/", "mongodb.example.org", "change-me", "my-account")


def check_placeholders(files: Iterable[Path]) -> str:
    """Check that no value of these YAML files is a template's.

    Raises
    ------
    InputError
        Some are; the message names files and keys, and repeats no value of the user.
    """
    there = [path for path in dict.fromkeys(files) if path.is_file()]
    if left := [said for path in there for said in _left_in(path)]:
        msg = f"not filled in yet: {'; '.join(left)}"
        raise InputError(msg)
    return f"{len(there)} configuration files are filled in"


def _left_in(path: Path) -> Iterator[str]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return  # the check of that file says so
    at_home = f"{Path.home()}/"
    for key, text in _texts(content):
        for mark in PLACEHOLDERS:
            if mark in text and mark != at_home:
                yield f"{mark.strip('/')} in {key} of {path}"
                break


def _texts(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield all texts in the content of a file, each with the key it stands under."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value, str(name))
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, key)
    elif isinstance(content, str):
        yield key, content
