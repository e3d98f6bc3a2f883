"""A campaign of any size whose steps do nothing, so that only orchestration remains."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, combinations, islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jobflow import Flow, job
from pymongo import ReplaceOne, UpdateOne

from analysis.structures.compensation import compound_composition, formula_per_unit
from analysis.structures.dopants import Compound
from makers.naming import named
from workflows.dispatch import workflow_builder as build
from workflows.dispatch.submission import submit
from workflows.learning.campaign_stages import save_campaign
from workflows.specification.campaign import Campaign, Node, NodeKind, PlannedCompound
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec, LearningSpec
from workflows.storage.database import Database

SPEC = Path(__file__).parents[1] / "campaigns" / "llzo.yaml"


@lru_cache(maxsize=1)
def llzo_plan() -> Plan:
    """Plan the campaign of all dopants of LLZO, some 340 compounds."""
    return make_plan(CampaignSpec.from_file(SPEC), TableSource())


def campaign_of(size: int) -> Campaign:
    """Return a campaign of the undoped host and `size` compounds with two dopants, or three.

    They keep the reference crystals of their first dopant: nothing is computed. Nothing is learnt,
    so nothing is held out.
    """
    campaign = llzo_plan().campaign
    undoped, *doped = campaign.compounds
    codoped = tuple(islice(_codoped(doped), size))
    if len(codoped) < size:
        msg = f"there are {len(codoped)} sets of dopants, not {size}"
        raise ValueError(msg)
    names = {"name": f"trivial-{size}", "learning": LearningSpec()}
    spec = campaign.spec.model_copy(update=names)
    changes = {"spec": spec, "compounds": (undoped, *codoped), "held_out": ()}
    return campaign.model_copy(update=changes)


def _codoped(doped: list[PlannedCompound]) -> Iterator[PlannedCompound]:
    for first, *others in chain(combinations(doped, 2), combinations(doped, 3)):
        dopants = tuple(each.compound.dopants[0] for each in (first, *others))
        if len({dopant.element for dopant in dopants}) == len(dopants):
            yield first.model_copy(update={"compound": Compound(dopants=dopants)})


@job  # type: ignore[untyped-decorator]  # jobflow is untyped
def nothing(previous: Any) -> dict[str, Any]:
    """Do nothing, after another step."""
    return {"done": previous is not None}


def _flow(campaign: Campaign, node: Node) -> Flow:
    """Return a compound's workflow, with the names and order of its steps but not their work."""
    steps = campaign.step_uuids(node.compound) if node.compound and node.compound.dopants else {}
    output, jobs = None, []
    for step, uuid in {**steps, "interface": node.uuid}.items():
        jobs.append(named(nothing(output), uuid, f"{node.label}: {step}", step=step))
        output = jobs[-1].output
    return Flow(jobs, output=output, name=node.label)


@contextmanager
def trivial_steps() -> Iterator[None]:
    """Build workflows of compounds with steps that do nothing, in a block."""
    with patch.object(build, "_compound_flow", _flow):
        yield


def submitted(database: Database, size: int) -> tuple[Campaign, list[Node]]:
    """Submit a campaign whose host, crystals and undoped compound have landed.

    Returns
    -------
    The campaign, and the nodes whose workflows wait for a rocket.
    """
    campaign = campaign_of(size)
    nodes = save_campaign(database, campaign)
    undoped = next(node for node in nodes if node.kind is NodeKind.COMPOUND)
    first = [node for node in nodes if node.kind is not NodeKind.COMPOUND] + [undoped]
    keys = [{"uuid": node.uuid, "index": 1} for node in first]
    database.jobs.insert_many([key | {"output": {}} for key in keys])
    added = set(submit(database, Plan(campaign, {})))
    return campaign, [node for node in nodes if node.uuid in added]


def result_of(campaign: Campaign, node: Node, number: int) -> dict[str, Any]:
    """Return a result as the query command shows it, with numbers that differ."""
    assert node.compound  # noqa: S101  nodes of compounds have one
    composition = compound_composition(campaign.host_crystal, node.compound)
    dopants = [dopant.model_dump() for dopant in node.compound.dopants]
    return {
        "dopants": dopants,
        **dict.fromkeys(("dopant", "valence", "site", "concentration")),
        "formula": formula_per_unit(composition),
        "reaction_energy": -0.5 - number % 1000 / 500,
        "lithium_uptake": 6 + number % 7 / 4,
        "label": ("resists", "undecided", "reduced")[number % 3],
        "energy_above_hull": number % 50 / 1000,
        "products": {"La2O3": 1.5, "Li2O": 6.5, "Zr4O": 0.5, f"Zr{number % 9 + 1}Al": 0.125},
        "notes": [],
    }


def let_land(database: Database, campaign: Campaign, nodes: Sequence[Node]) -> None:
    """Let compounds land without launching their steps: an output, and all steps completed."""
    uuids = [node.uuid for node in nodes]
    states = database.workflows.find({"metadata.digest": {"$in": uuids}}, {"fw_states": 1})
    ended = [
        UpdateOne(
            {"_id": each["_id"]},
            {"$set": {"state": "COMPLETED", "fw_states": dict.fromkeys(fw_ids, "COMPLETED")}},
        )
        for each in states
        for fw_ids in [each["fw_states"]]
    ]
    database.workflows.bulk_write(ended)
    steps = {"spec.node": {"$in": uuids}}
    database.fireworks.update_many(steps, {"$set": {"state": "COMPLETED"}})
    jobs = [
        ReplaceOne(
            {"uuid": node.uuid, "index": 1},
            {"uuid": node.uuid, "index": 1, "output": result_of(campaign, node, number)},
            upsert=True,
        )
        for number, node in enumerate(nodes)
    ]
    database.jobs.bulk_write(jobs)
