"""A campaign read from its database: whole, half-written, failed, or of an older schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from standins.campaigns import host_result, results
from standins.reports import report_of, store

from analysis.base.errors import InputError
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.report.assemble import make_report
from workflows.report.gather import gather
from workflows.report.render import page_data, to_json
from workflows.specification.campaign import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.report.model import Report
    from workflows.specification.campaign import Node
    from workflows.specification.planning import Plan
    from workflows.storage.database import Database

    Land = Callable[..., None]


@pytest.fixture
def nodes(database: Database, small_plan: Plan) -> list[Node]:
    nodes = save_campaign(database, small_plan.campaign)
    advance(database, "small")
    return nodes


def landed_result(node: Node, **changes: Any) -> dict[str, Any]:
    """Return the output of a compound's last job."""
    assert node.compound
    dopants = [each.model_dump() for each in node.compound.dopants]
    output = {**host_result(), "dopants": dopants, **changes}
    return {key: value for key, value in output.items() if key not in ("campaign", "job_uuid")}


def compounds(nodes: list[Node]) -> list[Node]:
    return [node for node in nodes if node.kind is NodeKind.COMPOUND]


def test_a_new_campaign_lists_every_compound_as_waiting(
    database: Database, nodes: list[Node]
) -> None:
    report = make_report(database, "small")
    assert (report.state.landed, report.state.total) == (0, 5)
    assert report.state.states == {"waiting": 5}
    assert [entry.name for entry in report.entries][:2] == ["LZO", "Nb⁵⁺ on Zr, x = 0.5"]
    assert report.sites == ("Li", "Zr")
    assert report.warnings == ()
    assert report.host == "LZO"
    assert len(nodes) > 5


def test_what_has_landed_has_its_result_and_the_rest_its_state(
    database: Database, nodes: list[Node], land: Land
) -> None:
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND:
            land(database, node.uuid)
    undoped, *doped = compounds(nodes)
    land(database, undoped.uuid, **landed_result(undoped))
    advance(database, "small")
    land(database, doped[0].uuid, **landed_result(doped[0], reaction_energy=-0.75))
    advance(database, "small")
    report = make_report(database, "small")
    assert report.state.landed == 2
    first, second, *others = report.entries
    assert first.result["formula"] == host_result()["formula"]
    assert second.result["reaction_energy"] == -0.75
    assert second.result["engine"] == "chgnet 0.3.0"
    assert second.workflow is not None
    assert {entry.state for entry in others} == {"queued"}
    assert all(entry.result == {} for entry in others)
    titles = [section.title for section in report.sections]
    assert titles == ["Interphase", "All compounds", "Workflow"]


def test_a_result_that_lacks_is_counted_and_its_command_named(
    database: Database, nodes: list[Node], land: Land
) -> None:
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND:
            land(database, node.uuid)
    undoped = compounds(nodes)[0]
    land(database, undoped.uuid, **landed_result(undoped))
    advance(database, "small")
    assert not lacking(make_report(database, "small"))
    database.results.delete_many({})
    report = make_report(database, "small")
    assert report.state.landed == 1
    (warning,) = lacking(report)
    assert "0 of 5 compounds have a result (host included), but 1 landed" in warning
    assert "interphase build" in warning
    advance(database, "small")
    assert not lacking(make_report(database, "small"))


def lacking(report: Report) -> list[str]:
    """Return the warnings of results that lack."""
    return [warning for warning in report.warnings if "have a result" in warning]


def test_a_campaign_without_its_plan_says_what_mends_it(database: Database) -> None:
    store(database, [host_result()])
    (warning,) = make_report(database, "synthetic").warnings
    assert "its submission was interrupted; give interphase run or submit" in warning


def test_what_failed_says_why_at_its_compound(
    database: Database, nodes: list[Node], land: Land, end: Land
) -> None:
    for node in nodes:
        if node.kind is not NodeKind.COMPOUND:
            land(database, node.uuid)
    advance(database, "small")
    undoped = compounds(nodes)[0]
    end(database, undoped.uuid, "FIZZLED")
    report = make_report(database, "small")
    assert report.state.states == {"failed": 1, "blocked": 4}
    assert report.entries[0].state == "failed"
    assert {failure.compound for failure in report.entries[0].failures} == {"LZO"}
    assert "no launch" in report.entries[0].failures[0].error


def test_a_plan_of_another_version_leaves_the_results(
    database: Database, nodes: list[Node]
) -> None:
    database.nodes.update_many({}, {"$rename": {"kind": "sort"}})
    database.results.insert_one(host_result("small"))
    report = make_report(database, "small")
    assert "stored by another version" in report.warnings[0]
    assert [entry.name for entry in report.entries] == ["undoped host"]
    assert report.state.total == 1
    assert nodes


def test_a_document_without_fields_is_named_and_shown(database: Database) -> None:
    old = {"formula": "Li7La3Zr2O12", "reaction_energy": "high", "products": {"Li2O": 7}}
    store(database, [host_result(), old])
    report = report_of(database, figures=True)
    assert [entry.name for entry in report.entries] == ["undoped host", "Li7La3Zr2O12"]
    assert any("dopants cannot be read" in warning for warning in report.warnings)
    assert any("cannot read reaction_energy" in warning for warning in report.warnings)
    assert json.loads(to_json(page_data(report)))["entries"][1]["result"]["products"] == {"Li2O": 7}


def test_an_unknown_campaign_is_refused_with_those_that_are_there(
    database: Database, nodes: list[Node]
) -> None:
    with pytest.raises(InputError, match="no campaign 'smal' here; there are: small"):
        gather(database, "smal")
    assert nodes


def test_a_name_with_quotes_finds_its_own_campaign_alone(database: Database) -> None:
    name = 'a "b", c'
    database.results.insert_many([host_result(name), host_result("a")])
    assert len(gather(database, name).documents) == 1


def test_results_of_other_campaigns_are_left_out(database: Database) -> None:
    store(database, [host_result()])
    database.results.insert_one(host_result("another"))
    assert len(gather(database, "synthetic").entries) == 1


def test_the_page_ranks_the_compounds_that_have_landed(database: Database) -> None:
    store(database, results(3))
    report = report_of(database)
    assert report.ranking
    assert {row.key for row in report.ranking.rows} == {"job-0", "job-1", "job-2"}
    scores = [row.score for row in report.ranking.rows]
    assert scores == sorted(scores, reverse=True)
    assert report.ranking.words[0].startswith("First in the ranking: ")
    assert "resists 3, dissolves 3" in report.ranking.criteria


def test_the_specifications_criteria_rank_the_page(database: Database) -> None:
    store(database, results(1))
    criteria = {"weights": {"resists": 1}, "front": ["resists"], "lithium": None}
    database.campaigns.update_one({}, {"$set": {"campaign.spec.shortlist": criteria}})
    report = report_of(database)
    assert report.ranking
    (row,) = report.ranking.rows
    (entry,) = (each for each in report.entries if each.key == row.key)
    assert row.score == pytest.approx(entry.result["resists_probability"])


def test_what_cannot_be_ranked_is_a_warning_and_no_ranking(database: Database) -> None:
    store(database, results(1))
    database.campaigns.update_one({}, {"$set": {"campaign.spec.shortlist": {"weights": "none"}}})
    report = report_of(database)
    assert report.ranking is None
    assert any("The dopants cannot be ranked" in warning for warning in report.warnings)
