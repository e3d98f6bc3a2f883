"""Oxygen at temperature against tabulated values."""

import pytest

from analysis.base.errors import InputError
from analysis.energies.oxygen_gas import oxygen_potential, with_oxygen_at
from analysis.energies.reference_phases import table_phases


def test_oxygen_at_1000_kelvin_is_that_of_the_thermochemical_tables() -> None:
    # K. Reuter and M. Scheffler, Phys. Rev. B 65, 035406 (2001), table I: -1.10 eV at 1 atm,
    # with the heat capacity of the gas, which the solids' cancels in a reaction.
    assert oxygen_potential(1000, 1.0) == pytest.approx(-1.10, abs=0.05)


def test_thinner_oxygen_is_lower_by_the_logarithm_of_its_pressure() -> None:
    # kT ln 10 / 2 at 1000 K
    difference = oxygen_potential(1000, 1.0) - oxygen_potential(1000, 0.1)
    assert difference == pytest.approx(8.617333e-5 * 1000 * 2.302585 / 2, rel=1e-6)


def test_cold_oxygen_is_the_reference() -> None:
    assert oxygen_potential(0) == 0


def test_only_oxygen_gas_changes() -> None:
    phases = table_phases(["Li", "O"])
    hot = with_oxygen_at(phases, -1.7)
    changed = {
        phase.formula: phase.formation_energy_per_atom
        for phase in hot.phases
        if phase != phases.by_formula[phase.formula]
    }
    assert changed == {"O2": -1.7}


def test_a_pressure_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="oxygen pressure is 0 bar"):
        oxygen_potential(1000, 0)
