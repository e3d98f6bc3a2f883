"""The stages of a campaign that learns: what it computes first, and what follows from a training.

The first stage is what the specification asks for. When the last of its compounds has landed or
failed, a training learns from those that have landed; it predicts the compounds that are held out
and, with `explore`, chooses more. They are the next stage, after which a training compares, and so
on until nothing is chosen. The stages follow from the specification and the outputs of the
trainings in the job store: they are deterministic and survive interruptions.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from analysis.learning.data.table_effect import chemistry_of
from analysis.learning.settings import Exploring, HostChemistry, Questions
from analysis.structures.dopants import Dopant, candidates
from workflows.specification.campaign import Campaign, Node, NodeKind, PlannedCompound
from workflows.storage.campaigns import write_campaign
from workflows.storage.database import Database

# Of a training's output, which is a megabyte.
_NEEDED = {"output.chosen": 1, "output.learnt_from": 1, "_id": 0}


def campaign_nodes(
    database: Database, campaign: Campaign, *, landed: Collection[str] | None = None
) -> list[Node]:
    """Return all nodes of a campaign as far as its trainings have come, parents before children.

    Parameters
    ----------
    database
        The campaign's database.
    campaign
        The campaign.
    landed
        uuids of what has landed, once everything is over. If the last training has not seen all
        of it, since a failed compound was rerun, another training follows.
    """
    nodes = list(campaign.nodes())
    training = next((node for node in nodes if node.kind is NodeKind.LEARNING), None)
    if training is None:
        return nodes
    waiting = [node for node in nodes if training.uuid in node.parents]  # held out
    while (output := _output(database, training.uuid)) is not None:
        chosen = [_planned(campaign, Dopant(**each)) for each in output["chosen"]]
        new = [*waiting, *map(campaign.compound_node, chosen)]
        if not new:
            return [*nodes, *_repeats(database, campaign, training, output, landed)]
        there = {node.uuid for node in nodes}
        fresh = [*campaign.crystal_nodes(chosen), *new]
        nodes += [node for node in fresh if node.uuid not in there]
        asked = [*training.after, *(node.uuid for node in new)]
        training = campaign.learning_node((training.stage or 0) + 1, asked, earlier=training.uuid)
        nodes.append(training)
        waiting = []
    return nodes


def save_campaign(database: Database, campaign: Campaign) -> list[Node]:
    """Store a campaign, and return its nodes as far as its trainings have come."""
    nodes = campaign_nodes(database, campaign)
    write_campaign(database, campaign, nodes)
    return nodes


def questions(campaign: Campaign, node: Node) -> Questions:
    """Return the questions of a training, without the compounds that it waited for."""
    stage, explore = node.stage or 0, campaign.spec.explore
    held = _held_out(campaign)
    goes_on = explore is not None and stage < explore.rounds and not node.repeats
    asked = set(node.after)
    return Questions(
        stage=stage,
        host=chemistry(campaign),
        held_out=_dopants(held) if stage == 0 else (),
        space=_dopants(p for p in campaign.space if campaign.compound_node(p).uuid not in asked)
        if goes_on
        else (),
        exploring=Exploring(**explore.model_dump(include=set(Exploring.model_fields)))
        if explore is not None and goes_on
        else None,
        table=periodic_table(campaign),
        landed=_dopants(p for u, p in predicted(campaign).items() if u in node.computed_before),
    )


def predicted(campaign: Campaign) -> dict[str, PlannedCompound]:
    """Return what trainings predict before it is computed, by the uuid of its result."""
    planned = (*_held_out(campaign), *campaign.space)
    return {campaign.compound_node(each).uuid: each for each in planned}


def chemistry(campaign: Campaign) -> HostChemistry:
    """Return what a table estimate has to know of the campaign."""
    spec = campaign.spec
    return chemistry_of(
        campaign.host_crystal,
        electrode=spec.electrode,
        max_elements=spec.screening.max_elements,
    )


def periodic_table(campaign: Campaign) -> tuple[Dopant, ...]:
    """Return every candidate of the periodic table on every site, at the x that is learnt from."""
    host = campaign.host_crystal
    x = campaign.spec.learning.concentration or _commonest_concentration(campaign)
    return tuple(candidates(tuple(host.cations), concentrations=(x,), host_ions=host.ions))


def _commonest_concentration(campaign: Campaign) -> float:
    single = [p.compound.dopants[0] for p in campaign.compounds if len(p.compound.dopants) == 1]
    counts = Counter(dopant.concentration for dopant in single)
    return max(counts, key=lambda x: (counts[x], -x), default=0.25)


def _repeats(
    database: Database,
    campaign: Campaign,
    training: Node,
    output: dict[str, Any],
    landed: Collection[str] | None,
) -> list[Node]:
    """Return the trainings that repeat the last one with compounds that landed after it."""
    stored = database.nodes.find(
        {"campaign": campaign.name, "repeats": True, "earlier": training.uuid},
        {"_id": 0, "campaign": 0, "order": 0},
    )
    nodes = [Node.model_validate(each) for each in stored]
    seen = [uuid for uuid in training.after if landed and uuid in landed]
    if not seen or set(seen) == set(output["learnt_from"]):
        return nodes
    stage = (training.stage or 0) + 1
    new = campaign.learning_node(stage, training.after, earlier=training.uuid, learns_from=seen)
    return nodes if any(node.uuid == new.uuid for node in nodes) else [*nodes, new]


def _output(database: Database, uuid: str) -> dict[str, Any] | None:
    found = database.jobs.find_one({"uuid": uuid}, _NEEDED)
    return dict(found["output"]) if found else None


def _held_out(campaign: Campaign) -> list[PlannedCompound]:
    return [each for each in campaign.compounds if each.compound in campaign.held_out]


def _planned(campaign: Campaign, dopant: Dopant) -> PlannedCompound:
    return next(each for each in campaign.space if each.compound.dopants == (dopant,))


def _dopants(planned: Iterable[PlannedCompound]) -> tuple[Dopant, ...]:
    return tuple(dict.fromkeys(each.compound.dopants[0] for each in planned))
