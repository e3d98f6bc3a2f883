"""The job of lithium motion, through a jobflow store."""

from pathlib import Path

import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from standins.crystals import crystal_of

from analysis.motion.migration import Migration, migration
from analysis.structures.dopants import Compound, Dopant
from analysis.structures.host import Host
from makers.engines.chgnet.chgnet_settings import CHGNET
from makers.flows.candidates import RelaxedCandidates
from makers.flows.migration import MigrationMaker
from makers.schemas import RelaxationDocument, plain

HALF_EDGE = 2.3


@pytest.fixture
def lithia() -> Structure:
    return crystal_of(
        "Fm-3m", Lattice.cubic(2 * HALF_EDGE), ["Li+", "O2-"], [[0.25, 0.25, 0.25], [0, 0, 0]]
    )


@pytest.fixture
def host(lithia: Structure) -> Host:
    return Host("Li2O", lithia, formula_units=4)


def relaxed(structure: Structure) -> RelaxedCandidates:
    """What a relaxation leaves behind: no charges, and energies that do not matter here."""
    document = RelaxationDocument(
        structure=plain(structure),
        formula=structure.composition.formula,
        n_atoms=len(structure),
        energy=-1.0,
        energy_per_atom=-1.0 / len(structure),
        initial_energy=-1.0,
        volume_change=0.0,
        max_force=0.0,
        force_threshold=0.1,
        converged=True,
        n_steps=1,
        engine="chgnet",
        engine_version="0.3.0",
        scheme=CHGNET,
    )
    return RelaxedCandidates(relaxation=document, energies=(-1.0,), ewald_energies=(-1.0,))


def run(host: Host, compound: Compound, structure: Structure) -> Migration:
    """Run the job as a campaign does, and read its output back from the store."""
    job = MigrationMaker().make(host, compound, relaxed(structure))
    store = JobStore(MemoryStore())
    run_locally(job, store=store, ensure_success=True)
    return Migration.model_validate(job.output.resolve(store))


def magnesium(valence: int) -> Compound:
    dopant = Dopant(element="Mg", valence=valence, site="Li", concentration=0.25)
    return Compound(dopants=(dopant,))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_job_gives_charges_back_to_the_relaxed_crystal(host: Host, lithia: Structure) -> None:
    doped = lithia.copy().replace(0, "Mg2+").remove_sites([1])
    assert run(host, magnesium(2), doped) == migration(doped, jump_distance=HALF_EDGE)


def test_the_undoped_host_has_a_migration_too(host: Host, lithia: Structure) -> None:
    assert run(host, Compound(dopants=()), lithia).barrier_3d is not None


def test_valence_of_the_dopant_is_the_compounds(host: Host, lithia: Structure) -> None:
    """Magnesium of charge 6 repels lithium more: another barrier."""
    doped = lithia.copy().replace(0, "Mg2+")
    two, six = (run(host, magnesium(valence), doped) for valence in (2, 6))
    assert two.barrier_3d != six.barrier_3d


def test_a_failed_relaxation_is_named(host: Host) -> None:
    make = MigrationMaker.make.original
    with pytest.raises(RuntimeError, match="relaxation of this compound failed"):
        make(MigrationMaker(), host, Compound(dopants=()), None)
