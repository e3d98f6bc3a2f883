from pathlib import Path

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.structures.compensation import (
    charge_balance,
    check_compound,
    compound_composition,
    formula_per_unit,
)
from analysis.structures.dopants import Compound
from analysis.structures.host import Host, builtin_host, host_from_cif

LATP = Path(__file__).parents[2] / "data" / "latp.cif"


@pytest.fixture(scope="module")
def llzo() -> Host:
    return builtin_host()


def doped(*dopants: tuple[str, int, str, float], compensation: str = "lithium") -> Compound:
    fields = ("element", "valence", "site", "concentration")
    return Compound.model_validate(
        {
            "dopants": [dict(zip(fields, dopant, strict=True)) for dopant in dopants],
            "compensation": compensation,
        }
    )


@pytest.mark.parametrize(
    ("dopant", "change"),
    [
        (("Al", 3, "Li", 0.25), -2),
        (("W", 6, "Li", 0.25), -5),
        (("Na", 1, "Li", 0.25), 0),
        (("Nb", 5, "Zr", 0.25), -1),
        (("Te", 6, "Zr", 0.5), -4),
        (("Y", 3, "Zr", 0.25), 1),
        (("Hf", 4, "Zr", 0.25), 0),
        (("Ca", 2, "La", 0.5), 2),
        (("Ce", 4, "La", 0.25), -1),
        (("Li", 1, "La", 0.25), 2),
        (("F", -1, "O", 0.5), -2),
        (("S", -2, "O", 0.5), 0),
        (("N", -3, "O", 0.25), 1),
    ],
)
def test_each_charge_too_many_removes_and_each_missing_one_adds_a_lithium(
    llzo: Host, dopant: tuple[str, int, str, float], change: int
) -> None:
    assert charge_balance(llzo, doped(dopant)).mobile_change == change


@pytest.mark.parametrize(
    ("dopants", "formula"),
    [
        ([("Al", 3, "Li", 0.25)], "Li6.25Al0.25La3Zr2O12"),
        ([("Nb", 5, "Zr", 0.25)], "Li6.75La3Zr1.75Nb0.25O12"),
        ([("F", -1, "O", 0.5)], "Li6.5La3Zr2O11.5F0.5"),
        ([("F", -1, "O", 0.5), ("Y", 3, "Zr", 0.5)], "Li7La3Zr1.5Y0.5O11.5F0.5"),
        ([("Y", 3, "Zr", 0.25)], "Li7.25La3Zr1.75Y0.25O12"),
        ([("Ca", 2, "La", 0.5)], "Li7.5La2.5Ca0.5Zr2O12"),
        ([("La", 3, "Zr", 0.25)], "Li7.25La3.25Zr1.75O12"),
        ([("Zr", 4, "Li", 0.25)], "Li6La3Zr2.25O12"),
        ([("Li", 1, "La", 0.25)], "Li7.75La2.75Zr2O12"),
        ([("Hf", 4, "Zr", 2)], "Li7La3Hf2O12"),
        ([("Al", 3, "Li", 0.25), ("Ta", 5, "Zr", 0.25)], "Li6Al0.25La3Zr1.75Ta0.25O12"),
        ([("Ca", 2, "La", 0.25), ("Nb", 5, "Zr", 0.25)], "Li7La2.75Ca0.25Zr1.75Nb0.25O12"),
        ([], "Li7La3Zr2O12"),
    ],
)
def test_formula_of_a_compensated_compound(
    llzo: Host, dopants: list[tuple[str, int, str, float]], formula: str
) -> None:
    assert formula_per_unit(compound_composition(llzo, doped(*dopants))) == formula


def test_uncompensated_dopant_replaces_one_to_one(llzo: Host) -> None:
    compound = doped(("Al", 3, "Li", 0.25), compensation="none")
    assert formula_per_unit(compound_composition(llzo, compound)) == "Li6.75Al0.25La3Zr2O12"


def test_smaller_concentration_fits_the_conventional_cell() -> None:
    compound = doped(("Ga", 3, "Li", 0.125))
    composition = compound_composition(builtin_host(cell="conventional"), compound)
    assert formula_per_unit(composition) == "Li6.625Ga0.125La3Zr2O12"


def test_formula_of_a_host_from_a_file() -> None:
    """Six formula units hold 8 Li, 2 Al, 10 Ti; 2 Zr replace Ti: thirds with four decimals."""
    host = host_from_cif(LATP, cell="conventional")
    composition = compound_composition(host, doped(("Zr", 4, "Ti", 0.3333)))
    assert formula_per_unit(composition) == "Li1.3333Ti1.3333Zr0.3333Al0.3333P3O12"


def test_formula_has_no_trailing_zeros_and_no_ones() -> None:
    composition = Composition({"Li": 1, "La": 2.5, "Zr": 0.33333, "O": 12, "Al": 0})
    assert formula_per_unit(composition) == "LiLa2.5Zr0.3333O12"


def test_too_few_lithium_are_refused(llzo: Host) -> None:
    """Five W6+ replace five of 28 Li and would drive 25 more out; 23 are left."""
    with pytest.raises(InputError, match="too few Li to compensate; 25 must go and 23 are left"):
        check_compound(doped(("W", 6, "Li", 1.25)), host=llzo)


def test_more_lithium_than_sites_are_refused(llzo: Host) -> None:
    """Twelve Li+ for La3+ and eight Li+ for Zr4+ ask for 48 more Li on 32 free sites."""
    compound = doped(("Li", 1, "La", 3), ("Li", 1, "Zr", 2))
    with pytest.raises(InputError, match="48 Li must be added, and 32 sites are free"):
        check_compound(compound, host=llzo)


def test_more_dopants_than_ions_on_a_site_are_refused(llzo: Host) -> None:
    compound = doped(("Nb", 5, "Zr", 1), ("Ta", 5, "Zr", 1.25))
    with pytest.raises(InputError, match="asks for 9 dopants on 8 Zr"):
        check_compound(compound, host=llzo)


def test_impossible_dopant_is_refused(llzo: Host) -> None:
    with pytest.raises(InputError, match="unknown site"):
        check_compound(doped(("Al", 3, "Ti", 0.25)), host=llzo)
