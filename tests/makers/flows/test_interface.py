from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.energies.formation import alignment, valences_of
from analysis.energies.reference_phases import table_phases
from analysis.reactions.verdict import Criteria
from analysis.structures.dopants import Compound
from analysis.structures.host import Host, host_from_cif
from makers.engines.chgnet.chgnet_settings import CHGNET
from makers.flows.candidates import ParentFailedError, RelaxedCandidates
from makers.flows.interface import InterfaceMaker, first_engine
from makers.schemas import RelaxationDocument, prerelaxation

CIF = Path(__file__).parents[2] / "data" / "li2zro3.cif"
UNDOPED = Compound(dopants=())
PER_ATOM = {"Li2O": -4.8, "ZrO2": -9.5}  # eV, as an engine might give them


@pytest.fixture(scope="module")
def host() -> Host:
    return host_from_cif(CIF, oxidation_states={"Li": 1, "Zr": 4, "O": -2})


def relaxation(host: Host, energy: float) -> RelaxationDocument:
    structure = host.structure.copy()
    structure.remove_oxidation_states()
    return RelaxationDocument(
        structure=structure,
        formula=structure.formula,
        n_atoms=len(structure),
        energy=energy,
        energy_per_atom=energy / len(structure),
        initial_energy=energy,
        volume_change=0.0,
        max_force=0.01,
        force_threshold=0.1,
        converged=True,
        n_steps=0,
        engine="chgnet",
        engine_version="0.3.0",
        scheme=CHGNET,
        notes=["of the engine"],
    )


def candidates(host: Host, *energies: float | None) -> RelaxedCandidates:
    landed = [energy for energy in energies if energy is not None]
    return RelaxedCandidates(
        relaxation=relaxation(host, min(landed)),
        energies=energies,
        ewald_energies=tuple(range(len(energies))),
        notes=("of the candidate",),
    )


def arguments(host: Host, **changes: Any) -> dict[str, Any]:
    phases = table_phases(["Li", "Zr", "O"])
    unit = host.formula_unit
    crystals = {formula: relaxation(host, energy * 12) for formula, energy in PER_ATOM.items()}
    aligned = alignment(
        unit, unit, valences=valences_of(host.counts), phases=phases, crystals=crystals
    )
    return {
        "host": host,
        "compound": UNDOPED,
        "relaxed": candidates(host, -90.0, None, -89.5),
        "host_relaxed": candidates(host, -90.0),
        "host_result": None,
        "motion": None,
        "phases": phases,
        "crystals": crystals,
        "aligned": aligned,
        "exchanged": None,
        "electrode": "Li",
        "criteria": Criteria(),
    } | changes


def make(host: Host, **changes: Any) -> Any:
    return InterfaceMaker.make.original(InterfaceMaker(), **arguments(host, **changes))


def test_the_lowest_energy_is_put_on_the_scale_of_the_phases(host: Host) -> None:
    # Li2ZrO3 = Li2O + ZrO2, three atoms each; two formula units in the cell
    phases = table_phases(["Li", "Zr", "O"])
    known = sum(3 * phases.phase(f).formation_energy_per_atom for f in PER_ATOM)
    engine = -90.0 / 2 - 3 * sum(PER_ATOM.values())
    assert make(host).formation_energy_per_atom == pytest.approx((known + engine) / 6)


def test_notes_of_candidate_and_engine_are_kept(host: Host) -> None:
    assert {"of the candidate", "of the engine"} <= set(make(host).notes)


@pytest.mark.parametrize("name", ["relaxed", "host_relaxed"])
def test_without_a_relaxation_there_is_no_result(host: Host, name: str) -> None:
    with pytest.raises(ParentFailedError, match="relaxation of this compound or of the host"):
        make(host, **{name: None})


@pytest.mark.parametrize(("second", "above"), [("sevennet", 0.5), ("vasp", None)])
def test_the_first_engine_is_heard_beside_a_force_field_and_not_beside_vasp(
    host: Host, second: str, above: float | None
) -> None:
    before = relaxation(host, -89.5)
    after = relaxation(host, -90.0).model_copy(
        update={"engine": second, "prerelaxation": prerelaxation(before)}
    )
    found = first_engine(after)
    assert (found and found.above) == (pytest.approx(above) if above else None)
    assert first_engine(before) is None
