"""What a submission would add to the LaunchPad, and why the rest is not added."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from workflows.dispatch.workflow_builder import build_workflow
from workflows.learning.campaign_stages import campaign_nodes
from workflows.specification.campaign import Node
from workflows.specification.planning import Plan
from workflows.storage.campaigns import added, landed
from workflows.storage.database import Database


@dataclass(frozen=True)
class Addition:
    """One workflow that is missing on the LaunchPad."""

    node: Node
    jobs: int


@dataclass(frozen=True)
class Preview:
    """What a submission would do.

    Attributes
    ----------
    now
        Workflows whose parents have landed: they would be added at once.
    later
        Workflows that wait for parents: `advance` adds each when it becomes ready.
    there
        How many are on the LaunchPad already.
    landed
        How many have landed already, and stay.
    redone
        Labels of the compounds that would be computed again.
    dropped
        How many of the campaign's workflows the specification no longer asks for.
    """

    now: Sequence[Addition]
    later: Sequence[Addition]
    there: int
    landed: int
    redone: Sequence[str] = field(default_factory=tuple)
    dropped: int = 0

    @property
    def jobs(self) -> int:
        """Count the jobs of all workflows, before relaxations are added to them."""
        return sum(addition.jobs for addition in (*self.now, *self.later))


def preview(database: Database, plan: Plan, redo: Collection[str] = ()) -> Preview:
    """Find out what submitting would add; nothing is written.

    Parameters
    ----------
    database
        The campaign's database.
    plan
        The checked specification.
    redo
        uuids of nodes that are to be computed again.
    """
    nodes = campaign_nodes(database, plan.campaign)
    uuids = [node.uuid for node in nodes]
    done = landed(database, uuids) - set(redo)
    there = added(database, uuids) - done - set(redo)
    missing = [node for node in nodes if node.uuid not in done | there]
    ready = [node for node in missing if set(node.parents) <= done]
    waiting = [node for node in missing if not set(node.parents) <= done]
    dropped = {"campaign": plan.campaign.name, "uuid": {"$nin": uuids}}
    return Preview(
        now=_additions(plan, ready),
        later=_additions(plan, waiting),
        there=len(there),
        landed=len(done),
        redone=[node.label for node in nodes if node.uuid in redo],
        dropped=database.nodes.count_documents(dropped),
    )


def _additions(plan: Plan, nodes: Sequence[Node]) -> list[Addition]:
    return [Addition(node, len(build_workflow(plan.campaign, node).fws)) for node in nodes]
