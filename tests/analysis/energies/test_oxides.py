"""The table of measured oxide enthalpies and its loader."""

from __future__ import annotations

import pytest
from pymatgen.core import Composition, Element

from analysis.energies.oxides import EV_PER_KJ, OxideStatus, measured_oxides, status_counts
from analysis.energies.reference_phases import whole_table

OXIDES = {oxide.formula: oxide for oxide in measured_oxides()}


def test_a_kilojoule_per_mole_is_a_hundredth_of_an_electronvolt() -> None:
    # 1 eV per particle is 96.485 kJ/mol (CODATA)
    assert pytest.approx(96.485, abs=1e-3) == 1 / EV_PER_KJ


def test_enthalpy_per_atom_follows_from_that_per_formula_unit() -> None:
    alumina = OXIDES["Al2O3"]
    # NIST-JANAF and CODATA have -1675.7 for corundum, this source -1668.1: five atoms
    assert alumina.enthalpy_per_formula_unit == pytest.approx(-1675.7, rel=0.005)
    expected = alumina.enthalpy_per_formula_unit / 96.485 / 5
    assert alumina.enthalpy_per_atom == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("formula", "mean", "valence"),
    [("Al2O3", 3, 3), ("Fe3O4", 8 / 3, 8 / 3), ("KO2", 4, None), ("BaO2", 4, None)],
)
def test_peroxides_and_superoxides_have_no_valence(
    formula: str, mean: float, valence: float | None
) -> None:
    oxide = OXIDES[formula]
    assert oxide.mean_valence == pytest.approx(mean)
    assert oxide.valence == (None if valence is None else pytest.approx(valence))


def test_what_sources_dispute_or_nobody_measured_is_left_out() -> None:
    counts = status_counts()
    unusable = counts[OxideStatus.CONFLICT] + counts[OxideStatus.NONE]
    assert len(OXIDES) == sum(counts.values()) - unusable
    assert "EuO" not in OXIDES  # conflict
    assert "YbO" not in OXIDES  # none


def test_a_row_without_a_value_never_counts() -> None:
    assert measured_oxides([OxideStatus.NONE]) == ()
    assert {o.formula for o in measured_oxides([OxideStatus.CONFLICT])} >= {"EuO", "ReO3"}


def test_measured_enthalpies_are_those_of_the_computed_oxides_within_the_errors_of_pbe() -> None:
    computed = {phase.formula: phase.formation_energy_per_atom for phase in whole_table().phases}
    apart = {
        formula: abs(computed[formula] - oxide.enthalpy_per_atom)
        for formula, oxide in OXIDES.items()
        if computed.get(formula, 0) < -1
    }
    del apart["Yb2O3"]  # the potential of Yb in the table is known to be wrong
    assert len(apart) > 80
    assert max(apart.values()) < 0.75  # SO3 and others of molecules
    salts = [
        each for formula, each in apart.items() if Element(OXIDES[formula].element).block == "s"
    ]
    assert max(salts) < 0.15


def test_every_oxide_is_a_binary_with_a_source_and_occurs_once() -> None:
    everything = measured_oxides(list(OxideStatus))
    assert len({oxide.formula for oxide in everything}) == len(everything)
    for oxide in everything:
        assert Composition(oxide.formula).chemical_system_set == {oxide.element, "O"}
        assert oxide.source
