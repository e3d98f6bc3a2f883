"""Offsets between two scales, where the difference is put in by hand."""

import json

import pytest
from pymatgen.core import Composition
from pymatgen.entries.compatibility import (
    MaterialsProject2020Compatibility,
    MaterialsProjectCompatibility,
)

from analysis.data import TABLES
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.scheme_changes import ANION_CHANGE, CATION_CHANGE, OXYGEN_CHANGE
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from studies.validation.scale_offsets import (
    ElementOffset,
    correction_change,
    element_offsets,
    outstanding,
)

ELEMENTS = {"Fe": -8.0, "Zr": -8.5, "O": -5.0}
FORMED = {"Fe": 0.0, "Fe2O3": -1.9, "FeO": -1.7, "Fe2Zr": -0.3, "FeO4": -0.5}
PHASES = ReferencePhases(
    source="test",
    scheme=MATERIALS_PROJECT_2019,
    phases=tuple(Phase(formula=f, formation_energy_per_atom=e) for f, e in FORMED.items()),
)


def engine(formula: str, shift: float) -> float:
    """Energy per atom of an engine that differs by `shift` eV per formula and in oxygen alone."""
    composition = Composition(formula)
    total = sum(ELEMENTS[e.symbol] * n for e, n in composition.items())
    formed = FORMED[formula] * composition.num_atoms
    oxygen = OXYGEN_CHANGE * composition["O"]
    return float((total + formed + oxygen + shift) / composition.num_atoms)


def iron(**shifts: float) -> ElementOffset:
    energies = {formula: engine(formula, shift) for formula, shift in shifts.items()}
    (found,) = element_offsets(energies, ELEMENTS, PHASES)
    return found


def test_offset_is_per_atom_of_m_and_free_of_the_oxygen_correction() -> None:
    found = iron(Fe2O3=1.0, FeO=0.3)
    assert found.oxides is not None
    assert found.oxides.n == 2
    assert found.oxides.median == pytest.approx(0.4)  # 0.5 and 0.3


def test_phases_without_oxygen_and_elements_are_kept_apart() -> None:
    found = iron(Fe=0.1, Fe2Zr=-0.4)
    assert found.oxides is None
    assert found.without_oxygen is not None
    assert found.without_oxygen.median == pytest.approx(-0.2)
    assert found.elemental == pytest.approx(0.1)


def test_an_oxide_in_an_impossible_valence_does_not_count() -> None:
    assert element_offsets({"FeO4": engine("FeO4", 9.0)}, ELEMENTS, PHASES) == []  # Fe8+


def test_phases_with_an_element_without_reference_are_left_out() -> None:
    elements = {"O": -5.0, "Zr": -8.5}
    assert element_offsets({"FeO": engine("FeO", 0.0)}, elements, PHASES) == []


def test_outstanding_is_what_is_far_from_the_others() -> None:
    # median 0.1, deviations 0.1, 0, 0.1, 0.9, 0.4: scatter 0.148, three times that 0.44
    medians = {"A": 0.0, "B": 0.1, "C": 0.2, "D": 1.0, "E": -0.3}
    assert outstanding(medians) == ["D"]
    assert outstanding({}) == []


def test_change_of_an_oxide_is_that_of_its_cations_and_its_oxygen() -> None:
    # iron from -2.733 to -2.256, oxygen from -0.70229 to -0.687
    assert correction_change(Composition("Fe2O3")) == pytest.approx(2 * 0.477 + 3 * 0.01529)


def test_changes_are_those_of_the_two_schemes_in_pymatgen() -> None:
    today = MaterialsProject2020Compatibility()
    legacy = {type(each).__name__: each for each in MaterialsProjectCompatibility().corrections}
    oxides = legacy["AnionCorrection"].oxide_correction["oxide"]
    assert pytest.approx(today.comp_correction["oxide"] - oxides) == OXYGEN_CHANGE
    before = legacy["UCorrection"].u_corrections["O"]
    for metal, after in today.u_corrections["O"].items():
        assert CATION_CHANGE[metal] == pytest.approx(after - before[metal], abs=1e-4)
    sulfide = legacy["AnionCorrection"].sulfide_correction["sulfide"]
    assert pytest.approx(-sulfide) == CATION_CHANGE["S"]
    assert ANION_CHANGE["S"] == pytest.approx(today.comp_correction["S"] - sulfide)
    for anion in ("Se", "Te", "Br", "I", "Sb", "Si"):
        assert ANION_CHANGE[anion] == pytest.approx(today.comp_correction[anion])


def test_fitted_elements_are_those_of_the_legacy_scheme() -> None:
    legacy = {type(each).__name__: each for each in MaterialsProjectCompatibility().corrections}
    fitted = legacy["GasCorrection"].cpd_energies
    today = MaterialsProject2020Compatibility().comp_correction
    # Elemental energies of today, eV/atom (Materials Project 2023)
    unfitted = {"H": -3.39273, "N": -8.33649, "F": -1.91148, "Cl": -1.84854}
    for element, energy in unfitted.items():
        raised = fitted[f"{element}2"] - energy
        assert ANION_CHANGE[element] == pytest.approx(raised + today[element], abs=1e-4)
        if element in CATION_CHANGE:
            assert CATION_CHANGE[element] == pytest.approx(raised, abs=1e-4)


def test_elements_found_outstanding_in_oxides_are_those_whose_corrections_changed() -> None:
    results = json.loads((TABLES.parents[1] / "docs/images/alignment.json").read_text())
    oxides = results["offsets"]["oxides"]
    far = set(oxides["outstanding"])
    large = {e for e, change in CATION_CHANGE.items() if abs(change) > 0.3}
    assert large <= far
