"""The dispatcher, left alone through outages, ends a campaign on a real Slurm in bundles."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import yaml
from pymongo.errors import PyMongoError
from standins.dispatcher import dispatching, said
from standins.mongo import without
from standins.vasp_cluster import plan, rockets, write_potentials

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from standins.cluster import Cluster
    from standins.slurm import Slurm

pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

BUNDLE = "multi 2 --timeout 1000 --sleep 1 --max_loops 15"


@pytest.fixture
def submitted(cluster: Cluster, request: pytest.FixtureRequest) -> Cluster:
    """Return a cluster with a campaign of one compound, and bundles of two rockets."""
    data = request.config.rootpath / "tests" / "data"
    dopant = {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5}
    host = {"crystal": str(data / "li2zro3.cif"), "name": "LZO", "arrangements": 1}
    spec = {"name": "one", "host": host, "choices": 1, "dopants": [dopant]}
    (cluster.folder / "one.yaml").write_text(yaml.safe_dump(spec | {"engine": {"name": "vasp"}}))
    write_potentials(cluster.folder, ["Li", "Zr", "O", "Ta"])
    rockets(cluster, BUNDLE)
    plan(cluster.folder, seconds=0.3)
    cluster.environment.update(
        {
            "INTERPHASE_CACHE": str(cluster.folder / "cache"),
            # a rocket that the outage stops before it says where it runs is waited for that long
            "INTERPHASE_DATABASE_PATIENCE": "120",
            "INTERPHASE_LAUNCH_PATIENCE": "150",
        }
    )
    cluster.run("interphase", "submit", "one.yaml", "--force")
    return cluster


@pytest.fixture
def dispatcher(submitted: Cluster) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a dispatcher at work."""
    notify = f"cat >> {submitted.folder}/notices"
    words = ("--jobs", "2", "--recover-every", "0.2", "--notify", notify)
    with dispatching(submitted, *words) as process:
        yield process


def until(condition: Callable[[], Any], cluster: Cluster, seconds: float = 240) -> Any:
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(PyMongoError):
            if found := condition():
                return found
        assert time.monotonic() < end, said(cluster)
        time.sleep(0.2)


def running(cluster: Cluster) -> list[dict[str, Any]]:
    """Return the records of the steps that run in batch jobs."""
    with cluster.client() as client:
        launches = list(client[cluster.database]["launches"].find({"state": "RUNNING"}))
    entries = [entry for launch in launches for entry in launch["state_history"]]
    return [entry["process"]["job"] for entry in entries if entry.get("process", {}).get("job")]


@contextlib.contextmanager
def frozen(pid_file: Any) -> Iterator[None]:
    """Keep a daemon from answering."""
    daemon = psutil.Process(int(pid_file.read_text()))
    daemon.suspend()
    try:
        yield
    finally:
        daemon.resume()


@pytest.mark.timeout(1100)
def test_a_campaign_ends_by_itself_whatever_goes_away(
    submitted: Cluster, slurm: Slurm, dispatcher: subprocess.Popen[bytes]
) -> None:
    # two steps share a batch job; both are lost with it
    until(lambda: len(running(submitted)) >= 2, submitted)
    refused = submitted.run("interphase", "dispatch", "--launches", "launches", check=False)
    assert refused.returncode == 1
    assert "another dispatcher serves" in " ".join(refused.stderr.split())
    job = running(submitted)[0]["id"]
    slurm.run("scancel", job)
    until(lambda: f"job {job} ended as CANCELLED" in said(submitted), submitted)

    with without(submitted.server):
        until(lambda: "waits: " in said(submitted), submitted)
    until(lambda: "goes on, after" in said(submitted), submitted)
    with frozen(slurm.folder / "slurmctld.pid"):
        time.sleep(10)

    until(lambda: dispatcher.poll() is not None, submitted, 600)
    assert dispatcher.returncode == 0, said(submitted)
    print(f"\n{said(submitted)}")
    notices = (submitted.folder / "notices").read_text()
    assert notices == "campaign one is over\nevery compound has landed\n"
    with submitted.client() as client:
        database = client[submitted.database]
        assert database["results"].count_documents({}) == 2
        # the dispatcher ends workflows, and so does a bundle's rocket that has nothing else to do
        left = {"spec.step": "advance", "state": {"$ne": "COMPLETED"}}
        assert not list(database["fireworks"].find(left)), list(database["launches"].find())
        others = database["launches"].count_documents({"fworker.name": {"$ne": "dispatcher"}})
    jobs = len(list(submitted.folder.glob("launches/block_*/launcher_*/FW_submit.script")))
    print(f"{others} launches in {jobs} batch jobs")
    assert jobs < others


def test_a_signal_is_told_and_leaves_batch_jobs_alone(
    submitted: Cluster, slurm: Slurm, dispatcher: subprocess.Popen[bytes]
) -> None:
    until(lambda: "submitted" in said(submitted), submitted)
    os.kill(dispatcher.pid, signal.SIGTERM)
    assert dispatcher.wait(60) == 130
    assert "the dispatcher was stopped" in (submitted.folder / "notices").read_text()
    assert slurm.run("squeue", "-h", "-o", "%A").split()
