"""Two engines: the first relaxes, the energies of the second count."""

from typing import Any

import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pydantic import ValidationError
from pymatgen.core import Structure

from analysis.base.errors import InputError
from makers.engines.registry import relax_maker
from makers.engines.second_stage import DISAGREEMENT, RelaxAgain, SecondStage
from makers.naming import named, relax_uuid
from makers.schemas import RelaxationDocument

pytest.importorskip("chgnet")

SEVENNET = {"name": "sevennet"}


def staged(**stage: Any) -> Any:
    pytest.importorskip("sevenn")
    return relax_maker("chgnet", {}, SecondStage(**(SEVENNET | stage)))


def run(maker: Any, structure: Structure) -> RelaxationDocument:
    flow = named(maker.make(structure), "a", "Li2O: relax", step="relax")
    store = JobStore(MemoryStore())
    run_locally(flow, store=store, ensure_success=True)
    return RelaxationDocument.model_validate(flow.output.resolve(store))


@pytest.fixture
def energy_alone(
    displaced_lithia: Structure, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> RelaxationDocument:
    monkeypatch.chdir(tmp_path)
    return run(staged(relax="never"), displaced_lithia)


def test_the_second_engines_energy_is_put_on_the_firsts_crystal(
    energy_alone: RelaxationDocument,
) -> None:
    assert (energy_alone.engine, energy_alone.relaxed_by) == ("sevennet", "chgnet")
    assert energy_alone.n_steps == 0
    before = energy_alone.prerelaxation
    assert before is not None
    assert (before.engine, before.n_steps > 0) == ("chgnet", True)
    alone: Any = relax_maker("sevennet", {})
    assert alone.energies([energy_alone.structure]) == pytest.approx(
        [energy_alone.energy], abs=1e-4
    )
    assert energy_alone.scheme == alone.scheme
    assert energy_alone.converged
    assert energy_alone.max_force == before.max_force


def test_both_relax_where_they_disagree_more_than_on_the_host(
    energy_alone: RelaxationDocument, displaced_lithia: Structure
) -> None:
    before = energy_alone.prerelaxation
    assert before is not None
    apart = (energy_alone.energy - before.energy) / 3  # eV per atom
    host = energy_alone.model_copy(update={"initial_energy": energy_alone.energy + 3 * 0.03})
    agreeing, disagreeing = (
        run(staged(disagreement=limit).against(host), displaced_lithia) for limit in (0.031, 0.029)
    )
    assert (agreeing.relaxed_by, agreeing.notes) == ("chgnet", [])
    assert agreeing.energy == pytest.approx(energy_alone.energy, abs=1e-4)
    assert (disagreeing.relaxed_by, disagreeing.engine) == (None, "sevennet")
    assert "sevennet relaxed again what was relaxed by chgnet" in disagreeing.notes[0]
    assert "-0.030 eV per atom more than on the host" in disagreeing.notes[0]
    # however far apart they are on the host itself
    assert abs(apart) > 0.031
    assert run(staged(disagreement=0.001), displaced_lithia).relaxed_by == "chgnet"


def test_a_first_engine_that_stopped_early_is_followed_by_a_relaxation(
    displaced_lithia: Structure,
) -> None:
    maker = staged(disagreement=100.0)
    maker.first.steps = 2
    maker.first.force_threshold = 1e-4
    maker.first.__post_init__()
    document = run(maker, displaced_lithia)
    assert (document.relaxed_by, document.converged) == (None, True)
    assert "it had not converged" in document.notes[0]


def test_the_names_of_jobs_know_both_engines_and_the_limit(displaced_lithia: Structure) -> None:
    fields = [
        staged(**each).digest_fields() for each in ({}, {"relax": "never"}, {"relax": "always"})
    ]
    assert len({relax_uuid(each, displaced_lithia) for each in fields}) == 3
    assert [each.get("relax_above", "always") for each in fields] == [DISAGREEMENT, None, "always"]
    assert all(each["prerelax"]["engine"] == "chgnet" for each in fields)


def test_the_offset_of_the_host_is_part_of_a_compounds_name(
    energy_alone: RelaxationDocument,
) -> None:
    maker = staged()
    named_by = maker.against(energy_alone).digest_fields()
    before = energy_alone.prerelaxation
    assert before is not None
    expected = round((energy_alone.energy - before.energy) / 3, 4)
    assert named_by == maker.digest_fields() | {"host_offset": expected}
    assert staged(relax="always").against(energy_alone).host_offset is None


def test_one_engine_alone_keeps_the_names_of_its_jobs() -> None:
    assert relax_maker("chgnet", {}).digest_fields() == {  # type: ignore[attr-defined]  # not of every Maker
        "engine": "chgnet",
        "version": "0.3.0",
        "force_threshold": 0.1,
        "optimizer": "springs",
        "steps": 500,
    }


def test_the_older_key_of_vasp_is_the_same_campaign(displaced_lithia: Structure) -> None:
    older: Any = relax_maker("vasp", {"prerelax": "chgnet", "force_threshold": 0.05})
    stage = SecondStage(name="vasp", settings={"force_threshold": 0.05}, relax=RelaxAgain.ALWAYS)
    newer: Any = relax_maker("chgnet", {}, stage)
    assert newer.digest_fields() == older.digest_fields()
    assert [job.name for job in newer.make(displaced_lithia).jobs] == [
        job.name for job in older.make(displaced_lithia).jobs
    ]


def test_what_cannot_be_two_stages_is_refused() -> None:
    wrong = [
        ("vasp", SecondStage(name="chgnet"), "nothing can come after it"),
        ("chgnet", SecondStage(name="vasp"), "then: vasp relaxes always"),
        ("chgnet", SecondStage(name="sevenet"), "Unknown engine 'sevenet'"),
    ]
    for first, stage, message in wrong:
        with pytest.raises(InputError, match=message):
            relax_maker(first, {}, stage)
    with pytest.raises(ValidationError, match="disagreement is for"):
        SecondStage(name="sevennet", relax=RelaxAgain.NEVER, disagreement=0.1)


def test_engines_on_two_scales_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="different scales"):
        staged(settings={"corrections": "none"})
    assert staged(settings={"corrections": "none"}, relax="always") is not None


def test_elements_beyond_the_first_engine_go_to_the_second_alone(
    displaced_lithia: Structure,
) -> None:
    displaced_lithia.replace(0, "Ra")
    assert len(staged().make(displaced_lithia).jobs) == 1
