"""Compressed files that are the same wherever they are written."""

import gzip
from typing import Final

_SYSTEM: Final = 9
_UNIX: Final = b"\x03"


def gzipped(text: str) -> bytes:
    """Compress a text to bytes that depend on it alone.

    They name no time, and Unix as the system (RFC 1952): Python 3.13 names none, earlier ones do.
    """
    found = gzip.compress(text.encode(), mtime=0)
    return found[:_SYSTEM] + _UNIX + found[_SYSTEM + 1 :]
