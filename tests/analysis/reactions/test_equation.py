import pytest
from pymatgen.core import Composition

from analysis.reactions.equation import equation, imbalance


def test_equation_puts_reactants_left_of_the_arrow_and_leaves_coefficients_of_one_out() -> None:
    assert equation({"TiO2": 1, "Li": 4}, {"Li2O": 2, "Ti": 1}) == "TiO2 + 4 Li -> 2 Li2O + Ti"


def test_equation_leaves_out_a_reactant_of_which_none_is_taken() -> None:
    assert equation({"Li2O2": 1, "Li": 0.0}, {"Li2O": 1, "O2": 0.5}) == "Li2O2 -> Li2O + 0.5 O2"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (7.1875, "7.1875 X"),
        (1 / 3, "0.3333 X"),
        (4.500000000000001, "4.5 X"),
        (0.99999999, "X"),
        (10, "10 X"),
        (0.00012345, "0.0001234 X"),
    ],
)
def test_coefficients_have_four_decimals_at_most_but_never_vanish(
    amount: float, written: str
) -> None:
    assert equation({"Y": 1}, {"X": amount}) == f"Y -> {written}"


def test_a_balanced_reaction_has_no_imbalance() -> None:
    reactants = {Composition("Li6.25Al0.25La3Zr2O12"): 1, "Li": 8.125}
    products = {"La2O3": 1.5, "Li2O": 7.1875, "Zr3Al": 0.25, "Zr4O": 0.3125}
    assert imbalance(reactants, products) == pytest.approx(0, abs=1e-12)


def test_imbalance_is_the_largest_surplus_of_an_element_on_either_side() -> None:
    # 2 Li and 1 O on the left; 3 Li and 3 O on the right.
    assert imbalance({"Li2O": 1}, {"Li": 3, "O2": 1.5}) == pytest.approx(2)
