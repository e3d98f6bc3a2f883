"""Magnesium chloride and its stand-ins: MgCl2 is all that Mg and Cl form."""

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.energies.stand_ins import bracket, find_part

MAGNESIUM_CHLORIDE = Composition("MgCl2")


def phases(**energies: float) -> ReferencePhases:
    listed = {"Mg": 0.0, "Cl2": 0.0} | energies
    return ReferencePhases(
        source="made up",
        scheme=MATERIALS_PROJECT_2019,
        phases=tuple(Phase(formula=f, formation_energy_per_atom=e) for f, e in listed.items()),
    )


def test_a_binary_with_its_crystal_stands_for_itself() -> None:
    part = find_part(MAGNESIUM_CHLORIDE, phases(MgCl2=-2), {"MgCl2"}, accept_poor=False)
    assert (part.members, part.note, part.missing) == (("MgCl2",), None, ())


def test_elements_do_not_stand_in_for_a_binary_on_the_hull() -> None:
    part = find_part(MAGNESIUM_CHLORIDE, phases(MgCl2=-2), {"Mg", "Cl2"}, accept_poor=False)
    assert part.missing == ("MgCl2",)


def test_elements_stand_in_where_they_are_next_on_the_hull() -> None:
    part = find_part(MAGNESIUM_CHLORIDE, phases(MgCl2=0.5), {"Mg", "Cl2"}, accept_poor=False)
    assert part.members == ("Cl2", "Mg")
    assert part.missing == ()
    assert part.note == "MgCl2 has no tabulated crystal: Cl2 and Mg on the hull stand for it."


def test_a_neighbour_on_the_hull_without_crystal_is_named_for_a_binary_that_is_not_listed() -> None:
    part = find_part(Composition("MgCl"), phases(MgCl2=-2), {"Mg", "Cl2"}, accept_poor=False)
    assert part.missing == ("MgCl2",)


def test_a_poor_stand_in_that_was_accepted_says_so() -> None:
    part = find_part(MAGNESIUM_CHLORIDE, phases(MgCl2=-2), {"Mg", "Cl2"}, accept_poor=True)
    assert part.members == ("Cl2", "Mg")
    assert part.missing == ()
    assert part.note is not None
    assert part.note.startswith("MgCl2: poor alignment accepted: neither its crystal nor those")


def test_a_poor_stand_in_needs_crystals_too() -> None:
    part = find_part(MAGNESIUM_CHLORIDE, phases(MgCl2=-2), {"Mg"}, accept_poor=True)
    assert part.missing == ("Cl2",)


def test_a_mean_valence_falls_between_two_oxides() -> None:
    known = [
        Phase(formula="Ce", formation_energy_per_atom=0.0),
        Phase(formula="O2", formation_energy_per_atom=0.0),
        Phase(formula="Ce2O3", formation_energy_per_atom=-3.7),
        Phase(formula="CeO2", formation_energy_per_atom=-3.8),
    ]
    assert bracket(Composition("Ce4O7"), known) == ("Ce2O3", "CeO2")


def test_phases_without_one_of_the_elements_bracket_nothing() -> None:
    with pytest.raises(InputError, match="do not bracket MgCl2"):
        bracket(MAGNESIUM_CHLORIDE, [Phase(formula="Mg", formation_energy_per_atom=0.0)])
