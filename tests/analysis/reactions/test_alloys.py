"""Which products count as alloys."""

import pytest

from analysis.reactions.alloys import alloys


@pytest.mark.parametrize("formula", ["Zr3Al", "Zr2Ge", "Sr3Li2", "ZrW2", "LiAl", "La5Sb3", "ZrB2"])
def test_metals_and_metalloids_together_are_an_alloy(formula: str) -> None:
    assert alloys([formula]) == [formula]


@pytest.mark.parametrize("formula", ["Zr4O", "La2O3", "ZrP", "ZrN", "ZrTe2", "LiCl", "La2TeO2"])
def test_what_has_an_anion_is_none(formula: str) -> None:
    assert alloys([formula]) == []


def test_an_element_is_none() -> None:
    assert alloys(["Zr", "Ta", "Ge"]) == []


def test_the_order_of_the_products_is_kept() -> None:
    assert alloys({"ZrW2": 0.1, "Li2O": 6.0, "LiAl": 0.2}) == ["ZrW2", "LiAl"]
