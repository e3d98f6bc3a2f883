"""A real Slurm says beforehand whether it would take the jobs of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from standins.vasp_cluster import write_potentials

if TYPE_CHECKING:
    from pathlib import Path

    from standins.cluster import Cluster

pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")


@pytest.fixture
def ready(cluster: Cluster, request: pytest.FixtureRequest) -> Cluster:
    """Return a cluster that is ready for a campaign of one compound."""
    data: Path = request.config.rootpath / "tests" / "data"
    dopant = {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5}
    host = {"crystal": str(data / "li2zro3.cif"), "name": "LZO", "arrangements": 1}
    spec = {"name": "one", "host": host, "engine": {"name": "vasp"}, "dopants": [dopant]}
    (cluster.folder / "one.yaml").write_text(yaml.safe_dump(spec))
    write_potentials(cluster.folder, ["Li", "Zr", "O", "Ta"])
    cluster.run("interphase", "submit", "one.yaml", "--force")  # makes the indexes
    return cluster


def doctor(cluster: Cluster, **template: Any) -> tuple[int, str]:
    """Change the template, and run doctor where FW_CONFIG_FILE alone names the LaunchPad."""
    cluster.edit("my_qadapter.yaml", lambda content: content.update(template))
    done = cluster.run("interphase", "doctor", "one.yaml", check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_doctor_says_what_will_happen(ready: Cluster) -> None:
    venv = ready.command("rlaunch")[0].rpartition("/")[0]
    code, said = doctor(ready, pre_rocket=f"export PATH={venv}:$PATH")
    assert (code, "FAILED" in said) == (0, False), said
    assert "Slurm would take the job: Job" in said
    assert "jobs find rlaunch" in said

    code, said = doctor(ready, queue="no-such-partition")
    assert code == 1
    assert "Slurm refuses the job of" in said
    assert "invalid partition" in said.lower()

    code, said = doctor(ready, queue="test", ntasks_per_node=4000)
    assert "Slurm refuses the job of" in said, said

    code, said = doctor(ready, ntasks_per_node=1, pre_rocket="source /no/such/activate")
    assert "fails here at `source /no/such/activate`" in said, said
    assert code == 1


def test_a_vasp_that_is_missing_behind_srun_stops_submit(ready: Cluster) -> None:
    commands = {"VASP_CMD": "srun no-such-vasp", "VASP_GAMMA_CMD": "srun no-such-vasp"}
    ready.edit("atomate2.yaml", lambda content: content.update(commands))
    venv = ready.command("rlaunch")[0].rpartition("/")[0]
    code, said = doctor(ready, pre_rocket=f"export PATH={venv}:$PATH")
    assert code == 1
    assert "jobs would not find no-such-vasp" in said
    refused = ready.run("interphase", "submit", "one.yaml", check=False)
    assert "not ready: VASP command; nothing was queued" in " ".join(refused.stderr.split())
