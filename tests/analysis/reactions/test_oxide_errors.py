import numpy as np
import pytest

from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2020
from analysis.reactions.oxide_errors import (
    Known,
    OxideErrors,
    errors_of,
    group_errors,
    interpolation_error,
    known_errors,
    table_errors,
)


def _known(
    formula: str, element: str, valence: float, error: float, group: OxideGroup = OxideGroup.OTHER
) -> Known:
    return Known(formula, element, group, valence, -1.0, error, 0.02)


# Errors of 0.2 and 0.8 eV per M at 2+ and 4+.
TIN = [_known("SnO", "Sn", 2, 0.2), _known("SnO2", "Sn", 4, 0.8)]


def _expected(errors: OxideErrors, element: str, *valences: float) -> list[float]:
    return errors.expected(element, np.array(valences)).tolist()


def test_a_measured_oxide_is_known_and_its_neighbours_are_interpolated() -> None:
    # From the metal (0) to 2+ and on to 4+.
    assert _expected(OxideErrors.of(TIN), "Sn", 1, 2, 3, 4) == pytest.approx([0.1, 0.2, 0.5, 0.8])


def test_beyond_the_highest_oxide_the_error_grows_with_the_oxygen() -> None:
    assert _expected(OxideErrors.of(TIN), "Sn", 6) == pytest.approx([1.2])


def test_a_metal_or_an_anion_has_no_error_of_an_oxide() -> None:
    assert _expected(OxideErrors.of(TIN), "Sn", 0, -4) == [0, 0]
    assert OxideErrors.of(TIN).uncertainty("Sn", -4) == 0


def test_a_measured_valence_has_the_measurements_uncertainty() -> None:
    assert OxideErrors.of(TIN).uncertainty("Sn", 2) == 0.02


def test_another_valence_has_the_error_of_interpolation_per_oxygen() -> None:
    errors = OxideErrors(elements={"Sn": TIN}, groups={}, interpolation=0.3)
    assert errors.uncertainty("Sn", 3) == pytest.approx(0.45)


def test_interpolation_is_judged_by_leaving_each_oxide_out() -> None:
    # SnO from SnO2 alone: 0.4 instead of 0.2, one oxygen. SnO2 from SnO: 0.4 instead of 0.8, two.
    assert interpolation_error(TIN) == pytest.approx(0.2)


def test_an_element_without_oxides_has_the_mean_of_its_group_per_oxygen() -> None:
    pool = [_known("ScO", "Sc", 2, 0.1), _known("YO", "Y", 2, 0.3), _known("Hf2O", "Hf", 1, 0.1)]
    errors = OxideErrors.of(pool)
    # Means per oxygen 0.1, 0.3 and 0.2; Ac of 3+ has 1.5 oxygens.
    assert _expected(errors, "Ac", 3) == pytest.approx([0.3])
    # Standard deviation 0.1, and that of the mean: 0.1 sqrt(4/3).
    assert errors.uncertainty("Ac", 3) == pytest.approx(1.5 * 0.1 * (4 / 3) ** 0.5)


def test_an_elements_own_scatter_counts_in_its_group() -> None:
    pool = [*TIN, _known("ScO", "Sc", 2, 0.3), _known("YO", "Y", 2, 0.3)]
    # Sn has 0.2 and 0.4 per oxygen: variance 0.02; the means are all 0.3.
    assert group_errors(pool)[OxideGroup.OTHER].spread == pytest.approx(0.02**0.5)


def test_a_wrong_potential_speaks_for_no_other_element() -> None:
    lanthanide = OxideGroup.LANTHANIDE
    pool = [_known(f"{e}2O3", e, 3, 0.3, lanthanide) for e in ("Gd", "Tb", "Dy")]
    pool.append(_known("Yb2O3", "Yb", 3, -9.0, lanthanide))
    assert group_errors(pool)[lanthanide].mean == pytest.approx(0.2)


def test_two_elements_are_no_group() -> None:
    assert group_errors([_known("ScO", "Sc", 2, 0.1), _known("YO", "Y", 2, 0.3)]) == {}
    assert OxideErrors.of(TIN).uncertainty("Ac", 3) is None


def test_known_errors_are_per_atom_of_the_metal() -> None:
    # Al2O3 measured at -1668.1 kJ/mol (17.289 eV), five atoms and two Al.
    alumina = Phase(formula="Al2O3", formation_energy_per_atom=-3.5)
    phases = ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2020, phases=(alumina,))
    (known,) = known_errors(phases)
    assert known.error == pytest.approx((-17.289 + 17.5) / 2, abs=1e-3)
    assert known.enthalpy == pytest.approx(-17.289 / 2, abs=1e-3)


def test_gases_and_peroxides_are_not_among_the_known() -> None:
    formulas = {each.formula for of in table_errors().elements.values() for each in of}
    assert {"SO3", "CO2", "Na2O2"} & formulas == set()


def test_the_tables_errors_serve_every_part_of_it() -> None:
    assert errors_of(table_phases(["Li", "O"])) is table_errors()
