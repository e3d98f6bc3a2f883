import pytest

from analysis.base.errors import InputError
from analysis.reactions.pairing import pairing
from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Dopant
from analysis.structures.host import builtin_host

HOST = builtin_host()  # 28 Li on 60 sites, 12 La and 8 Zr in 4 formula units
TANTALUM = Dopant(element="Ta", valence=5, site="Zr", concentration=0.25)
ALUMINIUM = Dopant(element="Al", valence=3, site="Li", concentration=0.25)
CALCIUM = Dopant(element="Ca", valence=2, site="La", concentration=0.25)


def test_every_two_dopants_on_different_sites_are_a_pair() -> None:
    pairs = pairing(HOST, [TANTALUM, ALUMINIUM, CALCIUM])
    found = [pairs.dopants(index) for index in range(len(pairs.first))]
    assert found == [(TANTALUM, ALUMINIUM), (TANTALUM, CALCIUM), (ALUMINIUM, CALCIUM)]


def test_mobile_ions_balance_the_charge() -> None:
    # Ta takes 0.25 Li away, Al 0.75 and Ca brings 0.25.
    assert pairing(HOST, [TANTALUM, ALUMINIUM, CALCIUM]).mobile.tolist() == [6, 7, 6.5]


def test_the_mobile_ions_are_those_of_the_compound() -> None:
    pairs = pairing(HOST, [TANTALUM, ALUMINIUM, CALCIUM])
    for index, mobile in enumerate(pairs.mobile):
        assert compound_composition(HOST, pairs.compound(index))["Li"] == pytest.approx(mobile)


def test_dopants_of_one_site_or_one_element_are_no_pair() -> None:
    niobium = Dopant(element="Nb", valence=5, site="Zr", concentration=0.25)
    on_lanthanum = Dopant(element="Ta", valence=5, site="La", concentration=0.25)
    assert len(pairing(HOST, [TANTALUM, niobium]).first) == 0
    assert len(pairing(HOST, [TANTALUM, on_lanthanum]).first) == 0


def test_pairs_for_which_there_are_not_enough_mobile_ions_are_left_out() -> None:
    # W6+ on all Zr takes 4 Li of 7, and S6+ on 2 La 6.
    tungsten = Dopant(element="W", valence=6, site="Zr", concentration=2)
    sulfur = Dopant(element="S", valence=6, site="La", concentration=2)
    assert len(pairing(HOST, [tungsten, sulfur]).first) == 0
    assert len(pairing(HOST, [tungsten, CALCIUM]).first) == 1


def test_pairs_for_which_there_are_not_enough_free_sites_are_left_out() -> None:
    # 32 Li sites are free in the cell: Na+ on 8 Zr brings 24, Ca2+ on 12 La 12.
    sodium = Dopant(element="Na", valence=1, site="Zr", concentration=2)
    calcium = Dopant(element="Ca", valence=2, site="La", concentration=3)
    assert len(pairing(HOST, [sodium, calcium]).first) == 0
    assert len(pairing(HOST, [sodium, CALCIUM]).first) == 1


def test_an_option_that_the_cell_cannot_hold_is_refused() -> None:
    third = Dopant(element="Ta", valence=5, site="Zr", concentration=0.3)
    with pytest.raises(InputError, match=r"multiples of 0\.25"):
        pairing(HOST, [third])
