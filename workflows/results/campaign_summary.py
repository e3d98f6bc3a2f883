"""The summary of a campaign, read from its database."""

from analysis.results.summary import Summary, summarise
from workflows.results.search import find
from workflows.specification.campaign import NodeKind
from workflows.state.campaign_status import State, node_states
from workflows.storage.campaigns import load_campaign, load_nodes
from workflows.storage.database import Database


def campaign_summary(database: Database, name: str) -> Summary:
    """Count a campaign, finished or running.

    Raises
    ------
    InputError
        There is no campaign of that name.
    """
    campaign = load_campaign(database, name)
    nodes = load_nodes(database, {"campaign": name})
    states = node_states(database, nodes)
    doped = [
        n.uuid for n in nodes if n.kind is NodeKind.COMPOUND and n.compound and n.compound.dopants
    ]
    host = campaign.host_crystal
    return summarise(
        find(database.results, [f'campaign="{name}"'], sort="formula"),
        campaign=name,
        planned=len(doped),
        failed=sum(states[uuid] in (State.FAILED, State.BLOCKED) for uuid in doped),
        host=host.formula_unit.reduced_formula,
        left_out=[(each.compound.label(host.name), each.reason) for each in campaign.left_out],
    )
