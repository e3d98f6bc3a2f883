import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.balance import Balance
from analysis.energies.defects import defect_balance, defect_energy
from analysis.energies.reference_phases import table_crystals, table_phases

HOST = Composition("Li7La3Zr2O12")
# eV/atom, round numbers to reckon with.
ENERGIES = {"Al2O3": -7.0, "Li2O": -5.0, "Li": -2.0}


def exchanged(formula: str) -> Balance:
    return defect_balance(
        Composition(formula),
        HOST,
        valences={"Li": 1, "La": 3, "Zr": 4, "O": -2, "Al": 3},
        phases=table_phases(["Li", "La", "Zr", "O", "Al"]),
        crystals=table_crystals(),
    )


def test_defect_energy_of_aluminium_on_lithium_by_hand() -> None:
    # Host + 0.125 Al2O3 -> compound + 0.375 Li2O, for x = 0.25:
    # {-171 + 0.375 * 3 * -5 - (-172) - 0.125 * 5 * -7} / 0.25 = (1 - 5.625 + 4.375) / 0.25 = -1.
    energy, notes = defect_energy(
        -171.0,
        -172.0,
        exchanged=exchanged("Li6.25Al0.25La3Zr2O12"),
        crystal_energies=ENERGIES,
        concentration=0.25,
    )
    assert energy == pytest.approx(-1.0)
    assert notes == ()


def test_the_host_is_the_campaigns_own_and_needs_no_entry() -> None:
    assert set(exchanged("Li6.25Al0.25La3Zr2O12").formulas) == {"Al2O3", "Li2O"}


def test_an_uncompensated_compound_has_none_and_says_why() -> None:
    energy, notes = defect_energy(
        -171.0,
        -172.0,
        exchanged=exchanged("Li6.75Al0.25La3Zr2O12"),
        crystal_energies=ENERGIES,
        concentration=0.25,
    )
    assert energy is None
    assert "not charge balanced" in notes[0]


def test_a_defect_energy_without_dopant_is_refused() -> None:
    with pytest.raises(InputError, match="needs a dopant"):
        defect_energy(
            -172.0,
            -172.0,
            exchanged=exchanged("Li7La3Zr2O12"),
            crystal_energies=ENERGIES,
            concentration=0.0,
        )
