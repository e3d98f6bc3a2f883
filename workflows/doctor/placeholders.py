"""Lines of the templates in cluster/ that nobody has filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from analysis.base.errors import InputError
from workflows.base.template_marks import left_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


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
    yield from (f"{mark.strip('/')} in {key} of {path}" for mark, key in left_in(content))
