"""Result documents of every kind of wrong: nothing of it reaches the page."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from standins.campaigns import host_result

from analysis.base.fields import Field
from workflows.report.sanitize import MOST_SITES, read_crystal, read_dopants, read_result


def test_a_whole_document_is_read_as_it_is() -> None:
    document = host_result()
    values, unreadable = read_result(document)
    assert unreadable == []
    apart = {Field.STRUCTURE, Field.CAMPAIGN, Field.JOB_UUID, Field.DOPANTS}
    assert values == {
        field.value: document[field]
        for field in Field
        if field not in apart and document.get(field) is not None
    }


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("reaction_energy", "-0.5"),
        ("reaction_energy", True),
        ("strictly_stable", 1),
        ("products", ["Li2O"]),
        ("reaction_path", {"0": {}}),
        ("reaction_path", ["a"]),
        ("notes", "one text"),
        ("formula", {"$ne": 1}),
        ("engine", "chgnet"),
    ],
)
def test_a_value_of_another_kind_is_left_out_and_named(field: str, given: Any) -> None:
    values, unreadable = read_result({"formula": "Li2O", field: given})
    assert values[field] is None
    assert unreadable == [field]


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_missing_and_no_mistake(gap: float) -> None:
    document = {"reaction_energy": gap, "products": {"Li2O": gap}, "engine": {"x": gap}}
    values, unreadable = read_result(document)
    assert values == {"reaction_energy": None, "products": {"Li2O": None}, "engine": {"x": None}}
    assert unreadable == []


def test_times_are_texts_and_provenance_stays_in_the_database() -> None:
    time = datetime(2026, 11, 25, 1, 2, tzinfo=UTC)
    values, unreadable = read_result({"computed": time, "stored": "later", "provenance": {"a": 1}})
    assert values == {"computed": "2026-11-25 01:02 UTC", "stored": None}
    assert unreadable == ["stored"]


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert read_result({"formula": "Li2O", "of_another_version": 3}) == ({"formula": "Li2O"}, [])


def test_parts_of_a_path_that_are_missing_are_null() -> None:
    values, _ = read_result({"reaction_path": [{"lithium": 1, "more": 2}]})
    (step,) = values["reaction_path"]
    assert step == {"lithium": 1, "energy": None, "voltage": None, "products": None}


@pytest.mark.parametrize(
    "dopants",
    [None, {}, "Al", [{}], [{"element": "Al"}], ["Al"], [{"element": "Al", "valence": "3"}]],
)
def test_dopants_that_say_nothing_are_none(dopants: Any) -> None:
    assert read_dopants({"dopants": dopants}) is None


def test_an_empty_list_of_dopants_is_the_host() -> None:
    assert read_dopants({"dopants": []}) == ()


def test_a_crystal_is_shortened_to_three_decimals() -> None:
    structure = {
        "lattice": {"matrix": [[4, 0, 0], [0, 4.00049, 0], [0, 0, 4]]},
        "sites": [
            {"species": [{"element": "O"}], "abc": [0.12345, 0, 1]},
            {"species": [{"element": "Li"}], "abc": [0.5, 0.5, 0.5]},
        ],
    }
    crystal = read_crystal(structure)
    assert crystal
    assert crystal.elements == ("Li", "O")
    assert crystal.species == (1, 0)
    assert crystal.lattice[1] == (0, 4.0, 0)
    assert crystal.sites[0] == (0.123, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"sites": []},
        {"sites": [{"species": [], "abc": [0, 0, 0]}]},
        {"sites": [{"species": [{"element": "O"}], "abc": [0, 0]}]},
        {"sites": [{"species": [{"element": "O"}], "abc": [0, 0, math.nan]}]},
        {"lattice": {"matrix": [[1, 0, 0], [0, 1, 0]]}},
        {"lattice": None},
        {"sites": [{"species": [{"element": "O"}], "abc": [0, 0, 0]}] * (MOST_SITES + 1)},
    ],
)
def test_what_is_no_crystal_has_no_picture(change: dict[str, Any]) -> None:
    assert read_crystal(host_result()["structure"] | change) is None
    assert read_crystal(None) is None
