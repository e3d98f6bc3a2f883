"""Free energy of dissolution: what can be worked out by hand."""

import math

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.base.fields import Dissolution
from analysis.energies.engine_bias import EngineBias
from analysis.energies.engine_errors import EngineError
from analysis.energies.oxygen_gas import oxygen_potential
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.solubility import (
    BOLTZMANN,
    FUNCTIONAL_ERROR,
    MOBILE_ENTROPY,
    ExcessEnergies,
    Solubility,
    SolubilityCriteria,
    dissolve,
    engine_error,
    excess_energies,
)
from analysis.structures.dopants import Compound, Dopant
from analysis.structures.host import builtin_host
from analysis.structures.mixing_entropy import MixingEntropy, mixing_entropy, mobile_positions


def _phases(energies: dict[str, float]) -> ReferencePhases:
    """Build phases from formation energies in eV per formula as written."""
    found = (
        Phase(formula=f, formation_energy_per_atom=energy / Composition(f).num_atoms)
        for f, energy in energies.items()
    )
    return ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=tuple(found))


HOST = builtin_host()
BIAS = EngineBias(
    mean=-0.1,
    applied=True,
    spread=EngineError(overall=0.16, elements={}, forces=0.0),
    sites={"Zr": -0.05},
)
NO_MIXING = MixingEntropy(0.0, 0.0)


def compound(*dopants: tuple[str, int, str, float]) -> Compound:
    return Compound(
        dopants=tuple(
            Dopant(element=element, valence=valence, site=site, concentration=x)
            for element, valence, site, x in dopants
        )
    )


HAFNIUM = compound(("Hf", 4, "Zr", 0.25))
TANTALUM = compound(("Ta", 5, "Zr", 0.25))


def dissolved(
    excess: float,
    *,
    of: Compound = HAFNIUM,
    mixing: MixingEntropy = NO_MIXING,
    bias: EngineBias = BIAS,
    scatter: float = 0.0,
    hot: float = 0.0,
) -> Solubility:
    return dissolve(
        of,
        ExcessEnergies(hull=0.2 + excess, hot=0.2 + excess + hot, hot_error=hot / 10, products=0.3),
        ExcessEnergies(hull=0.2, hot=0.2, hot_error=0.0, products=0.25),
        mixing=mixing,
        bias=bias,
        scatter=scatter,
        criteria=SolubilityCriteria(temperature=1500),
    )


def test_the_energy_is_that_above_the_hosts_own_excess_per_dopant() -> None:
    found = dissolved(0.1)
    assert found.energy == pytest.approx(0.1 / 0.25)
    assert found.products_energy == pytest.approx(0.05 / 0.25)


def test_the_engines_bias_is_added_and_entropy_taken_off() -> None:
    # 0.4 + 0.15 - kT * 0.5 k / 0.25, kT = 0.12926 eV at 1500 K
    found = dissolved(0.1, mixing=MixingEntropy(0.5, 0.0))
    assert found.correction == pytest.approx(0.15)
    assert found.entropy_term == pytest.approx(-2 * 0.129260, abs=1e-5)
    assert found.free_energy == pytest.approx(0.55 - 2 * 0.129260, abs=1e-5)


def test_oxygen_that_the_rivals_give_off_counts_with_its_error() -> None:
    found = dissolved(0.1, hot=0.5)
    assert found.oxygen_term == pytest.approx(0.5 / 0.25)
    assert found.free_energy == pytest.approx(0.4 + 0.15 + 2.0)
    assert found.uncertainty == pytest.approx(math.hypot(0.2, 0.2))


def test_errors_add_in_quadrature_per_dopant() -> None:
    # engine hypot(0.16, 0.12) = 0.2; scatter 0.05 / 0.25 = 0.2; one Li per dopant 0.7 kT
    found = dissolved(0.1, scatter=0.05, mixing=MixingEntropy(0.0, -0.25))
    lithium = MOBILE_ENTROPY * BOLTZMANN * 1500
    assert found.uncertainty == pytest.approx(math.sqrt(0.04 + 0.04 + lithium**2))


def test_a_bias_not_taken_off_makes_dissolves_less_sure_and_segregates_no_surer() -> None:
    plain = EngineBias(mean=0.0, applied=False, spread=BIAS.spread)
    kept = EngineBias(mean=-0.3, applied=False, spread=BIAS.spread)
    assert dissolved(-0.1, bias=kept).probability < dissolved(-0.1, bias=plain).probability
    assert dissolved(0.1, bias=kept).probability == dissolved(0.1, bias=plain).probability
    assert dissolved(0.1, bias=kept).one_sided == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("excess", "word"),
    [
        (-0.5, Dissolution.DISSOLVES),
        (-0.0375, Dissolution.UNDECIDED),  # free energy 0: P = 0.5
        (0.5, Dissolution.SEGREGATES),
    ],
)
def test_words_follow_the_probability(excess: float, word: Dissolution) -> None:
    assert dissolved(excess).word is word


def test_one_element_on_two_sites_has_one_error_and_two_elements_have_two() -> None:
    bias = EngineBias(
        mean=0.0, applied=True, spread=EngineError(overall=0.16, elements={}, forces=0.0)
    )
    both = compound(("Ce", 4, "Zr", 0.25), ("Ce", 3, "La", 0.25))
    pair = compound(("Ce", 4, "Zr", 0.25), ("Nd", 3, "La", 0.25))
    one = math.hypot(0.16, FUNCTIONAL_ERROR)
    assert engine_error(both, bias) == pytest.approx(one)
    assert engine_error(pair, bias) == pytest.approx(one / math.sqrt(2))


def test_the_host_has_no_solubility() -> None:
    with pytest.raises(InputError, match="undoped host has no solubility"):
        dissolved(0.1, of=Compound(dopants=()))


def test_excess_of_a_phase_whose_rivals_give_off_oxygen() -> None:
    # MnO2 at -5 eV beside MnO + 1/2 O2 at -4 eV: 1 eV below them, and with oxygen 1.7 eV lower
    # 0.7 eV above. At nine tenths of that 0.17 eV less.
    phases = _phases({"Mn": 0, "O2": 0, "MnO": -4})
    found = excess_energies(
        Composition("MnO2"), -5 / 3, -0.3, phases=phases, criteria=SolubilityCriteria()
    )
    potential = oxygen_potential(1500)
    assert found.hull == pytest.approx(-1)
    assert found.hot == pytest.approx(-1 - potential)
    assert found.hot_error == pytest.approx(-potential / 10)
    assert found.products == 0.3


def test_llzo_has_nine_lithium_positions_for_seven_lithium() -> None:
    assert mobile_positions(HOST) == 9  # 3 on 24d and 6 pairs of 96h


def test_entropy_of_a_dopant_of_the_charge_of_its_ion() -> None:
    # One of 8 Zr: per dopant ln((7/8) / (1/8)) = ln 7.
    found = mixing_entropy(HOST, HAFNIUM)
    assert found.mobile_change == 0
    assert found.partial / 0.25 == pytest.approx(math.log(7))


def test_entropy_of_a_dopant_that_makes_a_vacancy() -> None:
    # And 6.75 Li beside 2.25 vacancies: ln 3 for the lithium that leaves.
    found = mixing_entropy(HOST, TANTALUM)
    assert found.mobile_change == -0.25
    assert found.partial / 0.25 == pytest.approx(math.log(7) + math.log(3))


def test_entropy_of_a_dopant_on_the_mobile_sites() -> None:
    # 0.25 Al, 6.25 Li and 2.5 vacancies on 9 positions; three Li leave, two vacancies come.
    found = mixing_entropy(HOST, compound(("Al", 3, "Li", 0.25)))
    assert found.mobile_change == -0.75
    expected = -math.log(0.25) + 3 * math.log(6.25) - 2 * math.log(2.5)
    assert found.partial / 0.25 == pytest.approx(expected)


def test_a_site_that_is_replaced_altogether_has_no_mixing() -> None:
    found = mixing_entropy(HOST, compound(("Hf", 4, "Zr", 2.0)))
    assert found.partial == 0


def test_two_dopants_of_one_site_mix_with_what_is_left_of_it() -> None:
    # 0.25 Hf, 0.25 Sn and 1.5 Zr: 0.25 ln(1.5 / 0.25) each.
    found = mixing_entropy(HOST, compound(("Hf", 4, "Zr", 0.25), ("Sn", 4, "Zr", 0.25)))
    assert found.partial == pytest.approx(0.5 * math.log(6))
