import pytest

from analysis.energies.oxide_groups import OxideGroup, group_of
from analysis.energies.oxides import EV_PER_KJ, MeasuredOxide, OxideStatus, measured_oxides
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import whole_table
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from studies.validation.experiment import oxide_errors

MEASURED = {oxide.formula: oxide for oxide in measured_oxides()}


@pytest.mark.parametrize(
    ("formula", "group"),
    [
        ("Li2O", OxideGroup.FITTED),
        ("KO2", OxideGroup.FITTED),
        ("Fe2O3", OxideGroup.PLUS_U),
        ("Yb2O3", OxideGroup.LANTHANIDE),
        ("TiO2", OxideGroup.OTHER),
        ("CO2", OxideGroup.GAS),
    ],
)
def test_oxides_are_grouped_by_what_makes_the_table_right_or_wrong(
    formula: str, group: OxideGroup
) -> None:
    assert group_of(MEASURED[formula]) is group


def test_error_is_table_minus_measured() -> None:
    oxide = MeasuredOxide(
        formula="Al2O3",
        element="Al",
        mean_valence=3,
        valence=3,
        phase="s",
        enthalpy_per_formula_unit=-15.0 / EV_PER_KJ,
        enthalpy_per_atom=-3.0,
        uncertainty=None,
        status=OxideStatus.VERIFIED,
        source="test",
    )
    phases = ReferencePhases(
        source="test",
        scheme=MATERIALS_PROJECT_2019,
        phases=(Phase(formula="Al2O3", formation_energy_per_atom=-3.2),),
    )
    (found,) = oxide_errors(phases, [oxide])
    assert found.error == pytest.approx(-0.2)
    assert found.per_cation == pytest.approx(-0.5)  # five atoms, two of them Al


def test_the_correction_is_right_for_what_it_was_fitted_to_and_not_for_ytterbium() -> None:
    errors = {each.formula: each for each in oxide_errors(whole_table())}
    assert abs(errors["Li2O"].error) < 0.03
    assert errors["Yb2O3"].error > 0.9


def test_oxides_that_the_table_lacks_are_left_out() -> None:
    assert "Am2O3" not in {each.formula for each in oxide_errors(whole_table())}
