"""The engine's bias: small samples by hand, and what the measured errors say."""

import math
from collections import defaultdict
from collections.abc import Sequence

import pytest

from analysis.energies.engine_bias import (
    EngineBias,
    ExchangeError,
    find_bias,
    fit,
    leave_one_element_out,
    lowers_errors,
    measured_errors,
    random_effect,
    replaced_ion,
    root_mean_square,
)
from analysis.energies.engine_errors import EngineError, known_error, shipped_error_table


def rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(value**2 for value in values) / len(values))


def errors(site: str = "", **values: tuple[float, ...]) -> list[ExchangeError]:
    return [ExchangeError(m, value, site) for m, each in values.items() for value in each]


def test_random_effect_by_hand() -> None:
    # Means 0 and 4, variance within groups 2. By the formula of moments, the
    # mean square between groups is 2 * (4 + 4) / 1 = 16, and their variance (16 - 2) / 2 = 7.
    mean, ratio = random_effect([[-1, 1], [3, 5]])
    assert mean == pytest.approx(2)
    assert ratio == pytest.approx(2 / 7)


def test_groups_that_differ_by_scatter_alone_share_one_mean() -> None:
    assert random_effect([[-1, 1], [-1, 1, 3]]) == (pytest.approx(0.6), math.inf)


def test_an_element_with_many_oxides_weighs_hardly_more_than_one_with_few() -> None:
    many, few = [-1.1, -0.9] * 50, [0.9, 1.1]
    mean, _ = random_effect([many, few])
    assert mean == pytest.approx(0, abs=0.01)


def test_the_bias_of_others_is_taken_off_an_element_left_out() -> None:
    # Without A all others are off by -0.2, within and between elements alike.
    oxides = errors(A=(0.5, 0.5), B=(-0.3, -0.1), C=(-0.3, -0.1))
    left, _ = leave_one_element_out(oxides, [])
    assert [each.error for each in left if each.element == "A"] == pytest.approx([0.7, 0.7])


def test_a_common_bias_lowers_errors_and_one_element_does_not_make_it() -> None:
    garnets = errors("Zr", A=(-0.2,), B=(-0.3,), C=(-0.25,))
    assert lowers_errors(errors(A=(-0.3, -0.1), B=(-0.3, -0.1), C=(-0.3, -0.1)), garnets)
    one_sided = errors(A=(-0.9, -0.8), B=(0.1, 0.0), C=(0.1, 0.0))
    assert not lowers_errors(one_sided, garnets)


def test_a_bias_that_lowers_errors_is_taken_off_and_another_widens_upwards_alone() -> None:
    spread = EngineError(overall=0.3, elements={"A": 0.4}, forces=0.0)
    bias = EngineBias(
        mean=-0.1, applied=True, spread=spread, sites={"Zr": -0.05}, structure=0.3, elsewhere=0.4
    )
    kept = EngineBias(mean=-0.1, applied=False, spread=spread, sites={"Zr": -0.05})
    assert bias.correction("Zr") == pytest.approx(0.15)
    assert bias.correction("La") == pytest.approx(0.1)
    assert (bias.one_sided("Zr"), kept.correction("Zr")) == (0, 0)
    assert kept.one_sided("Zr") == pytest.approx(0.15)
    assert (
        EngineBias(mean=0.1, applied=False, spread=spread).one_sided("Zr") == 0
    )  # an error that does not flatter


def test_what_is_left_is_larger_on_a_site_without_garnets() -> None:
    spread = EngineError(overall=0.3, elements={"A": 0.4}, forces=0.0)
    bias = EngineBias(
        mean=-0.1, applied=True, spread=spread, sites={"Zr": -0.05}, structure=0.3, elsewhere=0.4
    )
    assert bias.error("A", "Zr") == pytest.approx(0.5)
    assert bias.error("B", "La") == pytest.approx(0.5)


def test_one_garnet_of_a_site_makes_no_shift_of_it() -> None:
    oxides = errors(A=(-0.3, -0.1), B=(-0.2, 0.0), C=(-0.5, -0.3))
    garnets = errors("Zr", A=(-0.5,), B=(-0.4,)) + errors("La", C=(-0.9,))
    assert set(fit(oxides, garnets).sites) == {"Zr"}


def test_the_replaced_ion_of_a_garnet() -> None:
    assert replaced_ion("Li5La3Ta2O12") == "Zr"
    assert replaced_ion("Li7Nd3Zr2O12") == "La"


def test_chgnets_bias_lowers_errors_of_elements_left_out() -> None:
    _, oxides, garnets = measured_errors(shipped_error_table("CHGNet"))
    assert (len(oxides), len(garnets)) == (842, 9)
    after = leave_one_element_out(oxides, garnets)
    assert find_bias("chgnet").applied
    assert [root_mean_square(each) for each in (oxides, garnets)] == pytest.approx(
        [0.267, 0.373], abs=5e-4
    )
    assert [root_mean_square(each) for each in after] == pytest.approx([0.223, 0.256], abs=5e-4)


def test_an_elements_own_mean_helps_its_oxides_and_not_its_garnets() -> None:
    _, oxides, garnets = measured_errors(shipped_error_table("chgnet"))
    groups: dict[str, list[float]] = defaultdict(list)
    for each in oxides:
        groups[each.element].append(each.error)
    mean, ratio = random_effect(list(groups.values()))

    def own(element: str, left_out: float = 0.0, number: int = 0) -> float:
        known = groups.get(element, [])
        return (sum(known) - left_out + ratio * mean) / (len(known) - number + ratio)

    plain = [[each.error - mean for each in sample] for sample in (oxides, garnets)]
    shrunken = [
        [each.error - own(each.element, each.error, 1) for each in oxides],
        [each.error - own(each.element) for each in garnets],
    ]
    assert [rms(each) for each in plain] == pytest.approx([0.221, 0.293], abs=5e-4)
    assert [rms(each) for each in shrunken] == pytest.approx([0.204, 0.312], abs=5e-4)


def test_chgnets_corrections() -> None:
    bias = find_bias("chgnet")
    assert bias.correction("La") == bias.correction("Li") == pytest.approx(0.114, abs=5e-4)
    assert bias.correction("Zr") == pytest.approx(0.230, abs=5e-4)


def test_vasp_on_the_scheme_of_the_phases_has_no_bias() -> None:
    bias = find_bias("VASP")
    assert (bias.correction("Zr"), bias.one_sided("Zr")) == (0, 0)
    assert bias.error("Ta", "Zr") == known_error("vasp").overall


def test_an_unknown_engine_has_no_bias_to_look_up() -> None:
    assert find_bias("no engine") is None
