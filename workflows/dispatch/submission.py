"""Store a planned campaign in the database; what is already there or finished is left alone."""

from collections.abc import Collection

from monty.json import jsanitize

from analysis.energies.phases import ReferencePhases
from workflows.dispatch.campaign_advance import advance
from workflows.learning.campaign_stages import save_campaign
from workflows.results.result_documents import remove_strangers
from workflows.specification.planning import Plan
from workflows.storage.database import Database


def submit(database: Database, plan: Plan) -> list[str]:
    """Store a campaign with its reference phases and add what can start.

    Submitting again adds nothing that is there or finished. A changed specification adds
    what is new and removes from the results what it no longer asks for.

    Returns
    -------
    The uuids of the nodes whose workflows were added.
    """
    for uuid, phases in plan.phases.items():
        _store_phases(database, uuid, phases)
    name = plan.campaign.name
    nodes = [node.uuid for node in save_campaign(database, plan.campaign)]
    remove_strangers(database, name, nodes)
    _shelve_strangers(database, name, nodes)
    _take_back(database, nodes)
    return advance(database, name)


def _shelve_strangers(database: Database, name: str, nodes: Collection[str]) -> None:
    """Keep rockets from what the specification no longer asks for; running steps may end."""
    asked = [*nodes, *database.nodes.distinct("uuid")]
    strangers = {"spec.campaign": name, "spec.node": {"$nin": asked}}
    for step in database.fireworks.find({**strangers, "state": {"$in": ["WAITING", "READY"]}}):
        database.launchpad.pause_fw(step["fw_id"])


def _take_back(database: Database, nodes: Collection[str]) -> None:
    """Release what was shelved and is requested again."""
    for step in database.fireworks.find({"spec.node": {"$in": [*nodes]}, "state": "PAUSED"}):
        database.launchpad.resume_fw(step["fw_id"])


def _store_phases(database: Database, uuid: str, phases: ReferencePhases) -> None:
    """Put reference phases into the job store, where jobs refer to them as to an output."""
    document = {
        "name": "reference phases",
        "output": jsanitize(phases, strict=True),
        "metadata": {"source": phases.source, "step": "reference phases"},
    }
    database.jobs.update_one({"uuid": uuid, "index": 1}, {"$setOnInsert": document}, upsert=True)
