"""From a node of the campaign to a FireWorks workflow."""

from typing import Any, Final

from fireworks import Firework, Workflow
from fireworks.utilities.fw_serializers import load_object
from jobflow import Flow, OutputReference
from jobflow.managers.fireworks import flow_to_workflow

from analysis.base.errors import InputError
from makers.engines.registry import relax_maker
from makers.flows.compound import CompoundFlowMaker, HostFlowMaker
from makers.flows.interface import InterfaceMaker
from makers.flows.migration import MigrationMaker
from makers.naming import named
from workflows.dispatch.steps import as_steps
from workflows.specification.campaign import Campaign, Node, NodeKind, cell_size
from workflows.storage.campaigns import ADVANCE

# The last task of every workflow. It builds workflows with this module: named, not imported.
ADVANCE_TASK: Final = "{{workflows.dispatch.advance_task.AdvanceTask}}"

# Rockets pull the host first, since everything waits for it, then the reference crystals.
_PRIORITY = {NodeKind.HOST: 30, NodeKind.CRYSTAL: 20, NodeKind.LEARNING: 15, NodeKind.COMPOUND: 10}


def build_workflow(campaign: Campaign, node: Node) -> Workflow:
    """Make a node's workflow: its jobs, and last the task that advances the campaign."""
    builders = {
        NodeKind.HOST: _host_flow,
        NodeKind.CRYSTAL: _crystal_flow,
        NodeKind.COMPOUND: _compound_flow,
        NodeKind.LEARNING: _learning_flow,
    }
    flow = builders[node.kind](campaign, node)
    metadata = node_metadata(campaign, node)
    flow.update_metadata(metadata)
    rules = campaign.spec.categories
    rules.apply(flow, atoms=cell_size(campaign, node), priority=_PRIORITY[node.kind])
    workflow = as_steps(flow_to_workflow(flow, allow_external_references=True))
    return _with_tail(workflow, campaign, node, metadata)


def _crystal_flow(campaign: Campaign, node: Node) -> Flow:
    if node.formula is None:
        msg = f"the reference crystal {node.label} has no formula"
        raise InputError(msg)
    job = _relax_maker(campaign).make(campaign.crystal(node.formula))
    return Flow([named(job, node.uuid, f"{node.label}: relax", step="reference")])


def _host_flow(campaign: Campaign, _node: Node) -> Flow:
    spec = campaign.spec
    return HostFlowMaker(_relax_maker(campaign)).make(
        campaign.host_crystal,
        arrangements=spec.host.arrangements,
        minimum_distance=spec.host.minimum_distance,
        seed=spec.seed,
    )


def _compound_flow(campaign: Campaign, node: Node) -> Flow:
    if node.compound is None:
        msg = f"the compound {node.label} has no composition"
        raise InputError(msg)
    spec = campaign.spec
    planned = campaign.planned(node.compound)
    migration = MigrationMaker() if spec.migration else None
    return CompoundFlowMaker(_relax_maker(campaign), InterfaceMaker(), migration).make(
        campaign.host_crystal,
        planned.compound,
        stored_host=campaign.host_crystal_uuid,
        relaxed_host=campaign.host_uuid,
        undoped=campaign.undoped_uuid if planned.compound.dopants else None,
        references={
            "phases": OutputReference(planned.phases),
            "crystals": {f: OutputReference(campaign.crystal_uuids[f]) for f in planned.crystals},
            "aligned": planned.aligned,
            "exchanged": planned.exchanged,
            "electrode": spec.electrode,
            "criteria": spec.screening,
            **_measured(campaign),
        },
        sampling={"choices": spec.choices, "seed": spec.seed},
        uuid=node.uuid,
    )


def _learning_flow(campaign: Campaign, node: Node) -> Flow:
    from makers.flows.learning import LearnMaker  # scikit-learn and pandas, for this one node
    from workflows.learning.campaign_stages import questions

    spec = campaign.spec
    job = LearnMaker().make(
        {uuid: OutputReference(uuid) for uuid in node.learns_from},
        spec.learning.settings(spec.seed),
        questions(campaign, node),
        earlier=OutputReference(node.earlier) if node.earlier else None,
    )
    return Flow([named(job, node.uuid, f"{node.label}: learn", step="learn")])


def _measured(campaign: Campaign) -> dict[str, Any]:
    """Return the engine's errors where the user has measured them."""
    found = {"engine_error": campaign.engine_error, "engine_bias": campaign.engine_bias}
    return {name: value for name, value in found.items() if value is not None}


def _relax_maker(campaign: Campaign) -> Any:
    engine = campaign.spec.engine
    return relax_maker(engine.name, engine.settings, engine.then)


def node_metadata(campaign: Campaign, node: Node) -> dict[str, Any]:
    """Return the searchable metadata in the web GUI and the job store."""
    names = {"campaign": campaign.name, "compound": node.label, "node": node.uuid}
    return {**names, **_dopant_metadata(node)}


def _dopant_metadata(node: Node) -> dict[str, Any]:
    if node.compound is None or not node.compound.dopants:
        return {}
    dopants = [dopant.model_dump() for dopant in node.compound.dopants]
    names = {key: key for key in ("valence", "site", "concentration")} | {"element": "dopant"}
    return {
        name: dopants[0][key] if len(dopants) == 1 else [dopant[key] for dopant in dopants]
        for key, name in names.items()
    }


def _with_tail(
    workflow: Workflow, campaign: Campaign, node: Node, metadata: dict[str, Any]
) -> Workflow:
    category = campaign.spec.categories.default
    tail = Firework(
        [load_object({"_fw_name": ADVANCE_TASK, "node": node.uuid})],
        spec={
            **metadata,
            "step": ADVANCE,
            "_allow_fizzled_parents": True,
            "_add_launchpad_and_fw_id": True,
            "_priority": _PRIORITY[node.kind] + 1,
            **({"_category": category} if category else {}),
        },
        name=f"{node.label}: advance",
    )
    leaves = workflow.leaf_fw_ids
    links = {parent: list(children) for parent, children in workflow.links.items()}
    for leaf in leaves:
        links[leaf] = [*links.get(leaf, []), tail.fw_id]
    return Workflow(
        [*workflow.fws, tail],
        links,
        name=node.label,
        metadata={**metadata, "digest": node.uuid, "kind": node.kind},
    )
