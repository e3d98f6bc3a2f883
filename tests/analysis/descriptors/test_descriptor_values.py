"""Descriptors of well-known ions against the printed tables."""

import math

import pytest

from analysis.base.errors import InputError
from analysis.descriptors.bond_energies import ValueCheck, bond_dissociation_energy
from analysis.descriptors.descriptor import Descriptor
from analysis.descriptors.descriptor_values import describe, valence_electrons
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019

PHASES = ReferencePhases(
    source="by hand",
    scheme=MATERIALS_PROJECT_2019,
    phases=(
        Phase(formula="Al", formation_energy_per_atom=0.0),
        Phase(formula="O2", formation_energy_per_atom=0.0),
        Phase(formula="Al2O3", formation_energy_per_atom=-3.0),
        Phase(formula="Sn", formation_energy_per_atom=0.0),
        Phase(formula="As", formation_energy_per_atom=0.0),
        Phase(formula="As2O3", formation_energy_per_atom=-1.5),
    ),
)


def test_there_are_fifteen_each_with_title_and_source() -> None:
    assert len(Descriptor) == 15
    assert all(each.label and each.source for each in Descriptor)
    assert Descriptor.IONIC_RADIUS.heading == "Ionic radius (Å)"


def test_every_number_of_aluminium_on_a_tetrahedral_site() -> None:
    values = describe("Al", 3, 4).numbers
    enthalpy = -1675.7 / 96.4853  # eV per Al2O3: corundum, NIST-JANAF, kJ/mol; others 0.5 % less
    expected = {
        Descriptor.VALENCE: 3,
        Descriptor.IONIC_RADIUS: 0.39,
        Descriptor.ATOMIC_RADIUS: 1.25,
        Descriptor.ATOMIC_MASS: 26.9815,
        Descriptor.ELECTRONEGATIVITY: 1.61,
        Descriptor.IONISATION_ENERGY: 5.9858,
        Descriptor.OXIDE_ENTHALPY: enthalpy / 5,
        Descriptor.COORDINATION_NUMBER: 4,
        Descriptor.COORDINATED_ENTHALPY_PER_CATION: 4 * enthalpy / 2,
        Descriptor.COORDINATED_ENTHALPY_PER_OXYGEN: 4 * enthalpy / 3,
        Descriptor.RADIUS_RATIO: 0.39 / 1.40,
        Descriptor.SP_ELECTRONS: 3,
        Descriptor.D_ELECTRONS: 0,
        Descriptor.F_ELECTRONS: 0,
        Descriptor.BOND_ENERGY: 501.9,
    }
    assert values == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("element", "valence", "coordination", "radius", "enthalpy"),
    [
        ("Ta", 5, 6, 0.64, -2046.0 / 7),  # kJ/mol of Ta2O5
        ("La", 3, 8, 1.16, -1793.7 / 5),  # La2O3
        ("Ca", 2, 8, 1.12, -634.9 / 2),  # CaO
    ],
)
def test_radius_and_enthalpy_of_known_ions(
    element: str, valence: int, coordination: int, radius: float, enthalpy: float
) -> None:
    found = describe(element, valence, coordination)
    assert found.numbers[Descriptor.IONIC_RADIUS] == radius
    # CRC Handbook, kJ/mol and atom; the project's table within 0.5 %.
    assert found.numbers[Descriptor.OXIDE_ENTHALPY] == pytest.approx(enthalpy / 96.4853, rel=5e-3)
    assert not found.missing
    assert not found.flags


@pytest.mark.parametrize(
    ("element", "electrons"),
    [
        ("Al", (2, 1, 0, 0)),
        ("Ta", (2, 0, 3, 14)),
        ("Ce", (2, 0, 1, 1)),
        ("Pd", (0, 0, 10, 0)),
        ("Ga", (2, 1, 10, 0)),
        ("U", (2, 0, 1, 3)),
    ],
)
def test_valence_electrons(element: str, electrons: tuple[int, ...]) -> None:
    assert tuple(valence_electrons(element).values()) == electrons


def test_an_oxide_without_a_measured_enthalpy_comes_from_the_reference_phases_and_says_so() -> None:
    found = describe("As", 3, 6, phases=PHASES)
    assert found.numbers[Descriptor.OXIDE_ENTHALPY] == -1.5
    assert found.flags[Descriptor.OXIDE_ENTHALPY] == "As2O3 not measured: by hand"


def test_an_oxide_that_is_not_tabulated_takes_the_hull_and_says_so() -> None:
    # Al2O, an oxide of Al+: two thirds of the way from Al2O3 (-3 eV/atom) to Al.
    # One Al2O is 1/3 Al2O3 + 4/3 Al: 5/3 * -3 eV over three atoms.
    found = describe("Al", 1, 6, phases=PHASES)
    assert found.numbers[Descriptor.OXIDE_ENTHALPY] == pytest.approx(-5 / 3)
    assert "Al2O not tabulated: the M-O hull of by hand" in found.flags[Descriptor.OXIDE_ENTHALPY]


def test_what_is_missing_is_nan_and_named() -> None:
    found = describe("Sn", 2, 6)
    assert math.isnan(found.numbers[Descriptor.IONIC_RADIUS])
    assert set(found.missing) == {Descriptor.IONIC_RADIUS, Descriptor.RADIUS_RATIO}
    assert "no radius of Sn2+" in found.missing[Descriptor.IONIC_RADIUS]


def test_without_a_coordination_number_all_that_needs_it_is_missing() -> None:
    found = describe("Al", 3, None)
    assert set(found.missing) == {
        Descriptor.COORDINATION_NUMBER,
        Descriptor.IONIC_RADIUS,
        Descriptor.RADIUS_RATIO,
        Descriptor.COORDINATED_ENTHALPY_PER_CATION,
        Descriptor.COORDINATED_ENTHALPY_PER_OXYGEN,
    }
    assert not math.isnan(found.numbers[Descriptor.OXIDE_ENTHALPY])


def test_a_radius_of_another_coordination_is_flagged() -> None:
    assert describe("Ta", 5, 4).flags[Descriptor.IONIC_RADIUS] == (
        "Shannon's value at 6 stands in for CN 4"
    )


def test_doubtful_bond_energies_are_flagged() -> None:
    assert "unverified" in describe("Mo", 6, 6).flags[Descriptor.BOND_ENERGY]
    assert "upper limit" in describe("Zn", 2, 6).flags[Descriptor.BOND_ENERGY]


def test_bond_energies_are_the_handbook_s() -> None:
    tantalum = bond_dissociation_energy("Ta")
    assert (tantalum.value, tantalum.status) == (839, ValueCheck.VERIFIED)
    assert bond_dissociation_energy("Zn").is_upper_limit
    with pytest.raises(InputError, match="no M-O bond dissociation energy of Ne"):
        bond_dissociation_energy("Ne")


def test_an_element_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="unknown element 'Xx'"):
        describe("Xx", 2, 6)
