"""A planned campaign enters the database; what is there or finished already is left alone."""

from monty.json import jsanitize

from analysis.phases import ReferencePhases
from workflows.advance import advance, save_campaign
from workflows.database import Database
from workflows.plan import Plan
from workflows.results import remove_strangers


def submit(database: Database, plan: Plan) -> list[str]:
    """Store a campaign with its reference phases and add what can start.

    Submitting again adds nothing that is there or finished; a changed specification adds
    what is new and leaves out of the results what it no longer asks for.

    Returns
    -------
    The uuids of the nodes whose workflows were added.
    """
    for uuid, phases in plan.phases.items():
        _store_phases(database, uuid, phases)
    nodes = save_campaign(database, plan.campaign)
    remove_strangers(database, plan.campaign.name, [node.uuid for node in nodes])
    return advance(database, plan.campaign.name)


def _store_phases(database: Database, uuid: str, phases: ReferencePhases) -> None:
    """Put reference phases into the job store, where jobs refer to them as to an output."""
    document = {
        "uuid": uuid,
        "index": 1,
        "name": "reference phases",
        "output": jsanitize(phases, strict=True),
        "metadata": {"source": phases.source, "step": "reference phases"},
    }
    database.jobs.update_one({"uuid": uuid}, {"$setOnInsert": document}, upsert=True)
