"""Results of another schema are refused with the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.base.errors import InputError
from analysis.base.schema import SCHEMA_VERSION
from workflows.results.coverage import Coverage, coverage
from workflows.results.versions import require_schema

if TYPE_CHECKING:
    from workflows.storage.database import Database


def fill(database: Database, *versions: int | None) -> None:
    for number, version in enumerate(versions):
        document = {"campaign": "small", "job_uuid": str(number)}
        if version is not None:
            database.results.insert_one(document | {"schema_version": version})
        else:
            database.results.insert_one(document)


def test_results_of_today_and_no_results_are_accepted(database: Database) -> None:
    require_schema(database.results, "--dir run")
    fill(database, SCHEMA_VERSION, SCHEMA_VERSION)
    require_schema(database.results, "--dir run")


def test_older_results_are_refused_with_the_command_that_upgrades_them(database: Database) -> None:
    fill(database, None, SCHEMA_VERSION, 1)
    with pytest.raises(InputError, match=r"2 of 3 results.*interphase build --dir run .*nothing"):
        require_schema(database.results, "--dir run")


def test_newer_results_are_refused_with_another_mend(database: Database) -> None:
    fill(database, None, SCHEMA_VERSION + 1)
    with pytest.raises(InputError, match=f"up to version {SCHEMA_VERSION + 1}.*update interphase"):
        require_schema(database.results, "--dir run")


def test_coverage_counts_results_and_compounds(database: Database) -> None:
    database.campaigns.insert_many([{"name": "half"}, {"name": "small"}])
    database.nodes.insert_many(
        [
            {"campaign": "small", "uuid": "h", "kind": "host"},
            {"campaign": "small", "uuid": "a", "kind": "compound"},
            {"campaign": "small", "uuid": "b", "kind": "compound"},
        ]
    )
    fill(database, SCHEMA_VERSION)
    half, small = coverage(database)
    assert (half, half.complete) == (Coverage("half", 0, 0), False)
    assert "interrupted" in str(half)
    assert (small, small.complete) == (Coverage("small", 1, 2), False)
    assert "1 of 2 compounds" in str(small)
    fill_b = {"campaign": "small", "job_uuid": "b", "schema_version": SCHEMA_VERSION}
    database.results.insert_one(fill_b)
    assert coverage(database)[1].complete
