"""VASP from a force field's minimum: CHGNet first, then the stand-in, whose physics is CHGNet's."""

from types import SimpleNamespace
from typing import Any

import pytest
from jobflow import CURRENT_JOB, Flow, JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from analysis.structures.ordering import Arrangement
from makers.engines.registry import relax_maker
from makers.flows.candidates import relax_all
from makers.naming import named, relax_uuid
from makers.schemas import RelaxationDocument, moved, plain

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")

pytest.importorskip("chgnet")

OXIDE = -0.687  # eV per O: A. Wang et al., Scientific Reports 11, 15496 (2021)
PRERELAXED = {"prerelax": "chgnet", "force_threshold": 0.05}


def test_prerelaxed_vasp_starts_from_chgnets_minimum(
    vasp: Any, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    vasp.plan(potential="chgnet")
    flow = _prerelaxed_flow(vasp, lithia)
    store = JobStore(MemoryStore())
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run_locally(flow, store=store, ensure_success=True)
    document = RelaxationDocument.model_validate(flow.output.resolve(store))
    before = document.prerelaxation
    assert before is not None
    assert (before.engine, before.engine_version) == ("chgnet", "0.3.0")
    assert before.n_steps > 1
    assert before.energy < before.initial_energy
    # VASP's physics is CHGNet's here: its first energy is where CHGNet ended
    assert document.initial_energy - OXIDE == pytest.approx(before.energy, abs=1e-4)
    assert document.volume_change == pytest.approx(
        document.structure.volume / lithia.volume - 1, abs=1e-12
    )


def test_prerelaxed_crystal_keeps_its_oxidation_states(lithia: Structure) -> None:
    # VASP's starting moments depend on them, and a force field's crystal has none
    start = moved(lithia, plain(lithia).scale_lattice(30))
    assert [str(site.specie) for site in start] == ["Li+", "Li+", "O2-"]
    assert start.volume == pytest.approx(30)


def test_failed_prerelaxation_is_named_by_the_job_that_needed_it(
    vasp: Any, lithia: Structure
) -> None:
    _, second = _prerelaxed_flow(vasp, lithia).jobs
    store = JobStore(MemoryStore())
    store.connect()
    with pytest.raises(RuntimeError, match="the pre-relaxation of this crystal failed"):
        second.run(store)
    assert list(vasp.folder.iterdir()) == []


def test_prerelaxation_is_part_of_the_jobs_name_and_comes_before_it(
    vasp: Any, lithia: Structure
) -> None:
    plain_fields = relax_maker("vasp", {"force_threshold": 0.05}).digest_fields()
    fields = relax_maker("vasp", PRERELAXED).digest_fields()
    assert relax_uuid(fields, lithia) != relax_uuid(plain_fields, lithia)
    flow = _prerelaxed_flow(vasp, lithia)
    assert [job.name for job in flow.jobs] == ["LLZO: prerelax 1 of 2", "LLZO: relax 1 of 2"]
    assert [job.metadata["step"] for job in flow.jobs] == ["prerelax", "relax"]
    assert flow.jobs[1].input_uuids == (flow.jobs[0].uuid,)
    assert flow.jobs[1].uuid == flow.output.uuid == relax_uuid(fields, lithia)
    assert _prerelaxed_flow(vasp, lithia).jobs[0].uuid == flow.jobs[0].uuid


def test_elements_that_chgnet_has_not_learned_go_to_vasp_at_once(lithia: Structure) -> None:
    lithia.replace(0, "Ra")
    flow = relax_maker("vasp", {"prerelax": "chgnet"}).make(lithia)
    assert len(flow.jobs) == 1


def test_candidates_are_prerelaxed_and_found_under_their_own_names(
    lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = relax_maker("vasp", PRERELAXED)
    monkeypatch.setattr(CURRENT_JOB, "job", SimpleNamespace(metadata={"compound": "LLZO"}))
    response = relax_all([Arrangement(lithia, -1.0, ()), Arrangement(lithia * 2, -2.0, ())], maker)
    names = [job.name for job, _ in response.detour.iterflow()]
    assert sorted(names) == [
        "LLZO: prerelax 1 of 2",
        "LLZO: prerelax 2 of 2",
        "LLZO: relax 1 of 2",
        "LLZO: relax 2 of 2",
    ]
    uuids = [reference.uuid for reference in response.output["relaxations"]]
    assert uuids == [relax_uuid(maker.digest_fields(), s) for s in (lithia, lithia * 2)]


def _prerelaxed_flow(vasp: Any, structure: Structure) -> Flow:
    maker = relax_maker("vasp", PRERELAXED)
    maker.second.run_vasp_kwargs = vasp.maker().run_vasp_kwargs
    uuid = relax_uuid(maker.digest_fields(), structure)
    return named(maker.make(structure), uuid, "LLZO: relax 1 of 2", step="relax")
