"""VASP relaxations from end to end, on the stand-in: energies that can be worked out by hand."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fireworks import LaunchPad
from jobflow import JobStore, run_locally
from jobflow.managers.fireworks import flow_to_workflow
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from standins.potentials import springs_minimum

from analysis.base.errors import InputError
from analysis.energies.schemes import MATERIALS_PROJECT_2020
from makers.convergence import NotConvergedError
from makers.engines.registry import relax_maker
from makers.engines.vasp.raw_output import drop_stored, load_task_document
from makers.engines.vasp.vasp_settings import RawOutput
from makers.naming import relax_uuid
from makers.schemas import RelaxationDocument

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

# The Materials Project's correction of an oxide, eV per O: A. Wang et al., Scientific Reports 11,
# 15496 (2021), Table 1.
OXIDE = -0.687

# 0.1 Å on a spring of 10 eV/Å^2 is 1 eV/Å and 0.05 eV. Forces halve: step 8 is the first at or
# below 0.01 eV/Å, with 1/128 eV/Å, and 0.05 eV / 4^7 above the minimum.
STEPS = 8
LEFT = 0.05 / 4**7


def test_energy_is_the_potentials_with_the_oxide_correction(vasp: Any, lithia: Structure) -> None:
    document = vasp.run(lithia)
    minimum = springs_minimum(("Li", "Li", "O"))
    assert document.energy == pytest.approx(minimum + LEFT + OXIDE, abs=1e-7)
    assert document.initial_energy == pytest.approx(minimum + 0.05 + OXIDE, abs=1e-7)
    assert document.energy_per_atom == pytest.approx(document.energy / 3)
    assert document.scheme == MATERIALS_PROJECT_2020


def test_document_is_complete(vasp: Any, lithia: Structure) -> None:
    document = vasp.run(lithia)
    assert document.converged
    assert document.max_force == pytest.approx(1 / 128)
    assert document.n_steps == STEPS
    assert (document.formula, document.n_atoms, document.engine) == ("Li2O1", 3, "vasp")
    assert document.engine_version == "6.4.2"
    assert document.volume_change == pytest.approx(0, abs=1e-12)
    assert document.directory.endswith(str(vasp.folder))
    assert document.notes == []
    assert document.prerelaxation is None
    displaced = document.structure.lattice.get_cartesian_coords(
        document.structure.frac_coords[0] - 0.75
    )
    assert displaced == pytest.approx([0.1 / 128, 0, 0], abs=1e-8)


def test_a_mesh_of_several_k_points_runs_the_standard_version(vasp: Any, lithia: Structure) -> None:
    vasp.run(lithia)
    assert Path("command").read_text() == "vasp_std\n"


def test_a_single_k_point_runs_the_gamma_version(vasp: Any) -> None:
    # 64 (2 pi)^3 / 8000 Å^3 points: 1.26 along each axis
    cell = Lattice.cubic(20)
    vasp.run(Structure(cell, ["Li+", "Li+", "O2-"], [[1 / 8, 0, 0], [0, 1 / 8, 0], [0, 0, 0]]))
    assert Path("command").read_text() == "vasp_gam\n"


def test_chgnet_in_vasps_place_gives_chgnets_energy(vasp: Any, lithia: Structure) -> None:
    vasp.plan(potential="chgnet")
    document = vasp.run(lithia, vasp.maker(force_threshold=0.05))
    chgnet = pytest.importorskip("chgnet.model")
    model = chgnet.CHGNet.load(verbose=False, use_device="cpu")
    prediction = model.predict_structure(document.structure)
    assert document.energy - OXIDE == pytest.approx(3 * float(prediction["e"]), abs=1e-4)
    assert document.volume_change == pytest.approx(
        document.structure.volume / lithia.volume - 1, abs=1e-12
    )
    # a = 4.62 Å (antifluorite, Zintl et al. 1934) from 4.8 Å
    assert (4 * document.structure.volume) ** (1 / 3) == pytest.approx(4.62, rel=0.02)


@pytest.mark.parametrize("keep", list(RawOutput))
def test_what_stays_of_a_run_is_what_was_asked_for(
    keep: RawOutput, vasp: Any, lithia: Structure
) -> None:
    job = vasp.maker(keep_raw_output=keep).make(lithia)
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    run_locally(job, store=store, ensure_success=True)
    document = job.output.resolve(store)
    files = {path.name.removesuffix(".gz") for path in vasp.folder.iterdir() if path.is_file()}
    # enough to read the run again, should its result be lost on its way to the store
    assert {"vasprun.xml", "OUTCAR", "CONTCAR"} <= files
    assert not files & {"CHG", "CHGCAR", "WAVECAR"}
    assert ("XDATCAR" in files) == (keep is RawOutput.FILES)
    if keep is RawOutput.TASK_DOCUMENT:
        task = load_task_document(document.task_document, store)
        assert task["output"]["energy"] == pytest.approx(document.energy - OXIDE)
        assert len(task["calcs_reversed"][0]["output"]["ionic_steps"]) == STEPS
    else:
        assert document.task_document is None
        assert store.additional_stores["data"].count() == 0


def test_files_go_when_the_result_is_stored_and_not_before(vasp: Any, lithia: Structure) -> None:
    job = vasp.maker(keep_raw_output="none").make(lithia)
    run_locally(job, store=JobStore(MemoryStore()), ensure_success=True)
    assert not drop_stored(vasp.folder, ["another job"])
    assert Path("vasprun.xml.gz").exists()
    assert drop_stored(vasp.folder, [job.uuid])
    left = {path.name for path in vasp.folder.iterdir() if path.is_file()}
    assert left == {"vasp_job.json", "command"}  # `command` is this test's own
    assert not drop_stored(vasp.folder, [job.uuid])


def test_files_that_are_kept_stay_when_the_result_is_stored(vasp: Any, lithia: Structure) -> None:
    job = vasp.maker().make(lithia)
    run_locally(job, store=JobStore(MemoryStore()), ensure_success=True)
    assert not drop_stored(vasp.folder, [job.uuid])
    assert Path("XDATCAR.gz").exists()


def test_task_documents_need_a_store_before_vasp_runs(vasp: Any, lithia: Structure) -> None:
    job = vasp.maker(keep_raw_output="task_document").make(lithia)
    store = JobStore(MemoryStore())
    store.connect()
    with pytest.raises(InputError, match="no additional store 'data'"):
        job.run(store)
    assert list(vasp.folder.iterdir()) == []


def test_settings_of_raw_output_do_not_change_the_jobs_name(lithia: Structure) -> None:
    kept, dropped = (relax_maker("vasp", {"keep_raw_output": k}) for k in ("files", "none"))
    assert relax_uuid(kept.digest_fields(), lithia) == relax_uuid(dropped.digest_fields(), lithia)


def test_unconverged_forces_are_an_error_that_keeps_its_evidence(
    vasp: Any, lithia: Structure
) -> None:
    # stopped by hand after a step, VASP ends as if it had converged
    Path("STOPCAR").write_text("LSTOP = .TRUE.\n")
    with pytest.raises(NotConvergedError, match=r"after 1 steps the largest force is 1\.000 eV/Å"):
        vasp.run(lithia)
    assert json.loads(Path("unconverged.json").read_text())["converged"] is False


def test_node_settings_are_atomate2s_own(
    vasp: Any, lithia: Structure, mongo_uri: str, potentials: Path, tmp_path: Path
) -> None:
    # a real rocket, told by atomate2's, jobflow's and pymatgen's own configuration
    name = f"test-{os.urandom(4).hex()}"
    launchpad = LaunchPad(host=mongo_uri, name=name, uri_mode=True, strm_lvl="ERROR")
    settings = _configuration(vasp, mongo_uri, name, potentials, tmp_path)
    job = relax_maker("vasp", {}).make(lithia)
    job.maker.run_vasp_kwargs["custodian_kwargs"] = {"polling_time_step": 0.1}
    launchpad.reset("", require_password=False)
    launchpad.add_wf(flow_to_workflow(job))
    launchpad.to_file(str(tmp_path / "launchpad.json"))
    rocket = [str(Path(sys.executable).with_name("rlaunch")), "-l", "launchpad.json", "singleshot"]
    subprocess.run(rocket, cwd=tmp_path, env=os.environ | settings, check=True, timeout=120)
    firework = launchpad.get_fw_by_id(1)
    assert firework.state == "COMPLETED"
    stored = launchpad.db["jobs"].find_one({"uuid": job.uuid})["output"]
    document = RelaxationDocument.model_validate(stored)
    assert document.energy == pytest.approx(springs_minimum(("Li", "Li", "O")) + LEFT + OXIDE)
    launchpad.connection.drop_database(name)
    launchpad.connection.close()


def _configuration(
    vasp: Any, uri: str, database: str, potentials: Path, folder: Path
) -> dict[str, str]:
    store = {
        "docs_store": {
            "type": "MongoURIStore",
            "uri": uri,
            "database": database,
            "collection_name": "jobs",
        }
    }
    (folder / "jobflow.json").write_text(json.dumps({"JOB_STORE": store}))
    (folder / "atomate2.json").write_text(
        json.dumps({"VASP_CMD": str(vasp.std), "VASP_GAMMA_CMD": str(vasp.gamma)})
    )
    return {
        "JOBFLOW_CONFIG_FILE": str(folder / "jobflow.json"),
        "ATOMATE2_CONFIG_FILE": str(folder / "atomate2.json"),
        "PMG_VASP_PSP_DIR": str(potentials),
    }
