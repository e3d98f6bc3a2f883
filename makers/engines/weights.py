"""Files of weights: which they are, by their SHA-256."""

import hashlib
from functools import lru_cache
from pathlib import Path

from analysis.base.errors import InputError


def weights_hash(path: Path) -> str:
    """Return the SHA-256 of a file of weights.

    Raises
    ------
    InputError
        There is no such file, or it cannot be read.
    """
    try:
        state = path.stat()
        return _hash(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        msg = f"The weights {path} cannot be read: {error.strerror}. Name a file that is there."
        raise InputError(msg) from error


def require_weights(path: Path, expected: str, *, fix: str) -> str:
    """Return the SHA-256 of a file of weights, if it is the expected one.

    Raises
    ------
    InputError
        The file is another one, or cannot be read.
    """
    found = weights_hash(path)
    if found != expected.lower():
        msg = f"The weights {path} have the SHA-256 {found}, not {expected}: {fix}."
        raise InputError(msg)
    return found


@lru_cache(maxsize=16)
def _hash(path: Path, size: int, changed: int) -> str:
    """Hash a file; its size and time of change tell if it is still the same."""
    del size, changed
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
