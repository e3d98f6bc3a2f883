"""A lost VASP Firework goes on in its folder: real rockets, killed with everything they started."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from fireworks import FWorker, LaunchPad
from jobflow import Job
from jobflow.managers.fireworks import flow_to_workflow
from pymatgen.core import Structure
from standins.potentials import springs_minimum

from analysis.base.errors import InputError
from makers.engines.registry import relax_maker
from workflows.recovery.continuation import prepare_continuation

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

# eV: the undisturbed path, 0.05 eV above the springs' minimum and a quarter of it after each step.
PATH = [springs_minimum(("Li", "Li", "O")) + 0.05 / 4**step for step in range(8)]
OXIDE = -0.687  # A. Wang et al., Scientific Reports 11, 15496 (2021)


@pytest.fixture
def launchpad(mongo_uri: str) -> Iterator[LaunchPad]:
    name = f"test-{uuid.uuid4().hex}"
    pad = LaunchPad(host=mongo_uri, name=name, uri_mode=True, strm_lvl="ERROR")
    pad.reset("", require_password=False)
    yield pad
    pad.connection.drop_database(name)
    pad.connection.close()


@pytest.fixture
def rocket(
    launchpad: LaunchPad, vasp: Any, potentials: Path
) -> Callable[[], subprocess.Popen[bytes]]:
    """Start a real rocket, told by atomate2's, jobflow's and pymatgen's own configuration."""
    where = {"type": "MongoURIStore", "uri": launchpad.host, "database": launchpad.name}
    files = {
        "launchpad": launchpad.to_dict(),
        "jobflow": {"JOB_STORE": {"docs_store": where | {"collection_name": "jobs"}}},
        "atomate2": {"VASP_CMD": str(vasp.std), "VASP_GAMMA_CMD": str(vasp.gamma)},
    }
    for name, content in files.items():
        (vasp.folder / f"{name}.json").write_text(json.dumps(content, default=str))
    settings = {
        "JOBFLOW_CONFIG_FILE": str(vasp.folder / "jobflow.json"),
        "ATOMATE2_CONFIG_FILE": str(vasp.folder / "atomate2.json"),
        "PMG_VASP_PSP_DIR": str(potentials),
    }
    command = [
        str(Path(sys.executable).with_name("rlaunch")),
        *("-l", str(vasp.folder / "launchpad.json"), "rapidfire", "--nlaunches", "1"),
    ]

    def start() -> subprocess.Popen[bytes]:
        with (vasp.folder / "rockets.log").open("a") as log:
            return subprocess.Popen(
                command, cwd=vasp.folder, env=os.environ | settings, stdout=log, stderr=log
            )

    return start


@pytest.fixture
def job(launchpad: LaunchPad, lithia: Structure) -> Job:
    """The relaxation, on the LaunchPad as Firework 1."""
    relaxation = relax_maker("vasp", {}).make(lithia)
    relaxation.maker.run_vasp_kwargs["custodian_kwargs"] = {"polling_time_step": 0.1}
    launchpad.add_wf(flow_to_workflow(relaxation))
    return relaxation


def test_a_run_killed_half_way_repeats_no_completed_step(
    vasp: Any, launchpad: LaunchPad, rocket: Any, job: Job
) -> None:
    vasp.plan(seconds=0.5)
    first = _in_launch_folder(vasp, rocket())
    _await(lambda: len(first[1].energies()) == len(PATH) // 2)
    _kill_tree(first[0])
    assert launchpad.get_fw_by_id(1).state == "RUNNING"
    done = len(first[1].energies())

    continuation = prepare_continuation(launchpad, 1)
    assert continuation.folder == first[1].folder
    assert launchpad.get_fw_by_id(1).state == "READY"
    vasp.plan()
    assert rocket().wait(timeout=120) == 0
    assert launchpad.get_fw_by_id(1).state == "COMPLETED"
    assert done < len(PATH)
    assert first[1].energies() == pytest.approx(PATH, abs=1e-12)
    assert first[1].runs == 2
    (stored,) = launchpad.db["jobs"].find({"uuid": job.uuid})
    assert stored["output"]["n_steps"] == len(PATH)
    assert stored["output"]["energy"] == pytest.approx(PATH[-1] + OXIDE, abs=1e-7)


def test_a_finished_run_whose_result_was_lost_is_read(
    vasp: Any, launchpad: LaunchPad, rocket: Any, job: Job
) -> None:
    assert rocket().wait(timeout=120) == 0
    launchpad.db["jobs"].delete_many({})  # as if the database had gone before it was stored
    launchpad.fireworks.update_one({"fw_id": 1}, {"$set": {"state": "FIZZLED"}})
    launchpad.launches.update_one({"fw_id": 1}, {"$set": {"state": "FIZZLED"}})
    folder = prepare_continuation(launchpad, 1).folder
    assert folder is not None
    assert rocket().wait(timeout=120) == 0
    assert replace(vasp, folder=folder).runs == 1
    assert launchpad.db["jobs"].count_documents({"uuid": job.uuid}) == 1


@pytest.mark.usefixtures("job")
def test_a_folder_that_is_gone_is_not_looked_for(launchpad: LaunchPad, tmp_path: Path) -> None:
    launchpad.checkout_fw(FWorker(), str(tmp_path / "gone"))
    assert prepare_continuation(launchpad, 1).folder is None
    assert "_launch_dir" not in launchpad.get_fw_by_id(1).spec
    assert launchpad.get_fw_by_id(1).state == "READY"


@pytest.mark.usefixtures("job")
def test_preparing_twice_keeps_the_folder(launchpad: LaunchPad, tmp_path: Path) -> None:
    launchpad.checkout_fw(FWorker(), str(tmp_path))
    assert prepare_continuation(launchpad, 1) == prepare_continuation(launchpad, 1)
    assert launchpad.get_fw_by_id(1).spec["_launch_dir"] == str(tmp_path)


@pytest.mark.usefixtures("job")
def test_what_is_finished_or_unknown_is_refused(launchpad: LaunchPad) -> None:
    with pytest.raises(InputError, match="no Firework 7"):
        prepare_continuation(launchpad, 7)
    launchpad.fireworks.update_one({"fw_id": 1}, {"$set": {"state": "COMPLETED"}})
    with pytest.raises(InputError, match="Firework 1 is COMPLETED"):
        prepare_continuation(launchpad, 1)


def _in_launch_folder(
    vasp: Any, process: subprocess.Popen[bytes]
) -> tuple[subprocess.Popen[bytes], Any]:
    """Wait until VASP runs; return the rocket, and the stand-in in the rocket's folder."""
    _await(lambda: any(vasp.folder.glob("launcher_*/standin/INCAR.1")))
    (folder,) = vasp.folder.glob("launcher_*")
    return process, replace(vasp, folder=folder)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a rocket with all its children: VASP, which has a session of its own, too."""
    tree = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in tree:
        member.kill()
    psutil.wait_procs(tree, timeout=10)


def _await(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
