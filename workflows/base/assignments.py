"""Words such as ``model=7net-l3i5``, as commands take them."""

from collections.abc import Sequence
from typing import Any

import yaml

from analysis.base.errors import InputError


def read_assignments(words: Sequence[str]) -> dict[str, Any]:
    """Read ``key=value`` settings.

    Raises
    ------
    InputError
        One has no value.
    """
    pairs = [word.partition("=") for word in words]
    if wrong := [key for key, equals, _ in pairs if not equals]:
        msg = f"settings are key=value, such as model=7net-l3i5; not {', '.join(wrong)}"
        raise InputError(msg)
    return {key: yaml.safe_load(value) for key, _, value in pairs}
