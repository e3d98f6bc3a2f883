"""From a job's output to a result document."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import bson
import pytest

from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from workflows.results import schema
from workflows.results.schema import DocumentError, Origin, computed_at, make_document

PROVENANCE = {"fw_id": 7, "versions": {"pymatgen": "1"}}


def made(output: Any, **job: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"uuid": "a", "output": output, **job}
    return make_document(Origin(campaign="small", job=document))


def test_every_field_is_there_in_the_order_of_the_keys() -> None:
    assert list(made({"formula": "Li2ZrO3"})) == [field.value for field in Field]


def test_what_the_job_gave_campaign_and_job_are_in_it() -> None:
    output = {"@module": "m", "@class": "C", "formula": "Li2ZrO3", "reaction_energy": -0.5}
    document = made(output)
    assert document["formula"] == "Li2ZrO3"
    assert document["reaction_energy"] == -0.5
    assert (document["campaign"], document["job_uuid"]) == ("small", "a")
    assert document["schema_version"] == SCHEMA_VERSION
    assert "@module" not in document


def test_what_the_job_did_not_give_is_null_with_a_note() -> None:
    output = dict.fromkeys(field.value for field in Field) | {"notes": ["kept"]}
    del output["diffusivity"]
    document = made(output)
    assert document["diffusivity"] is None
    assert document["notes"][:2] == [
        "kept",
        "diffusivity is null: the job of this compound did not give it",
    ]


def test_a_field_that_this_version_does_not_know_is_kept() -> None:
    assert made({"of_tomorrow": 3})["of_tomorrow"] == 3


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_becomes_null_with_a_note(value: float) -> None:
    path = [{"lithium": 0.0, "energy": value, "products": {"Li2O": value}}]
    document = made({"reaction_energy": value, "reaction_path": path})
    assert document["reaction_energy"] is None
    assert document["reaction_path"] == [
        {"lithium": 0.0, "energy": None, "products": {"Li2O": None}}
    ]
    for name in ("reaction_energy", "reaction_path.energy", "reaction_path.products.Li2O"):
        assert f"{name} is null: the job gave {value}" in document["notes"]


def test_alloys_are_found_among_the_products() -> None:
    assert made({"products": {"Li2O": 6.0, "Zr3Al": 0.2, "Zr4O": 0.1}})["alloys"] == ["Zr3Al"]
    document = made({"products": None})
    assert document["alloys"] is None
    assert "alloys is null: what it follows from is not known" in document["notes"]


def test_the_time_of_the_job_is_put_into_utc() -> None:
    metadata = {"utc_offset": 3600.0}
    job = {"completed_at": "2026-11-25T01:24:49.793831", "metadata": metadata}
    assert computed_at(job) == datetime(2026, 11, 25, 0, 24, 49, 793000)  # noqa: DTZ001  as MongoDB gives it


def test_the_time_of_a_job_without_an_offset_counts_as_utc() -> None:
    # An index gives null for what is not there.
    job = {"completed_at": "2026-11-25T01:24:49", "metadata": {"utc_offset": None}}
    assert computed_at(job) == datetime(2026, 11, 25, 1, 24, 49)  # noqa: DTZ001  as MongoDB gives it
    assert computed_at({}) is None


def test_provenance_joins_what_campaign_and_job_know() -> None:
    origin = Origin(
        campaign="small",
        job={"uuid": "a", "output": {}, "metadata": PROVENANCE | {"step": "interface"}},
        engine={"engine": "chgnet", "force_threshold": 0.1},
        specification={"electrode": "Li", "seed": 0, "screening": {"band_gap": 2.0}, "name": "s"},
        parents=[{"label": "LZO host", "job_uuid": "h"}],
    )
    assert make_document(origin)["provenance"] == PROVENANCE | {
        "engine_settings": {"engine": "chgnet", "force_threshold": 0.1},
        "electrode": "Li",
        "screening": {"band_gap": 2.0},
        "choices": None,
        "seed": 0,
        "parents": [{"label": "LZO host", "job_uuid": "h"}],
    }


@pytest.mark.parametrize("output", [None, [1], "text"])
def test_an_output_that_is_no_document_is_refused(output: Any) -> None:
    with pytest.raises(DocumentError, match="no document but"):
        made(output)


def test_a_document_above_the_limit_is_refused_with_its_largest_field() -> None:
    with pytest.raises(DocumentError, match=r"it has 17\.\d MB.*field equation alone has 17\.0"):
        made({"equation": "x" * 17 * 1024**2})


def test_what_mongodb_cannot_hold_is_refused() -> None:
    with pytest.raises(DocumentError, match="MongoDB cannot hold it"):
        made({"n_atoms": 2**70})


def test_a_document_is_what_mongodb_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "LARGEST_BYTES", 10_000)
    document = made({"products": {"Li2O": 1.0}, "deciding_phases": ("W",)})
    assert bson.decode(bson.encode(document)) == document
    assert document["deciding_phases"] == ["W"]
