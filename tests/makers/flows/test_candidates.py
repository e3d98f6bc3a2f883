"""Fan-out over candidates, with CHGNet on crystals of eight atoms and jobflow's own runner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from jobflow import Flow, JobStore, Maker, Response, job, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from standins.crystals import crystal_of

from analysis.structures.ordering import Arrangement
from makers.engines.registry import relax_maker
from makers.flows.candidates import (
    Candidate,
    LowestMaker,
    ParentFailedError,
    lowest,
    relax_all,
)
from makers.schemas import RelaxationDocument

if TYPE_CHECKING:
    from pathlib import Path

    from makers.flows.candidates import RelaxedCandidates

CHGNET = relax_maker("chgnet", {"force_threshold": 0.3, "steps": 60})


def rock_salt(constant: float) -> Structure:
    return crystal_of("Fm-3m", Lattice.cubic(constant), ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def broken() -> Structure:
    """Return atoms on one another, which no relaxation in a few steps takes apart."""
    cell = Lattice.cubic(6)
    return Structure(cell, ["Li", "Cl", "Li"], [[0, 0, 0], [0.05, 0, 0], [0.5, 0.53, 0.51]])


def arranged(*structures: Structure, notes: tuple[str, ...] = ()) -> list[Arrangement]:
    return [
        Arrangement(structure=structure, energy=float(n), notes=notes)
        for n, structure in enumerate(structures)
    ]


@dataclass
class CandidatesMaker(Maker):
    """Stand for the steps that build structures."""

    name: str = "build"

    @job
    def make(self, structures: list[Structure], relax: Maker) -> Response:
        return relax_all(arranged(*structures, notes=("as it came",)), relax)


@dataclass
class Ran:
    """What a flow left in its store."""

    store: JobStore
    uuid: str

    @property
    def chosen(self) -> RelaxedCandidates:
        chosen: RelaxedCandidates = self.store.get_output(self.uuid)
        return chosen

    @property
    def names(self) -> list[str]:
        return sorted(found["name"] for found in self.store.query({}, properties=["name"]))


def run(structures: list[Structure], relax: Maker, folder: Path) -> Ran:
    build = CandidatesMaker().make(structures, relax)
    build.update_metadata({"compound": "LiCl"})
    choose = LowestMaker().make(build.output)
    store = JobStore(MemoryStore())
    run_locally(
        Flow([build, choose]),
        store=store,
        root_dir=folder,
        allow_external_references=True,
        log=False,
    )
    return Ran(store, choose.uuid)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    zincblende = crystal_of(
        "F-43m", Lattice.cubic(5.6), ["Li", "Cl"], [[0, 0, 0], [0.25, 0.25, 0.25]]
    )
    return run([zincblende, rock_salt(5.1)], CHGNET, tmp_path_factory.mktemp("both"))


def field(document: Any, name: str) -> Any:
    return document[name] if isinstance(document, dict) else getattr(document, name)


def test_every_candidate_is_relaxed_by_a_job_of_its_own(both: Ran) -> None:
    assert both.names == ["LiCl: relax 1 of 2", "LiCl: relax 2 of 2", "build", "lowest"]


def test_the_crystal_of_lowest_energy_is_kept_whatever_its_ewald_energy(both: Ran) -> None:
    # Rock salt lies below zincblende in lithium chloride, and came second.
    energies = field(both.chosen, "energies")
    relaxation = field(both.chosen, "relaxation")
    assert energies[1] < energies[0]
    assert field(relaxation, "energy") == energies[1]
    assert list(field(both.chosen, "ewald_energies")) == [0.0, 1.0]


def test_the_lowest_may_come_first(both: Ran) -> None:
    relaxed = [
        RelaxationDocument.model_validate(
            next(both.store.query({"name": f"LiCl: relax {number} of 2"}, load=True))["output"]
        )
        for number in (2, 1)
    ]
    chosen = lowest([Candidate(ewald_energy=0.0), Candidate(ewald_energy=1.0)], relaxed)
    assert chosen.relaxation.energy == relaxed[0].energy < relaxed[1].energy


def test_the_notes_are_those_of_the_candidate_that_is_kept(both: Ran) -> None:
    assert list(field(both.chosen, "notes")) == ["as it came"]


def test_a_candidate_that_fails_leaves_the_others(tmp_path: Path) -> None:
    few = relax_maker("chgnet", {"force_threshold": 0.05, "steps": 3})
    ran = run([broken(), rock_salt(5.1)], few, tmp_path)
    energies = field(ran.chosen, "energies")
    assert energies[0] is None
    assert field(field(ran.chosen, "relaxation"), "energy") == energies[1]
    assert "1 of 2 candidates failed to relax" in field(ran.chosen, "notes")


def test_candidates_that_all_failed_are_no_result() -> None:
    with pytest.raises(ParentFailedError, match="all 2 relaxations of this compound failed"):
        lowest([], [None, None])


def test_a_step_without_structures_is_no_result() -> None:
    with pytest.raises(ParentFailedError, match="the step that builds the structures failed"):
        LowestMaker.make.original(LowestMaker(), None)
