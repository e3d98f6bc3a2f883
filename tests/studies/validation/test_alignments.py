"""The ways of carrying a compound to another scale, on sums that can be done by hand."""

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.garnets import garnet_units
from studies.validation.alignments import Alignment, carriers


def coefficients(formula: str, element: str, way: Alignment) -> dict[str, float]:
    return carriers(Composition(formula), element, way).coefficients


@pytest.mark.parametrize(
    ("formula", "units"),
    [
        ("Li5La3Ta2O12", 1),
        ("Li7Nd3Zr2O12", 1),
        ("Li5La3(SbO6)2", 1),
        ("Li10La6Ta4O24", 2),
        ("LiZr2(PO4)3", None),  # a NASICON: Zr is complete, and there are five cations
        ("Li3Zr4(PO4)6", None),
        ("LiAlO2", None),
        ("LiAl", None),
    ],
)
def test_garnets_are_told_from_other_oxides(formula: str, units: float | None) -> None:
    assert garnet_units(Composition(formula)) == units


def test_host_alone_lets_the_host_take_the_oxygen() -> None:
    found = coefficients("Li5La3Ta2O12", "Ta", Alignment.HOST)
    assert found == pytest.approx({"Li7La3Zr2O12": 1, "Li": -2, "Ta": 2, "Zr": -2})
    # outside the garnet Li2O does: 2 Li2O + Al - 3 Li
    found = coefficients("LiAlO2", "Al", Alignment.HOST)
    assert found == pytest.approx({"Li2O": 2, "Al": 1, "Li": -3})


def test_host_oxides_share_the_oxygen_in_the_proportion_of_the_cations() -> None:
    # 1/2 Li2O + La2O3 hold 3.5 of 6 oxygen
    found = coefficients("LiLa2NbO6", "Nb", Alignment.HOST)
    assert found["Li2O"] == pytest.approx(0.5 * 6 / 3.5)
    assert found["La2O3"] == pytest.approx(6 / 3.5)
    assert found["Nb"] == pytest.approx(1)
    assert found["La"] == pytest.approx(2 - 2 * 6 / 3.5)


def test_oxides_bring_the_dopant_in_its_valence() -> None:
    found = coefficients("Li5La3Ta2O12", "Ta", Alignment.OXIDES)
    assert found == pytest.approx({"Li7La3Zr2O12": 1, "Ta2O5": 1, "ZrO2": -2, "Li2O": -1})
    found = coefficients("LiAlO2", "Al", Alignment.OXIDES)
    assert found == pytest.approx({"Li2O": 0.5, "Al2O3": 0.5})


def test_several_host_cations_come_as_their_oxides() -> None:
    found = coefficients("LiLa2NbO6", "Nb", Alignment.OXIDES)
    assert found == pytest.approx({"Li2O": 0.5, "La2O3": 1, "Nb2O5": 0.5})


@pytest.mark.parametrize("way", [Alignment.ENGINE, Alignment.SCHEMES])
def test_elements_alone_are_molecules_where_the_element_is(way: Alignment) -> None:
    found = coefficients("LiClO4", "Cl", way)
    assert found == pytest.approx({"Li": 1, "Cl2": 0.5, "O2": 2})


def test_an_unknown_valence_is_refused() -> None:
    with pytest.raises(InputError, match="valence of M unknown"):
        coefficients("LiAlO3", "Al", Alignment.OXIDES)
