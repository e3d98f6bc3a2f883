"""A full disk ends a step with its error, and does not hang its rocket.

FireWorks prints the error of a step before it stops the thread that tells the LaunchPad that the
rocket lives. Where standard error goes to the full disk, printing fails, and the process waits an
hour for that thread.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Forgiving:
    """A stream that drops what cannot be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            return

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def printable_errors() -> Iterator[None]:
    """Let an exception of the block be printed, even to a full disk."""
    try:
        yield
    except BaseException:
        if not isinstance(sys.stderr, _Forgiving):
            sys.stderr = cast("TextIO", _Forgiving(sys.stderr))
        raise
