"""Where the time of a campaign went, by launches that are made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from benchmarks.timeline import Launch, Part, Timeline, part_of, read_timeline, wall_shares
from workflows.specification.campaign import NodeKind
from workflows.storage.database import Database

RELAX = "relax"
#: Two workers: a barrier beside a relaxation, learning alone, then a relaxation and its reaction.
LAUNCHES = (
    Launch(Part.COMPOUNDS, RELAX, 0, 10),
    Launch(Part.BARRIERS, "migration", 4, 10),
    Launch(Part.OTHERS, "interface", 10, 11),
    Launch(Part.LEARNING, "learn", 11, 15),
    Launch(Part.COMPOUNDS, RELAX, 15, 19),
    Launch(Part.OTHERS, "interface", 20, 21),
    Launch(Part.OTHERS, "advance", 21, 23),
)


def timeline(*launches: Launch) -> Timeline:
    end = max(each.end for each in launches)
    return Timeline("some", compounds=2, landed=2, begin=-1, end=end, launches=launches)


@pytest.mark.parametrize(
    ("step", "kind", "part"),
    [
        ("reference", NodeKind.CRYSTAL, Part.CRYSTALS),
        ("prerelax", NodeKind.CRYSTAL, Part.CRYSTALS),
        ("relax", NodeKind.HOST, Part.HOST),
        ("relax", NodeKind.COMPOUND, Part.COMPOUNDS),
        ("migration", NodeKind.COMPOUND, Part.BARRIERS),
        ("learn", NodeKind.LEARNING, Part.LEARNING),
        ("interface", NodeKind.COMPOUND, Part.OTHERS),
        ("advance", NodeKind.HOST, Part.OTHERS),
    ],
)
def test_a_step_is_known_by_its_name_and_its_node(step: str, kind: NodeKind, part: Part) -> None:
    assert part_of(step, kind) is part


def test_wall_time_is_shared_by_what_ran_at_the_time() -> None:
    shares = wall_shares(LAUNCHES, until=100)
    assert shares[Part.COMPOUNDS] == 4 + 6 / 2 + 4
    assert shares[Part.BARRIERS] == 6 / 2
    assert shares[Part.LEARNING] == 4
    assert sum(shares.values()) == 22  # of 23 s: nothing ran from 19 to 20


def test_reactions_would_have_been_there_without_barriers_and_learning() -> None:
    assert timeline(*LAUNCHES).until_reactions == 21 + 1 - 6 / 2 - 4


def test_what_comes_after_the_last_reaction_does_not_count_against_it() -> None:
    more = Launch(Part.LEARNING, "learn", 23, 40)
    assert timeline(*LAUNCHES, more).until_reactions == timeline(*LAUNCHES).until_reactions


def test_two_steps_one_after_the_other_need_one_worker() -> None:
    assert timeline(*LAUNCHES[2:]).workers == 1
    assert timeline(*LAUNCHES).workers == 2


def test_waiting_counts_as_outside_relaxations_and_barriers() -> None:
    found = timeline(*LAUNCHES)
    assert found.capacity == 2 * 24
    assert found.outside == pytest.approx(1 - (10 + 4 + 6) / 48)


def test_launches_of_a_campaign_are_read_with_their_kind(
    mongo_uri: str, mongo_database: Any
) -> None:
    database = Database(SecretStr(mongo_uri), mongo_database.name)
    compound = {"campaign": "some", "kind": "compound", "uuid": "a", "compound": {"dopants": [{}]}}
    database.nodes.insert_many([compound, {"campaign": "other", "kind": "crystal", "uuid": "b"}])
    database.results.insert_one({"campaign": "some", "dopants": [{}]})
    steps = [(1, "a", "relax"), (2, "a", "interface"), (3, "b", "reference")]
    database.fireworks.insert_many(
        {"fw_id": fw_id, "spec": {"node": node, "step": step}} for fw_id, node, step in steps
    )
    start, end = datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:01:00+00:00"
    database.launches.insert_many(
        [
            {"fw_id": 1, "state": "FIZZLED", "time_start": "2026-01-01T00:00:00"},
            *(
                {"fw_id": fw_id, "state": "COMPLETED", "time_start": start, "time_end": end}
                for fw_id in (1, 2, 3)
            ),
        ]
    )
    found = read_timeline(database, "some")
    database.close()
    assert [each.part for each in found.launches] == [Part.COMPOUNDS, Part.OTHERS]
    assert (found.lost, found.compounds, found.landed) == (1, 1, 1)
    assert found.wall == 60


def test_a_campaign_without_launches_has_no_timeline(mongo_uri: str, mongo_database: Any) -> None:
    database = Database(SecretStr(mongo_uri), mongo_database.name)
    with pytest.raises(ValueError, match="no step of some has been launched"):
        read_timeline(database, "some")
    database.close()
