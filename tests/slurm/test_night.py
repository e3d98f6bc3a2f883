"""A night of 500 small compounds on a real Slurm, compressed: many steps to a batch job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from standins.dispatcher import dispatching, said
from standins.vasp_cluster import rockets

from makers.naming import RELAXATION_STEPS
from workflows.base.settings import load_settings
from workflows.state.core_hours import usage
from workflows.storage.campaign_location import find_place, open_place
from workflows.storage.campaigns import load_campaign

if TYPE_CHECKING:
    import subprocess

    from standins.cluster import Cluster
    from standins.slurm import Slurm

CIF = Path(__file__).parents[1] / "data" / "li2zro3.cif"
NIGHT: dict[str, Any] = {
    "name": "night",
    "host": {
        "crystal": str(CIF),
        "name": "LZO",
        "oxidation_states": {"Li": 1, "Zr": 4, "O": -2},
        "arrangements": 1,
        "cell": [2, 2, 1],
    },
    "choices": 1,
    "engine": {"name": "chgnet", "settings": {"force_threshold": 0.3}},
    "rule": {"sites": ["Li", "Zr"], "concentration": [0.125, 0.25, 0.5, 0.75]},
}

ROCKETS = 2  # of a batch job
WALLTIME, LAST_STEP = 360, 300  # s


def by_night(cluster: Cluster) -> None:
    """Submit the campaign, with batch jobs that write down when they begin and end."""
    (cluster.folder / "night.yaml").write_text(yaml.safe_dump(NIGHT))
    path = f"PATH={Path(sys.executable).parent}:$PATH"
    rockets(
        cluster,
        f"multi {ROCKETS} --timeout {LAST_STEP} --sleep 1 --max_loops 15",
        ntasks_per_node=ROCKETS,
        walltime=f"00:{WALLTIME // 60:02d}:00",
        pre_rocket=f"{path}\ndate +%s.%N >> {cluster.folder}/began\n",
        post_rocket=f"date +%s.%N >> {cluster.folder}/ended\n",
    )
    cluster.environment["INTERPHASE_CACHE"] = str(cluster.folder / "cache")
    cluster.run("interphase", "submit", "night.yaml", "--force")


def batch_jobs(cluster: Cluster) -> tuple[int, float]:
    """Return the number of batch jobs, and the core-seconds that they held."""
    began, ended = (
        [float(line) for line in (cluster.folder / name).read_text().split()]
        for name in ("began", "ended")
    )
    assert len(began) == len(ended), "a batch job was cut off by its walltime"
    return len(began), ROCKETS * (sum(ended) - sum(began))


def finished(process: subprocess.Popen[bytes], cluster: Cluster) -> None:
    assert process.wait(3000) == 0, said(cluster)[-2000:]


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_five_hundred_compounds_pass_a_night_in_bundles(cluster: Cluster, slurm: Slurm) -> None:
    by_night(cluster)
    with dispatching(cluster, "--jobs", "1", "--recover-every", "0.5") as process:
        finished(process, cluster)
    settings = load_settings()
    with open_place(find_place(None, cluster.launchpad, settings), settings) as database:
        used = usage(database, "night")
        planned = len(load_campaign(database, "night").compounds)
        landed = len(database.results.distinct("job_uuid"))
    jobs, held = batch_jobs(cluster)
    seconds = {key: 3600 * each.core_hours for key, each in used.items()}
    relaxing = sum(s for (step, _), s in seconds.items() if step in RELAXATION_STEPS)
    runs = sum(each.runs for each in used.values())
    print(
        f"\n{landed} results; {runs} steps in {jobs} batch jobs, "
        f"which held {held:.0f} core-seconds: "
        f"{sum(seconds.values()) / held:.0%} in steps, {relaxing / held:.0%} in relaxations"
    )
    for (step, outcome), each in used.items():
        print(f"{step}, {outcome}: {each.runs}, {each.core_hours * 3600:.0f} s")
    assert landed == planned > 500
    # a compound that has no lithium left has no barrier
    assert {key for key in used if key[1] != "landed"} <= {("migration", "input")}
    assert runs > 100 * jobs
    assert slurm.run("squeue", "-h").split() == []
