import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.balance import Balance, balance, decompose, oxide_of
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.stand_ins import MissingCrystalsError

HOST = Composition("Li7La3Zr2O12")
IONS = {"Li": 1, "La": 3, "Zr": 4, "O": -2}


def exchanged(formula: str, electrode: str = "Li", **valences: float) -> Balance:
    compound = Composition(formula)
    elements = {e.symbol for e in compound + HOST} | {electrode}
    return balance(
        compound,
        HOST,
        valences=IONS | valences,
        phases=table_phases(elements),
        crystals=table_crystals(),
        electrode=electrode,
    )


@pytest.mark.parametrize(
    ("element", "valence", "formula"),
    [
        ("Li", 1, "Li2O"),
        ("Ca", 2, "CaO"),
        ("Al", 3, "Al2O3"),
        ("Ce", 4, "CeO2"),
        ("Ta", 5, "Ta2O5"),
        ("W", 6, "WO3"),
        ("Mn", 7, "Mn2O7"),
        ("Ce", 3.5, "Ce4O7"),
    ],
)
def test_oxide_of_a_valence(element: str, valence: float, formula: str) -> None:
    assert oxide_of(element, valence) == Composition(formula).reduced_formula


def test_binaries_of_other_anions() -> None:
    assert oxide_of("P", 5, "S", -2) == "P2S5"
    assert oxide_of("La", 3, "Cl", -1) == "LaCl3"


def test_decompose_gives_the_only_amounts() -> None:
    crystals = [Composition(f) for f in ("Li2O", "Al2O3", "Li")]
    amounts = decompose(dict(Composition("Li5AlO4").items()), crystals)
    assert amounts == pytest.approx([2.5, 0.5, 0.0])


def test_decompose_refuses_dependent_crystals() -> None:
    crystals = [Composition(f) for f in ("Li2O", "Li2O2", "O2", "Li")]
    with pytest.raises(InputError, match="Li2O, Li2O2, O2, Li are not independent"):
        decompose(dict(Composition("Li2O").items()), crystals)


def test_decompose_refuses_a_compound_that_the_crystals_cannot_make() -> None:
    with pytest.raises(InputError, match="Na1 cannot be written as a sum of Li2O"):
        decompose(dict(Composition("Na").items()), [Composition("Li2O")])


def test_aluminium_on_lithium_takes_three_lithium() -> None:
    # 0.25 Al3+ for 0.75 Li+: half as much Al2O3 enters, 0.375 Li2O leaves.
    result = exchanged("Li6.25Al0.25La3Zr2O12", Al=3)
    assert result.coefficients == pytest.approx({"Al2O3": 0.125, "Li2O": -0.375})
    assert result.charge_balanced
    assert result.notes == ()


def test_niobium_on_zirconium() -> None:
    result = exchanged("Li6.75La3Zr1.75Nb0.25O12", Nb=5)
    assert result.coefficients == pytest.approx({"Nb2O5": 0.125, "ZrO2": -0.25, "Li2O": -0.125})


def test_strontium_on_lanthanum_takes_lithium_up() -> None:
    result = exchanged("Li7.25La2.75Sr0.25Zr2O12", Sr=2)
    assert result.coefficients == pytest.approx({"SrO": 0.25, "La2O3": -0.125, "Li2O": 0.125})


def test_two_dopants_add_up() -> None:
    # Al3+ removes 0.5 Li beside the 0.25 it replaces, Ta5+ 0.25: 6 Li are left.
    result = exchanged("Li6La3Zr1.75Al0.25Ta0.25O12", Al=3, Ta=5)
    expected = {"Al2O3": 0.125, "Ta2O5": 0.125, "ZrO2": -0.25, "Li2O": -0.5}
    assert result.coefficients == pytest.approx(expected)


def test_the_host_itself_exchanges_nothing() -> None:
    assert exchanged("Li7La3Zr2O12").formulas == ()


def test_an_uncompensated_substitution_is_closed_by_lithium_metal() -> None:
    # Li6.75Al0.25: three charges for one; 0.375 Li2O leaves 0.75 Li, of which 0.5 stays as metal.
    result = exchanged("Li6.75Al0.25La3Zr2O12", Al=3)
    assert result.coefficients == pytest.approx({"Al2O3": 0.125, "Li2O": -0.375, "Li": 0.5})
    assert not result.charge_balanced
    assert "do not balance: +0.5 Li" in result.notes[0]


def test_an_electrode_that_the_compound_lacks_closes_nothing() -> None:
    result = exchanged("Li6.75Al0.25La3Zr2O12", "Na", Al=3)
    assert result.metal == "Li"
    assert result.coefficients["Li"] == pytest.approx(0.5)


def test_an_oxide_that_nobody_tabulates_is_replaced_by_its_neighbours_and_flagged() -> None:
    # GeO is in no list, and between Ge and GeO2 there is nothing: 0.25 GeO = 0.125 GeO2 + 0.125 Ge.
    result = exchanged("Li7.25La2.75Ge0.25Zr2O12", Ge=2)
    assert result.coefficients["GeO2"] == pytest.approx(1 / 8)
    assert result.coefficients["Ge"] == pytest.approx(1 / 8)
    assert result.notes == ("GeO has no tabulated crystal: Ge and GeO2 on the hull stand for it.",)


def test_an_oxide_on_the_hull_whose_crystal_is_missing_is_named() -> None:
    # YbO has an energy but no structure: Yb and Yb2O3 are not what it decomposes into.
    with pytest.raises(MissingCrystalsError, match="no crystal of YbO is at hand") as caught:
        exchanged("Li7.25La2.75Yb0.25Zr2O12", Yb=2)
    assert caught.value.formulas == ("YbO",)


def test_all_missing_crystals_are_named_together() -> None:
    compound = Composition("Li6.25Al0.25La3Zr2O12")
    with pytest.raises(MissingCrystalsError, match="no crystal of Al2O3, Li2O is at hand"):
        balance(
            compound,
            HOST,
            valences=IONS | {"Al": 3},
            phases=table_phases({e.symbol for e in compound}),
            crystals={"Li", "La2O3", "ZrO2"},
        )


def test_a_metal_that_closes_the_charge_needs_a_crystal() -> None:
    compound = Composition("Li6.75Al0.25La3Zr2O12")
    with pytest.raises(MissingCrystalsError, match="no crystal of Li is at hand"):
        balance(
            compound,
            HOST,
            valences=IONS | {"Al": 3},
            phases=table_phases({e.symbol for e in compound}),
            crystals={"Li2O", "Al2O3"},
        )


def test_a_missing_valence_is_named() -> None:
    with pytest.raises(InputError, match="No valence is given for Al"):
        exchanged("Li6.25Al0.25La3Zr2O12")


def test_an_oxide_without_any_crystal_is_named() -> None:
    compound = Composition("Li6.25Al0.25La3Zr2O12")
    with pytest.raises(InputError, match="no crystal of Al2O3 is at hand"):
        balance(
            compound,
            HOST,
            valences=IONS | {"Al": 3},
            phases=table_phases({e.symbol for e in compound}),
            crystals={"Li", "Li2O", "La2O3", "ZrO2"},
        )


def test_a_binary_that_takes_no_part_needs_no_crystal() -> None:
    compound = Composition("Li6.25Al0.25La3Zr2O12")
    result = balance(
        compound,
        HOST,
        valences=IONS | {"Al": 3},
        phases=table_phases({e.symbol for e in compound}),
        crystals={"Li2O", "Al2O3"},
    )
    assert set(result.formulas) == {"Li2O", "Al2O3"}


def test_sum_counts_all_atoms_of_each_crystal() -> None:
    total = Balance(coefficients={"Li2O": 2.0, "Li": -1.0}, metal="Li")
    assert total.sum({"Li2O": -2.0, "Li": 0.5}) == pytest.approx(2 * 3 * -2.0 - 0.5)


def test_sum_names_the_crystal_without_energy() -> None:
    with pytest.raises(InputError, match="reference crystal Li2O is missing"):
        Balance(coefficients={"Li2O": 2.0}, metal="Li").sum({})
