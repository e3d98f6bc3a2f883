"""A database in one file, and back: to keep, to move between servers, to put away.

The file is gzipped lines of MongoDB's extended JSON, which keeps every type: a head, the documents
of all collections, and an end that counts them.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bson import json_util

from analysis.base.errors import InputError
from workflows.storage.indexes import ensure_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from workflows.storage.database import Database

_VERSION: Final = 1
_COUNTERS: Final = "fw_id_assigner"  # FireWorks' own, there from the start
_BATCH: Final = 500
_MODE: Final = 0o600  # the steps of a campaign may name what is not for everybody
_OPTIONS: Final = json_util.CANONICAL_JSON_OPTIONS


def write_backup(database: Database, path: Path) -> int:
    """Write all collections of a database into a file that its owner alone may read.

    The file is there once it is complete.

    Returns
    -------
    How many documents it holds.

    Raises
    ------
    InputError
        The file is there already, or cannot be written.
    """
    if path.exists():
        msg = f"{path} is there already: give another name"
        raise InputError(msg)
    partial = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as file:
            head = {"interphase backup": _VERSION, "database": database.name}
            _write(file, head | {"written": datetime.now(UTC)})
            number = 0
            for name, document in _documents(database):
                _write(file, {"in": name, "document": document})
                number += 1
            _write(file, {"end": number})
        partial.rename(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise InputError(msg) from error
    return number


def read_backup(database: Database, path: Path) -> int:
    """Fill an empty database with a file that `write_backup` wrote.

    Returns
    -------
    How many documents were restored.

    Raises
    ------
    InputError
        The file is no backup or was cut off, or the database is not empty: nothing was written.
    """
    number = _check(path)
    if full := sorted(
        name for name in database.mongo.list_collection_names() if _has(database, name)
    ):
        msg = f"database {database.name} is not empty (it has {', '.join(full)}): choose another"
        raise InputError(msg)
    database.mongo.drop_collection(_COUNTERS)
    waiting: dict[str, list[Any]] = {}
    for line in _lines(path):
        if "document" in line:
            batch = waiting.setdefault(line["in"], [])
            batch.append(line["document"])
            if len(batch) == _BATCH:
                database.mongo[line["in"]].insert_many(waiting.pop(line["in"]))
    for name, batch in waiting.items():
        database.mongo[name].insert_many(batch)
    ensure_indexes(database.mongo, database.launchpad)
    return number


def _documents(database: Database) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in sorted(database.mongo.list_collection_names()):
        if not name.startswith("system."):
            for document in database.mongo[name].find():
                yield name, document


def _write(file: Any, content: Mapping[str, Any]) -> None:
    file.write(json_util.dumps(content, json_options=_OPTIONS) + "\n")


def _check(path: Path) -> int:
    """Read a backup once to its end; return the number of its documents."""
    lines = _lines(path)
    head = next(lines, {})
    if head.get("interphase backup") != _VERSION:
        msg = f"{path} is no backup of this version of interphase"
        raise InputError(msg)
    number, last = 0, head
    for last in lines:
        number += "document" in last
    if last.get("end") != number:
        msg = f"{path} was cut off after {number} documents: take another copy"
        raise InputError(msg)
    return number


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json_util.loads(line, json_options=_OPTIONS)
    except (EOFError, zlib.error, json.JSONDecodeError, UnicodeDecodeError):
        msg = f"{path} is cut off or damaged: take another copy"
        raise InputError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(msg) from error


def _has(database: Database, name: str) -> bool:
    return name != _COUNTERS and database.mongo[name].find_one({}, {"_id": 1}) is not None
