"""Workflows filled into a template are those that jobflow and FireWorks would have built."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from analysis.structures.dopants import Compound
from makers.engines.registry import relax_maker
from workflows.dispatch import template
from workflows.dispatch.template import Builder
from workflows.dispatch.workflow_builder import build_workflow
from workflows.specification.campaign import Campaign, Node, NodeKind
from workflows.storage.launchpad import WorkflowDocuments

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.specification.planning import Plan

    Respecified = Callable[..., Campaign]

# jobflow draws the uuid of a flow, and takes the time, whenever it builds one.
DRAWN = ("created_on", "updated_on", "hosts")


def content(value: Any) -> Any:
    """Return a document without what differs from one building to the next."""
    if isinstance(value, dict):
        return {key: key if key in DRAWN else content(item) for key, item in value.items()}
    return [content(item) for item in value] if isinstance(value, (list, tuple)) else value


def assert_as_built(campaign: Campaign) -> None:
    """Hold every workflow of a campaign against the one that is built for itself."""
    builder = Builder(campaign)
    for node in campaign.nodes():
        filled = builder.documents(node)
        built = WorkflowDocuments.of(build_workflow(campaign, node))
        assert content(filled.workflow) == content(built.workflow)
        assert content(filled.fireworks) == content(built.fireworks)
        # A date, or a text, where FireWorks has one.
        for ours, theirs in zip(filled.fireworks, built.fireworks, strict=True):
            assert {key: type(ours[key]) for key in ours} == {
                key: type(theirs[key]) for key in ours
            }


@pytest.fixture(scope="module")
def codoped(small_plan: Plan) -> Campaign:
    """Return a campaign of single and double dopants, with and without compensation."""
    campaign = small_plan.campaign
    undoped, *doped = campaign.compounds
    half = [each for each in doped if each.compound.dopants[0].concentration < 1]
    pairs = [
        first.model_copy(update={"compound": compound, "exchanged": None})
        for first, second in combinations(half, 2)
        for balance in ("lithium", "none")
        for dopants in [(*first.compound.dopants, *second.compound.dopants)]
        for compound in [Compound(dopants=dopants, compensation=balance)]
    ]
    return campaign.model_copy(update={"compounds": (undoped, *doped, *pairs)})


def test_filled_workflows_are_those_that_are_built(codoped: Campaign) -> None:
    assert_as_built(Campaign.model_validate(codoped.model_dump()))


@pytest.mark.parametrize("migration", [True, False])
def test_so_are_those_of_other_steps_and_rules(respecified: Respecified, migration: bool) -> None:
    rules = {"default": "small", "relax": "gpu", "large": "big", "large_atoms": 12}
    assert_as_built(respecified(migration=migration, categories=rules))


def test_so_are_those_of_vasp(respecified: Respecified) -> None:
    settings = {"incar": {"LREAL": False}, "prerelax": "chgnet"}
    campaign = respecified(engine={"name": "vasp", "settings": settings})
    engine = relax_maker("vasp", settings).digest_fields()
    assert_as_built(campaign.model_copy(update={"engine": engine}))


def test_a_workflow_with_other_uuids_than_the_campaign_gives_is_refused(
    respecified: Respecified,
) -> None:
    campaign = respecified(engine={"name": "vasp", "settings": {}})  # its digests are CHGNet's
    doped = [node for node in campaign.nodes() if node.kind is NodeKind.COMPOUND][1]
    with pytest.raises(ValueError, match="lacks the uuid that its campaign gives to"):
        Builder(campaign).documents(doped)


def test_one_workflow_is_built_for_all_doped_compounds(
    small_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Node] = []

    def build(campaign: Campaign, node: Node) -> Any:
        built.append(node)
        return build_workflow(campaign, node)

    monkeypatch.setattr(template, "build_workflow", build)
    builder = Builder(small_plan.campaign)
    nodes = list(small_plan.campaign.nodes())
    for node in nodes:
        builder.documents(node)
    doped = [node for node in nodes if node.kind is NodeKind.COMPOUND][1:]
    assert [node for node in doped if node in built] == doped[:1]


def test_each_filled_workflow_has_a_flow_of_its_own(small_plan: Plan) -> None:
    builder = Builder(small_plan.campaign)
    hosts = {
        firework["spec"]["_tasks"][0]["job"]["hosts"][0]
        for node in list(small_plan.campaign.nodes())[-3:]
        for firework in builder.documents(node).fireworks[:-1]
    }
    assert len(hosts) == 3
