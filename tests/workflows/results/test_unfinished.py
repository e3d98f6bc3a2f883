"""Compounds by their state: what failed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.results.unfinished import KNOWN, LOST, by_state
from workflows.specification.campaign import Node, NodeKind
from workflows.state.campaign_status import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]
    End = Callable[[Database, str, str], None]


@pytest.fixture
def nodes(database: Database, small_plan: Plan) -> dict[str, Node]:
    nodes = save_campaign(database, small_plan.campaign)
    advance(database, "small")
    return {node.label: node for node in nodes}


@pytest.fixture
def tantalum_failed(
    database: Database, nodes: dict[str, Node], land: Land, end: End
) -> dict[str, Node]:
    """Let all land but LZO:Ta, whose relaxation fails, and LZO:Nb 1, which still waits."""
    for node in nodes.values():
        if node.kind is not NodeKind.COMPOUND or not (node.compound and node.compound.dopants):
            land(database, node.uuid, reaction_energy=-0.25)
    advance(database, "small")
    tantalum = nodes["LZO:Ta5+(Zr)0.5"]
    end(database, tantalum.uuid, "FIZZLED")
    only_dope = {"spec.node": tantalum.uuid, "spec.step": {"$ne": "dope"}}
    database.fireworks.update_many(only_dope, {"$set": {"state": "COMPLETED"}})
    add_error(database, tantalum, "dope", "makers.convergence.NotConvergedError: 0.3 eV/Å")
    land(database, nodes["LZO:Nb5+(Zr)0.5"].uuid, reaction_energy=-2.0)
    return nodes


def add_error(database: Database, node: Node, step: str, line: str) -> None:
    """Let a step of a node have failed with this last line."""
    trace = {"_exception": {"_stacktrace": f"Traceback\n{line}\n"}}
    launch = {"launch_id": 1, "action": {"stored_data": trace}}
    database.launches.insert_one(launch)
    found = {"spec.node": node.uuid, "spec.step": step}
    change = {"$set": {"launches": [1], "state": "FIZZLED"}}
    assert database.fireworks.update_one(found, change).matched_count


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["compound"] for row in rows]


@pytest.mark.usefixtures("tantalum_failed")
def test_what_failed_comes_with_its_reason_and_the_mend(database: Database) -> None:
    (row,) = by_state(database, LOST)
    assert row["compound"] == "LZO:Ta5+(Zr)0.5"
    assert (row["dopant"], row["valence"], row["site"], row["concentration"]) == (
        "Ta",
        5,
        "Zr",
        0.5,
    )
    assert (row["state"], row["step"], row["failure"]) == ("failed", "dope", "unconverged")
    assert row["error"] == "makers.convergence.NotConvergedError: 0.3 eV/Å"
    assert "more steps" in row["remedy"]
    assert isinstance(row["fw_id"], int)


@pytest.mark.usefixtures("tantalum_failed")
def test_states_part_the_compounds(database: Database) -> None:
    assert names(by_state(database, [State.LANDED])) == ["LZO", "LZO:Nb5+(Zr)0.5"]
    queued = names(by_state(database, [State.QUEUED]))
    assert queued == ["LZO:Nb5+(Zr)1", "LZO:Mg2+(Li)0.5"]
    assert by_state(database, [State.WAITING]) == []
    assert len(by_state(database, list(State))) == 5


@pytest.mark.usefixtures("tantalum_failed")
def test_filters_choose_among_them(database: Database) -> None:
    every = list(State)
    assert names(by_state(database, every, "dopants=null")) == ["LZO"]
    assert names(by_state(database, every, ["site=Zr", "concentration<1"])) == [
        "LZO:Nb5+(Zr)0.5",
        "LZO:Ta5+(Zr)0.5",
    ]
    assert by_state(database, LOST, "dopant=Nb") == []
    assert by_state(database, every, "campaign=other") == []


def test_what_waits_in_vain_names_what_failed(
    database: Database, nodes: dict[str, Node], end: End
) -> None:
    host = nodes["LZO host"]
    end(database, host.uuid, "FIZZLED")
    add_error(database, host, "arrange", "MemoryError: cannot")
    rows = by_state(database, [State.BLOCKED])
    assert len(rows) == 5
    # the undoped host waits for the host's cell; the others wait for both
    assert {row["error"].split(" (and")[0] for row in rows} == {
        "waits for LZO host, which failed: MemoryError: cannot"
    }
    assert {row["failure"] for row in rows} == {"memory"}
    assert by_state(database, [State.FAILED]) == []


def test_a_new_campaign_waits(database: Database, nodes: dict[str, Node]) -> None:
    rows = by_state(database, [State.WAITING])
    assert len(rows) == sum(node.kind is NodeKind.COMPOUND for node in nodes.values())
    assert {row["error"] for row in rows} == {None}


def test_what_is_known_only_of_results_is_refused(database: Database) -> None:
    with pytest.raises(InputError, match=r"reaction_energy is not known.*filter by campaign"):
        by_state(database, LOST, ["site=Zr", "reaction_energy<0"])
    with pytest.raises(InputError, match="did you mean"):
        by_state(database, LOST, "dopnt=Al")
    assert by_state(database, LOST, [f"{field}!=null" for field in KNOWN]) == []
