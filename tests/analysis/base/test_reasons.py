from __future__ import annotations

import pytest
from pymatgen.core import Composition, Species

from analysis.base.reasons import Reason, reason_of, reasons_of
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.motion.bond_valence import missing_parameters
from analysis.reactions.passivation import passivation
from analysis.structures.dopants import Compound, Dopant, unjudged

PHASES = ReferencePhases(
    source="by hand",
    scheme=MATERIALS_PROJECT_2019,
    phases=(
        Phase(formula="Li2O", formation_energy_per_atom=-2.0, band_gap=5.0),
        Phase(formula="Al2O3", formation_energy_per_atom=-3.0),
    ),
)


def dopant(element: str, valence: int) -> Dopant:
    return Dopant(element=element, valence=valence, site="Zr", concentration=0.25)


def uncertainty_notes(element: str, valence: int, **arguments: object) -> tuple[str, ...]:
    compound = Compound(dopants=(dopant(element, valence),))
    given = {"energies": [0.0, 0.1], "engine": "chgnet", **arguments}
    return reaction_energy_uncertainty(compound, **given)[1]  # type: ignore[arg-type]  # of all kinds


@pytest.mark.parametrize(
    ("notes", "reason"),
    [
        (passivation(["Al2O3"], PHASES, dopant_elements=["Al"]).notes, Reason.NO_BAND_GAP),
        (passivation(["Li2O"], PHASES, dopant_elements=["Al"]).notes, Reason.NO_DECIDING_PHASE),
        (uncertainty_notes("Sc", 3), Reason.NO_ELEMENT_ERROR),
        (uncertainty_notes("Nb", 5, engine="other"), Reason.NO_ENGINE_ERROR),
        (uncertainty_notes("Nb", 5, charge_balanced=False), Reason.UNBALANCED),
        (uncertainty_notes("Nb", 5, host=Composition("Li3N")), Reason.ABROAD),
        (uncertainty_notes("Nb", 5, energies=[0.0]), Reason.NO_SPREAD),
        (uncertainty_notes("Nb", 5, engine="vasp"), Reason.PBE_ONLY),
        (missing_parameters([Species("Pm", 3)], Species("Li", 1)), Reason.NO_BOND_VALENCE),
        (unjudged([dopant("Cl", 3)]), Reason.NO_RADIUS),
        (unjudged([dopant("C", 4)]), Reason.NOT_OF_RULE),
        (unjudged([dopant("Nb", 3)]), Reason.NOT_OF_RULE),
    ],
)
def test_a_note_that_the_code_writes_is_of_its_kind(notes: tuple[str, ...], reason: Reason) -> None:
    assert [reason_of(note) for note in notes] == [reason]


def test_a_common_ion_with_a_radius_has_nothing_to_note() -> None:
    assert unjudged([dopant("Nb", 5), dopant("Ac", 3)]) == ()


def test_no_wording_is_part_of_another() -> None:
    assert [(a, b) for a in Reason for b in Reason if a is not b and a in b] == []


def test_kinds_come_once_and_strangers_apart() -> None:
    gaps = ("No band gap of Al2O3 is listed", "No band gap of ZrO2 is listed")
    assert reasons_of([*gaps, "a comet passed"]) == ([Reason.NO_BAND_GAP], ["a comet passed"])
