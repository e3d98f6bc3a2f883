"""Refuse results of another schema than this package's, with the command that fixes it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import open_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo.collection import Collection

    from workflows.storage.campaign_location import Place
    from workflows.storage.database import Database


@contextmanager
def open_results(place: Place) -> Iterator[Database]:
    """Open the database of a place, or its folder of results, whose results have today's schema.

    Raises
    ------
    InputError
        There is no campaign, the server cannot be used, or results are of another schema.
    """
    if place.result:
        from workflows.results.result_folder import open_folder

        database = open_folder(place.result)
        require_schema(database.results, place.option)
        yield database
        return
    with open_place(place, load_settings()) as database:
        require_schema(database.results, place.option)
        yield database


def require_schema(results: Collection[dict[str, Any]], option: str) -> None:
    """Refuse results that lack fields of today's schema, or have more than this package knows.

    A filter on a field that older documents lack would silently omit them.

    Parameters
    ----------
    results
        The result documents.
    option
        The option that names their place in a command: ``--dir runs/demo``.

    Raises
    ------
    InputError
        Some are of another version; the message counts them and names the fix.
    """
    other = {Field.SCHEMA_VERSION.value: {"$ne": SCHEMA_VERSION}}
    if results.find_one(other, {"_id": 1}) is None:
        return
    newest = max(version or 1 for version in results.distinct(Field.SCHEMA_VERSION, other) or [1])
    share = f"{results.count_documents(other)} of {results.estimated_document_count()} results"
    if newest > SCHEMA_VERSION:
        msg = (
            f"{share} are of another schema, up to version {newest}, and this interphase reads "
            f"version {SCHEMA_VERSION}: update interphase; nothing is lost"
        )
        raise InputError(msg)
    fix = (
        "export them again from their campaign, after interphase build"
        if option.startswith("--result")
        else f"interphase build {option} upgrades them; nothing is lost"
    )
    msg = (
        f"{share} are of an older schema than version {SCHEMA_VERSION}, which this interphase "
        f"reads: {fix}"
    )
    raise InputError(msg)
