"""Batch jobs of a real Slurm that end before their rockets: the next look knows."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from standins.mongo import without
from standins.vasp_cluster import plan, rockets, write_potentials

from workflows.recovery.batch_job import BatchJob, JobState
from workflows.recovery.queue import ask_queue
from workflows.recovery.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.cluster import Cluster
    from standins.slurm import Slurm as RunningSlurm

pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

CIF = Path(__file__).parents[1] / "data" / "li2zro3.cif"
SPEC: dict[str, Any] = {
    "name": "one",
    "host": {"crystal": str(CIF), "name": "LZO", "arrangements": 1},
    "choices": 1,
    "engine": {"name": "vasp"},
    "dopants": [{"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5}],
}
RESERVE = ("qlaunch", "-r", "rapidfire", "--nlaunches", "1")


@pytest.fixture
def submitted(cluster: Cluster) -> Cluster:
    """Return a cluster with a campaign of one compound, whose first step is the host's."""
    write_potentials(cluster.folder, ["Li", "Zr", "O", "Ta"])
    (cluster.folder / "one.yaml").write_text(yaml.safe_dump(SPEC))
    rockets(cluster, "singleshot")
    cluster.run("interphase", "submit", "one.yaml", "--force")
    return cluster


def ready(cluster: Cluster) -> str:
    """Name the step that comes next."""
    with cluster.client() as client:
        found = client[cluster.database]["fireworks"].find({"state": "READY"})
        return str(max(found, key=lambda step: step["spec"]["_priority"])["name"])


def steps(cluster: Cluster, **query: Any) -> list[dict[str, Any]]:
    with cluster.client() as client:
        return list(client[cluster.database]["fireworks"].find(query))


def until(condition: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def launched(cluster: Cluster) -> str:
    """Submit the next step and give the id of its batch job."""
    cluster.run(*RESERVE)
    with cluster.client() as client:
        launch = client[cluster.database]["launches"].find_one(sort=[("launch_id", -1)])
    return str(launch["state_history"][0]["reservation_id"])


def taken(cluster: Cluster) -> list[float]:
    """Return the energies of the ionic steps of the one VASP run there is."""
    (record,) = list(cluster.folder.glob("**/standin/steps.jsonl")) or [None]
    lines = record.read_text().splitlines() if record else []
    return [json.loads(line)["energy"] for line in lines]


def test_slurm_tells_the_living_from_the_dead(slurm: RunningSlurm, cluster: Cluster) -> None:
    del cluster  # its environment names this Slurm
    lives, dies, ends = (slurm.submit(script) for script in ("sleep 60", "sleep 60", "exit 0"))
    for job in (lives, dies):
        slurm.await_state(job, "RUNNING")
    slurm.run("scancel", dies)
    slurm.await_state(dies, "CANCELLED")
    slurm.await_state(ends, "COMPLETED")
    jobs = [BatchJob("slurm", job, Slurm().cluster) for job in (lives, dies, ends, "99999")]
    reports = ask_queue(jobs, Slurm())
    assert [(reports[job].state, reports[job].word) for job in jobs] == [
        (JobState.ALIVE, "RUNNING"),
        (JobState.ENDED, "CANCELLED"),
        (JobState.ENDED, "COMPLETED"),
        (JobState.ENDED, ""),
    ]
    slurm.run("scancel", lives)


def test_a_reserved_step_whose_job_was_cancelled_is_ready_again(
    submitted: Cluster, slurm: RunningSlurm
) -> None:
    slurm.run("scontrol", "update", "PartitionName=test", "State=DOWN")
    try:
        name = ready(submitted)
        job = launched(submitted)
        assert "nothing was lost" in submitted.run("interphase", "recover").stdout
        slurm.run("scancel", job)
    finally:
        slurm.run("scontrol", "update", "PartitionName=test", "State=UP")
    said = submitted.run("interphase", "recover").stdout
    assert f"job {job} ended as CANCELLED" in said
    assert "1 run again: 1 node" in said
    assert ready(submitted) == name


def test_what_slurms_time_limit_killed_half_way_goes_on(
    submitted: Cluster, slurm: RunningSlurm
) -> None:
    launched(submitted)
    until(lambda: steps(submitted, name={"$regex": "relax 1 of 1"}, state="READY"))
    plan(submitted.folder, seconds=20)  # Slurm looks for the end of time every 30 s
    job = launched(submitted)
    until(lambda: len(taken(submitted)) >= 2)
    # an unfinished job is nobody's loss
    assert "nothing was lost" in submitted.run("interphase", "recover", "--dry-run").stdout
    # "now" alone is refused if a second passes on the way to the controller.
    slurm.run("scontrol", "update", f"JobId={job}", "EndTime=now+5")
    slurm.await_state(job, "TIMEOUT", seconds=120)
    before = taken(submitted)
    plan(submitted.folder)
    said = submitted.run("interphase", "recover").stdout
    assert f"job {job} ended as TIMEOUT" in said
    assert "1 run again: 1 walltime" in said
    launched(submitted)
    until(lambda: steps(submitted, name={"$regex": "relax 1 of 1"}, state="COMPLETED"))
    after = taken(submitted)
    print(f"\nionic steps: {len(before)} before the time limit, {len(after)} in all")
    assert 2 <= len(before) < len(after)
    # every energy is a quarter nearer to the springs' minimum: none occurs twice
    assert after == sorted(set(after), reverse=True)


def test_a_database_that_goes_away_costs_nothing_that_is_finished(
    submitted: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(submitted.environment, "INTERPHASE_DATABASE_PATIENCE", "120")
    launched(submitted)
    until(lambda: steps(submitted, name={"$regex": "relax 1 of 1"}, state="READY"))
    plan(submitted.folder, seconds=0.5)
    launched(submitted)
    until(lambda: len(taken(submitted)) >= 2)
    with without(submitted.server):
        until(lambda: list(submitted.folder.glob("**/standin/ends")))
        until(lambda: list(submitted.folder.glob("**/output.json")))
        time.sleep(35)  # longer than pymongo waits for a server
    until(lambda: steps(submitted, name={"$regex": "relax 1 of 1"}, state="COMPLETED"))
    (ends,) = submitted.folder.glob("**/standin/ends")
    assert ends.read_text() == "1\n"
    assert not list(submitted.folder.glob("**/output.json"))
