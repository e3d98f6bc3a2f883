"""From an engine's task document to the stored document; corrections worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from emmet.core.types.enums import TaskState
from emmet.core.vasp.calc_types.enums import RunType
from pymatgen.core import Lattice, Structure

from analysis.energies.schemes import MATERIALS_PROJECT_2020, SchemeMismatchError
from makers.engines.vasp.vasp_document import vasp_document
from makers.schemas import RelaxationDocument, largest_force

# Materials Project 2020 corrections, eV per atom (Wang et al., Scientific Reports 11, 15496, 2021)
OXIDE, TUNGSTEN, IRON = -0.687, -4.438, -2.256

POTENTIALS = {"Li": "Li_sv", "Te": "Te", "W": "W_pv", "Fe": "Fe_pv", "O": "O"}


def rocksalt(*cations: str) -> Structure:
    """A rock-salt cell with 4 cations and 4 O2-, the cations' charges being 8 in sum."""
    cation_sites = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    anion_sites = [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.5, 0.5, 0.5]]
    return Structure(Lattice.cubic(4.2), [*cations, *["O2-"] * 4], cation_sites + anion_sites)


def ran(
    structure: Structure,
    *,
    run_type: str = "PBE",
    hubbards: dict[str, float] | None = None,
    force: float = 0.005,
    **changes: object,
) -> SimpleNamespace:
    """A task document as emmet makes it, with what the conversion reads."""
    bare = structure.copy().remove_oxidation_states()
    forces = np.zeros((len(bare), 3))
    forces[0] = [0, force, 0]
    titles = [f"PAW_PBE {POTENTIALS[e.symbol]} 01Jan2000" for e in bare.elements]
    run = SimpleNamespace(
        input=SimpleNamespace(
            hubbards=hubbards, potcar_spec=[SimpleNamespace(titel=title) for title in titles]
        ),
        output=SimpleNamespace(
            ionic_steps=[
                SimpleNamespace(
                    e_0_energy=-39.0, electronic_steps=None, forces=np.ones_like(forces).tolist()
                ),
                SimpleNamespace(e_0_energy=-40.0, electronic_steps=None, forces=forces.tolist()),
            ]
        ),
        vasp_version="6.4.2",
    )
    document = {
        "structure": bare.copy().scale_lattice(bare.volume * 1.02),
        "output": SimpleNamespace(energy=-40.0),
        "run_type": RunType(run_type),
        "state": TaskState.SUCCESS,
        "calcs_reversed": [run],
        "dir_name": "node1:/scratch/run",
    }
    return SimpleNamespace(**(document | changes))


def convert(structure: Structure, **changes: object) -> RelaxationDocument:
    return vasp_document(ran(structure, **changes), initial=structure, force_threshold=0.01)


PLAIN = rocksalt("Te4+", "Li+", "Li+", "Te2+")
WITH_TUNGSTEN = rocksalt("Li+", "Li+", "Li+", "W5+")
WITH_IRON = rocksalt("Li+", "Li+", "Fe3+", "Fe3+")


def test_oxygen_is_corrected() -> None:
    document = convert(PLAIN)
    assert document.energy == pytest.approx(-40 + 4 * OXIDE)
    assert document.energy_per_atom == pytest.approx((-40 + 4 * OXIDE) / 8)
    assert document.initial_energy == pytest.approx(-39 + 4 * OXIDE)
    assert document.scheme == MATERIALS_PROJECT_2020


def test_metals_with_u_are_corrected_too() -> None:
    tungsten = convert(WITH_TUNGSTEN, run_type="PBE+U", hubbards={"Li": 0, "W": 6.2, "O": 0})
    assert tungsten.energy == pytest.approx(-40 + 4 * OXIDE + TUNGSTEN)
    iron = convert(WITH_IRON, run_type="PBE+U", hubbards={"Li": 0, "Fe": 5.3, "O": 0})
    assert iron.energy == pytest.approx(-40 + 4 * OXIDE + 2 * IRON)


def test_known_oxidation_states_decide_what_is_an_anion() -> None:
    # a telluride is corrected by -0.422 eV per Te, a tellurate is not
    telluride = PLAIN.copy()
    telluride.add_oxidation_state_by_element({"Li": 1, "Te": -2, "O": -2})
    assert convert(telluride).energy == pytest.approx(-40 + 4 * OXIDE - 2 * 0.422)


def test_iron_without_its_u_is_refused_with_both_sides_named() -> None:
    with pytest.raises(SchemeMismatchError, match=r"U value of 0.0 on Fe, expected 5.3") as refusal:
        convert(WITH_IRON)
    assert "run type PBE" in str(refusal.value)
    assert MATERIALS_PROJECT_2020.name in str(refusal.value)


def test_other_functionals_are_refused() -> None:
    with pytest.raises(SchemeMismatchError, match="invalid run type r2SCAN"):
        convert(PLAIN, run_type="r2SCAN")


def test_other_potentials_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POTENTIALS, "W", "W_sv")
    with pytest.raises(SchemeMismatchError, match="Incompatible POTCAR"):
        convert(WITH_TUNGSTEN, run_type="PBE+U", hubbards={"W": 6.2})


def test_unknown_potentials_are_refused() -> None:
    document = ran(PLAIN)
    document.calcs_reversed[0].input.potcar_spec = None
    with pytest.raises(SchemeMismatchError, match="Incompatible POTCAR"):
        vasp_document(document, initial=PLAIN, force_threshold=0.01)


def test_convergence_is_judged_by_the_largest_force() -> None:
    assert convert(PLAIN, force=0.01).converged
    stopped_in_time = convert(PLAIN, force=0.011)
    assert not stopped_in_time.converged
    assert stopped_in_time.max_force == pytest.approx(0.011)


def test_failed_run_is_not_converged_whatever_its_forces() -> None:
    assert not convert(PLAIN, state=TaskState.FAILED).converged


def test_document_describes_the_relaxed_crystal() -> None:
    document = convert(WITH_IRON, run_type="PBE+U", hubbards={"Fe": 5.3})
    assert document.formula == "Li2Fe2O4"
    assert document.n_atoms == 8
    assert document.n_steps == 2
    assert document.volume_change == pytest.approx(0.02)
    assert document.engine_version == "6.4.2"
    assert document.directory == "node1:/scratch/run"


def test_restarted_runs_count_together_and_start_at_the_first() -> None:
    document = ran(PLAIN)
    first, last = document.calcs_reversed[0], ran(PLAIN).calcs_reversed[0]
    first.output.ionic_steps[0].e_0_energy = -30.0
    document.calcs_reversed = [last, first]
    relaxed = vasp_document(document, initial=PLAIN, force_threshold=0.01)
    assert relaxed.n_steps == 4
    assert relaxed.initial_energy == pytest.approx(-30 + 4 * OXIDE)


def test_largest_force_is_a_length() -> None:
    assert largest_force([[0.03, 0.04, 0], [0, 0, -0.02]]) == pytest.approx(0.05)
