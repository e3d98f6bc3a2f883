"""Finished calculations survive a database that is away for minutes.

A step writes its output to a file in its folder before the job store gets it, and waits for the
store to come back. If that takes too long, or the step is killed while it waits, the next launch in
its folder stores the file's content.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from bson import json_util
from jobflow import JobStore
from monty.json import jsanitize
from pymongo.errors import ConnectionFailure

if TYPE_CHECKING:
    from collections.abc import Callable

OUTPUT_FILE: Final = "output.json"

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0

_Answer = TypeVar("_Answer")
_log = logging.getLogger(__name__)


def patiently(ask: Callable[[], _Answer], *, seconds: float) -> _Answer:
    """Retry a request while the database does not answer.

    Parameters
    ----------
    ask
        The request; it may run more than once.
    seconds
        How long: pauses double from one second to half a minute.

    Raises
    ------
    ConnectionFailure
        It has not answered in that time.
    """
    end = time.monotonic() + seconds
    wait = _FIRST_WAIT
    while True:
        try:
            return ask()
        except ConnectionFailure:
            if time.monotonic() + wait > end:
                raise
            _log.warning("the database does not answer; asking again in %.0f s", wait)
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)


class PatientStore(JobStore):
    """A job store that first writes an output into the job's folder and waits for its database."""

    seconds: float = 0.0

    @classmethod
    def over(cls, store: JobStore, *, seconds: float) -> Self:
        """Return another view of a store that is open."""
        patient = cls(store.docs_store, store.additional_stores, store.save, store.load)
        patient.seconds = seconds
        return patient

    def update(self, docs: Any, key: Any = None, save: Any = None) -> None:
        """Store a document safely; see `JobStore.update`."""
        document = jsanitize(docs, strict=True, allow_bson=True)
        _write(document)
        patiently(lambda: JobStore.update(self, document, key=key, save=save), seconds=self.seconds)
        Path(OUTPUT_FILE).unlink(missing_ok=True)


def left_output(uuid: str) -> dict[str, Any] | None:
    """Give the document that an earlier launch of a job left in the working folder, whole."""
    try:
        document = json_util.loads(Path(OUTPUT_FILE).read_text())
        return document if document["uuid"] == uuid else None
    except (OSError, ValueError, LookupError, TypeError):  # not there, or cut off
        return None


def _write(document: dict[str, Any]) -> None:
    """Write a file that is whole or not there."""
    partial = Path(OUTPUT_FILE).with_suffix(".part")
    partial.write_text(json_util.dumps(document))
    partial.replace(OUTPUT_FILE)
