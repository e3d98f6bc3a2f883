"""Pairs of dopants: found by margin and lithium content, shown, and added to a campaign."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.base.errors import InputError
from analysis.base.fields import Label
from analysis.reactions.pairs import System
from workflows.cli.main import app
from workflows.specification.pair_search import find_pairs
from workflows.specification.planning import make_plan, read_host
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.results.dopant_pairs import PairSearch

EXPLORE = {"elements": ["Sc", "Gd", "Th", "Ta", "Ca"], "pair_amounts": [0.25, 0.5], "rounds": 0}


def spec(**changes: Any) -> CampaignSpec:
    sections = {"name": "pairs", "dopants": [{"element": "Ta", "valence": 5, "site": "Zr"}]}
    return CampaignSpec.model_validate(sections | {"explore": EXPLORE | changes})


@pytest.fixture(scope="module")
def found() -> PairSearch:
    asked = spec()
    source = phase_source(asked.reference_phases, None)
    return find_pairs(asked, read_host(asked.host), source, number=6)


def test_the_best_pairs_resist_and_take_out_lithium(found: PairSearch) -> None:
    assert len(found.best) == 6
    assert found.pairs > found.resisting > 6
    first = found.best[0]
    assert first.label is Label.RESISTS
    assert 6.0 <= first.candidate.lithium <= 6.8
    assert "Ta" not in {d.element for each in found.best for d in each.compound.dopants}


def test_margins_are_those_of_the_linear_programme_with_phases_of_both(found: PairSearch) -> None:
    asked = spec()
    host, source = read_host(asked.host), phase_source(asked.reference_phases, None)
    for pair in found.best:
        elements = {d.element for d in pair.compound.dopants} | {"Li", "La", "Zr", "O"}
        solved = System(host, source.phases(elements)).solve(pair.compound)
        assert pair.margins == pytest.approx(solved, abs=1e-9)


def test_every_two_ions_come_once_and_the_best_score_first(found: PairSearch) -> None:
    ions = [frozenset((d.species, d.site) for d in pair.compound.dopants) for pair in found.best]
    assert len(set(ions)) == len(ions)
    scores = [pair.ranked.score for pair in found.best if pair.ranked]
    assert scores == sorted(scores, reverse=True)


def test_a_campaign_adds_the_pairs_that_it_is_asked_for(found: PairSearch) -> None:
    asked = spec(pairs=3)
    plan = make_plan(asked, phase_source(asked.reference_phases, None))
    added = [each.compound for each in plan.campaign.compounds if len(each.compound.dopants) == 2]
    assert added == [each.compound for each in found.best[:3]]
    assert not plan.campaign.space
    assert not plan.campaign.learns


def test_the_command_shows_and_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.yaml"
    file.write_text(json.dumps(spec().model_dump(mode="json", exclude_defaults=True)))
    app(["pairs", str(file), "--limit", "2", "--format", "json"], standalone_mode=False)
    rows = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in rows] == [1, 2]
    assert all(min(row["margins"]) > 0 for row in rows)
    app(["pairs", str(file), "--limit", "2"], standalone_mode=False)
    assert "P(resists)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("elements", "sites"),
    [
        (["Zr"], ["Zr"]),  # the host's own
        (["Nb"], ["Zr"]),
        (["Ga"], ["Li", "Zr"]),
        (["Ga", "Nb"], ["Li"]),
        (["F"], ["O", "Zr"]),
    ],
)
def test_a_choice_that_leaves_no_pairs_is_refused(elements: list[str], sites: list[str]) -> None:
    asked = spec(elements=elements, sites=sites)
    with pytest.raises(InputError, match="no pair is left: it needs two elements on two sites"):
        find_pairs(
            asked, read_host(asked.host), phase_source(asked.reference_phases, None), number=1
        )
