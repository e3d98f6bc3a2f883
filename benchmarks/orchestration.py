"""Campaigns of trivial jobs through the real LaunchPad, against jobflow's own way."""

import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import jobflow
from fireworks import FWorker, LaunchPad
from fireworks.core.rocket_launcher import launch_rocket
from jobflow.managers.fireworks import flow_to_workflow
from pydantic import SecretStr
from rich.console import Console

from benchmarks import trivial
from benchmarks.measure import Figure, Run, alone, compared, in_fresh_process, side_by_side, timed
from workflows.base.settings import load_settings
from workflows.commands.status import status_command
from workflows.dispatch import workflow_builder as build
from workflows.dispatch.template import Builder
from workflows.results.result_documents import build_results
from workflows.results.search import find
from workflows.specification.campaign import Campaign, Node, NodeKind, cell_size
from workflows.storage.campaign_location import Place
from workflows.storage.connection import Address
from workflows.storage.database import Database
from workflows.storage.indexes import ensure_indexes
from workflows.storage.launchpad import add_documents
from workflows.storage.server.private_server import PrivateServer

_Way = Callable[[LaunchPad, Campaign, Sequence[Node]], None]


class _Sample(NamedTuple):
    """Jobs by their uuid, and the links between them."""

    jobs: dict[str, dict[str, Any]]
    links: set[tuple[str, str]]


TITLE = "Orchestration"
SIZES, QUICK_SIZES = (100, 1_000, 10_000), (50, 200)
LEAST_RATIO = 3.0
MOST_SECONDS = 0.3
# A launch at the largest size may take this many times as long as at the smallest: noise.
FLAT = 1.2
LAUNCHES, QUICK_LAUNCHES = 60, 12


def measure(*, quick: bool) -> list[Figure]:
    """Time submission, launches, status and query in campaigns of rising size."""
    sizes = QUICK_SIZES if quick else SIZES
    with (
        tempfile.TemporaryDirectory(prefix="ip-") as name,
        PrivateServer(Path(name), load_settings()).use() as uri,
    ):
        runs = [in_fresh_process(campaign_of_size, uri, size, quick) for size in sizes]
        added = in_fresh_process(submission, uri, quick)
    figures = [added.result, *_launches(sizes, runs), _memory(sizes, runs)]
    return [*figures, *runs[-1].result["figures"]]


def _launches(sizes: Sequence[int], runs: Sequence[Run]) -> Iterator[Figure]:
    first = median(runs[0].result["launches"])
    for size, run in zip(sizes, runs, strict=True):
        seconds = run.result["launches"]
        growth = median(seconds) / first
        yield Figure(
            what=f"one launch among {size} compounds",
            unit="s",
            ours=median(seconds),
            repeats=len(seconds),
            target=f"≤ {FLAT:g} times that among {sizes[0]}",
            met=growth <= FLAT,
            agreement=f"{growth:.2f} times; every step launched has landed",
        )


def _memory(sizes: Sequence[int], runs: Sequence[Run]) -> Figure:
    grown = [run.result["launching_mb"] for run in runs]
    peaks = ", ".join(f"{run.megabytes:.0f} MB" for run in runs)
    return Figure(
        what=f"memory that launching takes on, among {sizes[-1]} compounds",
        unit="MB",
        ours=grown[-1],
        repeats=1,
        target=f"≤ 20 MB more than among {sizes[0]}",
        met=grown[-1] - grown[0] <= 20,
        agreement=f"most that a process which also submits ever had: {peaks}",
    )


def submission(uri: str, quick: bool) -> Figure:
    """Time how workflows of the LLZO campaign, with their real steps, get onto a LaunchPad."""
    size, repeats = (40, 2) if quick else (1_000, 5)
    campaign = trivial.campaign_of(size)
    nodes = [node for node in campaign.nodes() if node.kind is NodeKind.COMPOUND][1:]
    runs = side_by_side(
        lambda: _submit(uri, _ours, campaign, nodes),
        lambda: _submit(uri, _stock, campaign, nodes),
        repeats,
    )
    _require_same_steps(runs[0][0].result, runs[1][0].result)
    rate = size / median(run.seconds for run in runs[0])
    return compared(
        *runs,
        what=f"submission of {size} compounds ({rate:.0f} a second)",
        against="the same flows by flow_to_workflow and bulk_add_wfs",
        least=LEAST_RATIO,
        agreement="the same jobs and links between them in a sample of the workflows; ours have "
        "one more step, which advances the campaign",
    )


def _submit(uri: str, way: _Way, campaign: Campaign, nodes: Sequence[Node]) -> Run:
    """Time one way on an empty LaunchPad, and return some of the jobs it leaves there."""
    with _database(uri, "submission") as database:
        run = timed(way, database.launchpad, campaign, nodes)
        return replace(run, result=_sample(database, nodes))


def _ours(launchpad: LaunchPad, campaign: Campaign, nodes: Sequence[Node]) -> None:
    builder = Builder(campaign)
    for first in range(0, len(nodes), 200):
        batch = nodes[first : first + 200]
        add_documents(launchpad, [builder.documents(node) for node in batch])


def _stock(launchpad: LaunchPad, campaign: Campaign, nodes: Sequence[Node]) -> None:
    workflows = []
    for node in nodes:
        flow = build._compound_flow(campaign, node)  # noqa: SLF001  the flow before it is converted
        flow.update_metadata(build.node_metadata(campaign, node))
        atoms = cell_size(campaign, node)
        campaign.spec.categories.apply(flow, atoms=atoms, priority=10)
        workflows.append(flow_to_workflow(flow, allow_external_references=True))
    with redirect_stderr(StringIO()):  # a progress bar
        launchpad.bulk_add_wfs(workflows)


def _sample(database: Database, nodes: Sequence[Node]) -> _Sample:
    """Read the jobs of some workflows, without what is random in each, and their links."""
    keys = {"spec.node": {"$in": [node.uuid for node in nodes[:: max(len(nodes) // 10, 1)]]}}
    found = database.fireworks.find(keys, {"fw_id": 1, "spec._tasks.job": 1})
    jobs = {step["fw_id"]: step["spec"]["_tasks"][0].get("job") for step in found}
    jobs = {fw_id: job | {"hosts": None} for fw_id, job in jobs.items() if job}
    workflows = database.workflows.find({"nodes": {"$in": [*jobs]}}, {"links": 1})
    links = {
        (jobs[int(parent)]["uuid"], jobs[child]["uuid"])
        for workflow in workflows
        for parent, children in workflow["links"].items()
        for child in children
        if int(parent) in jobs and child in jobs
    }
    return _Sample({job["uuid"]: job for job in jobs.values()}, links)


def _require_same_steps(ours: _Sample, stock: _Sample) -> None:
    """Refuse to compare the times of different workflows.

    Raises
    ------
    ValueError
        The jobs or the links between them differ.
    """
    if not ours.jobs or not ours.links:
        msg = f"the sample holds {len(ours.jobs)} jobs with {len(ours.links)} links"
        raise ValueError(msg)
    for what in ("jobs", "links"):
        if getattr(ours, what) != getattr(stock, what):
            msg = f"the {what} of ours and of the stock way differ"
            raise ValueError(msg)


def campaign_of_size(uri: str, size: int, quick: bool) -> dict[str, Any]:
    """Submit a campaign, launch some of its steps, let half of it land, and query its state."""
    with _database(uri, f"size-{size}") as database, trivial.trivial_steps():
        campaign, nodes = trivial.submitted(database, size)
        before = _megabytes()
        launches = _launch(database, QUICK_LAUNCHES if quick else LAUNCHES)
        grown = _megabytes() - before
        trivial.let_land(database, campaign, nodes[: size // 2])
        built = timed(build_results, database, campaign.name)
        return {
            "launches": launches,
            "launching_mb": grown,
            "figures": [
                _built(built),
                *_questions(database, campaign, size, repeats=3 if quick else 15),
            ],
        }


def _built(run: Run) -> Figure:
    return alone([run], what=f"collection of {run.result.written} results that have landed")


def _launch(database: Database, number: int) -> list[float]:
    """Launch steps as a worker does; the first ones import what later ones have.

    Raises
    ------
    ValueError
        A step did not complete.
    """
    jobflow.SETTINGS.JOB_STORE = database.job_store
    worker = FWorker(name="benchmark")
    warm_up = 8
    seconds = []
    with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(StringIO()):
        for _ in range(warm_up + number):
            run = timed(launch_rocket, database.launchpad, worker, None, "ERROR")
            seconds.append(run.seconds)
    completed = database.fireworks.count_documents({"state": "COMPLETED"})
    if completed != warm_up + number:
        msg = f"{completed} of {warm_up + number} launched steps have completed"
        raise ValueError(msg)
    return seconds[warm_up:]


def _questions(database: Database, campaign: Campaign, size: int, *, repeats: int) -> list[Figure]:
    """Time what the commands do, once everything is imported."""
    place = Place(address=Address(database.uri, database.name))
    console = Console(file=StringIO(), width=200)

    def status() -> None:
        status_command(place, campaign.name, console=console)

    def query() -> None:
        filters = ["label=resists", "reaction_energy>-0.6", "products~Al"]
        found = find(database.results, filters, sort="-reaction_energy", limit=20)
        if len(found) < min(20, size // 100):
            msg = f"the query found {len(found)} compounds"
            raise ValueError(msg)

    asked: dict[str, Callable[[], None]] = {"`interphase status`": status, "a query": query}
    figures = []
    for what, question in asked.items():
        question()
        runs = [timed(question) for _ in range(repeats)]
        text = f"{what}, beyond start-up, among {size} compounds"
        figures.append(alone(runs, what=text, most=MOST_SECONDS))
    return figures


@contextmanager
def _database(uri: str, name: str) -> Iterator[Database]:
    """Yield an empty database, dropped afterwards."""
    database = Database(SecretStr(uri), name)
    ensure_indexes(database.mongo, database.launchpad)
    try:
        yield database
    finally:
        database.client.drop_database(name)
        database.close()


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
