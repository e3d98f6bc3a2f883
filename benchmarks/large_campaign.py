"""Large campaigns: a plan of thousands, and one above 16 MB, the most that a document holds.

The compounds of the latter have two dopants or three, and steps that do nothing.
"""

import tempfile
from pathlib import Path

from pydantic import SecretStr

from benchmarks import trivial
from benchmarks.measure import Figure, Run, alone, in_fresh_process, timed
from workflows.base.settings import load_settings
from workflows.dispatch.campaign_advance import advance, advance_from
from workflows.results.search import find
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.state.campaign_status import campaign_status
from workflows.storage.campaigns import load_campaign
from workflows.storage.database import Database
from workflows.storage.indexes import ensure_indexes
from workflows.storage.server.private_server import PrivateServer

TITLE = "Large campaigns"
SIZE, QUICK_SIZE = 100_000, 200
LANDED = 2_000
MOST_SECONDS = 10.0
PLANNED = {
    "name": "large",
    "host": {"crystal": "LLZO", "cell": "conventional", "arrangements": 1},
    "rule": {"sites": ["Li", "La", "Zr"], "concentration": [n / 8 for n in range(1, 15)]},
}
"""Every cation of the periodic table on every site, at fourteen concentrations."""


def measure(*, quick: bool) -> list[Figure]:
    """Plan one; submit the other, let a part of it land, and ask for its state."""
    size = QUICK_SIZE if quick else SIZE
    with (
        tempfile.TemporaryDirectory(prefix="ip-") as folder,
        PrivateServer(Path(folder), load_settings()).use() as uri,
    ):
        run = in_fresh_process(timed_steps, uri, size)
    figures: list[Figure] = run.result
    return [_plan(quick=quick), *figures, _memory(run, size)]


def _plan(*, quick: bool) -> Figure:
    rule = {"sites": ["Zr"], "concentration": 0.25} if quick else PLANNED["rule"]
    spec = CampaignSpec.model_validate(PLANNED | {"rule": rule})
    run = in_fresh_process(make_plan, spec, TableSource())
    size = len(run.result.campaign.compounds) - 1
    return alone([run], what=f"plan of {size} compounds of LLZO", most=MOST_SECONDS)


def timed_steps(uri: str, size: int) -> list[Figure]:
    """Time what a user waits for, step by step."""
    database = Database(SecretStr(uri), "large")
    ensure_indexes(database.mongo, database.launchpad)
    trivial.llzo_plan()  # where the dopants come from
    with trivial.trivial_steps():
        submission = timed(trivial.submitted, database, size)
    campaign, nodes = submission.result
    reading = timed(load_campaign, database, campaign.name)
    trivial.let_land(database, campaign, nodes[:LANDED])
    runs = {
        f"{size} compounds planned already: stored and submitted": submission,
        "the stored campaign read again": reading,
        f"what `advance` does after {len(nodes[:LANDED])} have landed": timed(
            advance, database, campaign.name
        ),
        "what the end of one compound's workflow does": timed(
            advance_from, database, nodes[0].uuid
        ),
        "what `status` counts": timed(campaign_status, database, campaign.name),
        "a query": timed(find, database.results, ["label=resists", "products~Al"]),
    }
    database.close()
    return [alone([run], what=what) for what, run in runs.items()]


def _memory(run: Run, size: int) -> Figure:
    return Figure(
        what=f"most memory of the process that submits {size} compounds",
        unit="MB",
        ours=run.megabytes,
        repeats=1,
    )
