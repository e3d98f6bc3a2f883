"""The campaigns that are measured are those that were asked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.campaign import LEAST_COMPOUNDS, Targets, _figures, demo_of, few_of_llzo, spread
from benchmarks.timeline import Launch, Part, Timeline
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec

if TYPE_CHECKING:
    from benchmarks.measure import Figure


def test_fewer_elements_give_at_least_118_compounds_and_do_not_learn() -> None:
    plan = make_plan(CampaignSpec.model_validate(few_of_llzo()), TableSource())
    doped = [each for each in plan.campaign.compounds if each.compound.dopants]
    assert LEAST_COMPOUNDS <= len(doped) < LEAST_COMPOUNDS + 15
    assert not plan.campaign.learns
    assert not plan.campaign.spec.migration
    assert {each.compound.dopants[0].site for each in doped} == {"Li", "La", "Zr"}


def test_elements_come_from_all_over_the_periodic_table() -> None:
    elements = Counter(dict.fromkeys(("Be", "Na", "Mg", "Al", "K", "Ca", "U"), 3))
    assert spread(elements, 9) == ["Be", "Al", "U"]
    assert spread(elements, 10) == ["Be", "Al", "U", "Na"]


def test_the_demo_is_cut() -> None:
    spec = CampaignSpec.model_validate(demo_of(2))
    assert (spec.name, len(spec.dopants)) == ("demo-2", 2)


def figures(name: str, *, landed: int) -> list[Figure]:
    launches = (
        Launch(Part.COMPOUNDS, "relax", 0, 600),
        Launch(Part.BARRIERS, "migration", 600, 660),
        Launch(Part.OTHERS, "interface", 660, 720),
    )
    timeline = Timeline(name, compounds=2, landed=landed, begin=0, end=720, launches=launches)
    return list(_figures(timeline, report=60))


def test_a_campaign_is_held_against_what_is_asked_of_it() -> None:
    reactions, rest, outside, *parts = figures("llzo", landed=2)
    assert (reactions.ours, reactions.met) == (11, True)
    assert (rest.ours, rest.met) == (2, True)
    assert (round(outside.ours, 1), outside.met) == (8.3, True)
    assert sum(part.ours for part in parts) == 12


def test_a_campaign_with_gaps_does_not_meet_its_target() -> None:
    assert figures("llzo", landed=1)[0].met is False


def test_nothing_is_asked_of_other_campaigns() -> None:
    assert Targets() == (None, None, None)
    assert {figure.met for figure in figures("other", landed=2)} == {None}
