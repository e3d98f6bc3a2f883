from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure
from standins.crystals import crystal_of

from analysis.base.errors import InputError
from analysis.structures.arrangements.annealing import Annealing
from analysis.structures.compensation import compound_composition
from analysis.structures.dopants import Compound, Dopant
from analysis.structures.doping import dope
from analysis.structures.host import Host, builtin_host, host_from_cif
from analysis.structures.ordering import Arrangement, arrange_host

LATP = Path(__file__).parents[2] / "data" / "latp.cif"
QUICK = Annealing(moves_per_site=600, restarts=5)


@pytest.fixture(scope="module")
def llzo() -> Host:
    return builtin_host()


@pytest.fixture(scope="module")
def relaxed(llzo: Host) -> Structure:
    """An arrangement as an engine leaves it: atoms some 0.05 A off their places, no charges."""
    structure = arrange_host(llzo, number=1, seed=0, annealing=QUICK)[0].structure
    structure.remove_oxidation_states()
    return _shaken(structure)


def _shaken(structure: Structure) -> Structure:
    moves = np.random.default_rng(0).normal(scale=0.03, size=(len(structure), 3))
    return Structure(
        structure.lattice,
        structure.species,
        structure.cart_coords + moves,
        coords_are_cartesian=True,
        site_properties={"magmom": [0.0] * len(structure)},
    )


def compound(
    element: str, valence: int, site: str, x: float = 0.25, compensation: str = "lithium"
) -> Compound:
    dopant = Dopant(element=element, valence=valence, site=site, concentration=x)
    return Compound.model_validate({"dopants": (dopant,), "compensation": compensation})


def dopant_places(arrangements: list[Arrangement], element: str) -> np.ndarray:
    return np.array(
        [
            site.frac_coords
            for arrangement in arrangements
            for site in arrangement.structure
            if site.specie.symbol == element
        ]
    )


@pytest.mark.parametrize(
    ("element", "valence", "site", "x"),
    [
        ("Na", 1, "Li", 0.25),
        ("Mg", 2, "Li", 0.5),
        ("Al", 3, "Li", 0.25),
        ("Ge", 4, "Li", 0.25),
        ("W", 6, "Li", 0.25),
        ("Ca", 2, "La", 0.25),
        ("Gd", 3, "La", 0.25),
        ("Ce", 4, "La", 0.5),
        ("Nb", 5, "Zr", 0.25),
        ("Te", 6, "Zr", 0.5),
        ("Hf", 4, "Zr", 0.75),
        ("Y", 3, "Zr", 0.5),
        ("Mg", 2, "Zr", 0.25),
        ("Li", 1, "Zr", 0.25),
        ("La", 3, "Zr", 0.25),
        ("Zr", 4, "Li", 0.25),
        ("Mn", 7, "Zr", 0.25),
    ],
)
def test_compensated_compound_is_neutral_and_has_its_composition(
    llzo: Host, relaxed: Structure, element: str, valence: int, site: str, x: float
) -> None:
    wanted = compound(element, valence, site, x)
    for arrangement in dope(llzo, relaxed, wanted, choices=2, seed=0):
        assert arrangement.structure.charge == 0
        amounts = arrangement.structure.composition.element_composition / llzo.formula_units
        assert amounts.almost_equals(compound_composition(llzo, wanted))


def test_two_dopants_are_balanced_together(llzo: Host, relaxed: Structure) -> None:
    """Ta5+ on Zr would remove one Li, Y3+ on Zr would add one: nothing changes."""
    dopants = (
        Dopant(element="Ta", valence=5, site="Zr", concentration=0.25),
        Dopant(element="Y", valence=3, site="Zr", concentration=0.25),
    )
    found = dope(llzo, relaxed, Compound(dopants=dopants), choices=2, seed=0)
    assert {each.structure.composition["Li+"] for each in found} == {28}
    assert found[0].structure.charge == 0


def test_uncompensated_compound_keeps_its_lithium_and_says_its_charge(
    llzo: Host, relaxed: Structure
) -> None:
    wanted = compound("Al", 3, "Li", compensation="none")
    found = dope(llzo, relaxed, wanted, choices=1, seed=0)[0]
    assert found.structure.formula == "Li27 La12 Zr8 Al1 O48"
    assert found.notes == ("uncompensated: the formal charges add up to +0.5 per formula unit",)


def test_result_carries_charges_and_no_other_property(llzo: Host, relaxed: Structure) -> None:
    found = dope(llzo, relaxed, compound("Al", 3, "Li"), choices=1, seed=0)[0].structure
    assert found.site_properties == {}
    assert {str(species) for species in found.composition} == {"Li+", "La3+", "Zr4+", "Al3+", "O2-"}


def test_undoped_compound_is_the_relaxed_host(llzo: Host, relaxed: Structure) -> None:
    found = dope(llzo, relaxed, Compound(dopants=()), choices=3, seed=0)
    assert len(found) == 1
    assert np.allclose(found[0].structure.frac_coords, relaxed.frac_coords)


def test_energy_is_that_of_pymatgens_summation(llzo: Host, relaxed: Structure) -> None:
    for found in dope(llzo, relaxed, compound("Nb", 5, "Zr"), choices=3, seed=0):
        full = EwaldSummation(found.structure).total_energy
        assert found.energy == pytest.approx(full, abs=1e-6)


def test_choice_is_the_best_of_all_sites_and_vacancies(llzo: Host, relaxed: Structure) -> None:
    """Nb5+ on each of 8 Zr with each of 28 Li removed: 224 energies of pymatgen agree.

    With the charges fixed but for two sites, all follow from the interactions of one summation.
    """
    charged = relaxed.copy()
    charged.add_oxidation_state_by_element({"Li": 1, "La": 3, "Zr": 4, "O": -2})
    zirconium = [i for i, site in enumerate(charged) if site.specie.symbol == "Zr"]
    lithium = [i for i, site in enumerate(charged) if site.specie.symbol == "Li"]
    charges = np.array([site.specie.oxi_state for site in charged])
    unit = EwaldSummation(charged).total_energy_matrix / np.outer(charges, charges)
    energies = {}
    for zr, li in product(zirconium, lithium):
        doped = charges.copy()
        doped[zr], doped[li] = 5, 0
        energies[zr, li] = doped @ unit @ doped
    last = charged.copy()
    last[zr] = "Nb5+"
    last.remove_sites([li])
    assert energies[zr, li] == pytest.approx(EwaldSummation(last).total_energy, abs=1e-6)
    best = sorted(min(energies[zr, li] for li in lithium) for zr in zirconium)
    found = dope(llzo, relaxed, compound("Nb", 5, "Zr"), choices=3, seed=0)
    assert [each.energy for each in found] == pytest.approx(best[:3], abs=1e-6)


def test_choices_differ_in_the_substituted_site(llzo: Host, relaxed: Structure) -> None:
    found = dope(llzo, relaxed, compound("Al", 3, "Li"), choices=4, seed=0)
    places = dopant_places(found, "Al")
    assert len(found) == 4
    for a, b in combinations(places, 2):
        assert np.abs(a - b).max() > 0.01


def test_dopant_of_the_same_charge_still_gets_different_sites(
    llzo: Host, relaxed: Structure
) -> None:
    found = dope(llzo, relaxed, compound("Gd", 3, "La"), choices=3, seed=0)
    assert len(np.unique(dopant_places(found, "Gd").round(3), axis=0)) == 3


def test_other_vacancies_follow_where_sites_are_fewer_than_choices(
    llzo: Host, relaxed: Structure
) -> None:
    found = dope(llzo, relaxed, compound("Nb", 5, "Zr"), choices=11, seed=0)
    places = dopant_places(found, "Nb").round(3)
    assert len(found) == 11
    assert len(np.unique(places[:8], axis=0)) == 8


def test_fewer_come_back_where_there_are_fewer(llzo: Host, relaxed: Structure) -> None:
    """Eight Zr, no vacancy to place: eight choices."""
    assert len(dope(llzo, relaxed, compound("Hf", 4, "Zr"), choices=20, seed=0)) == 8


def test_sites_that_symmetry_maps_onto_each_other_count_once() -> None:
    """All four cations of rock salt are one site."""
    lattice, origin = Lattice.cubic(5.1), [[0, 0, 0], [0.5] * 3]
    halite = crystal_of("Fm-3m", lattice, ["Li+", "Cl-"], origin)
    found = dope(Host("LiCl", halite, 4), halite, compound("Na", 1, "Li"), choices=4, seed=0)
    assert len(found) == 1


def test_added_lithium_sits_on_a_free_site_and_is_noted(llzo: Host, relaxed: Structure) -> None:
    found = dope(llzo, relaxed, compound("Y", 3, "Zr"), choices=1, seed=0)[0]
    lithium = np.array([s.frac_coords for s in found.structure if s.specie.symbol == "Li"])
    before = np.array([s.frac_coords for s in relaxed if s.specie.symbol == "Li"])
    lattice = relaxed.lattice
    added = lithium[lattice.get_all_distances(lithium, before).min(axis=1) > 1e-6]
    assert len(added) == 1
    assert lattice.get_all_distances(added, before).min() >= 1.2
    sites = llzo.structure.frac_coords[list(llzo.mobile_sites)]
    assert lattice.get_all_distances(added, sites).min() < 1e-6
    assert found.notes[0].startswith("1 Li added on free crystallographic sites")


def test_same_seed_gives_the_same_structures(llzo: Host, relaxed: Structure) -> None:
    wanted = compound("W", 6, "Li", 0.5)
    first, second = (dope(llzo, relaxed, wanted, choices=3, seed=7) for _ in range(2))
    assert [each.structure for each in first] == [each.structure for each in second]


def test_annealed_vacancies_are_as_good_as_a_much_longer_search(
    llzo: Host, relaxed: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W6+ on Li leaves 27 over 5 vacancies: 80,730 distributions, too many to enumerate."""
    wanted = compound("W", 6, "Li")
    quick = dope(llzo, relaxed, wanted, choices=1, seed=0)[0].energy
    monkeypatch.setattr(
        "analysis.structures.doping.VACANCIES", Annealing(moves_per_site=600, restarts=6)
    )
    longer = dope(llzo, relaxed, wanted, choices=1, seed=3)[0].energy
    assert quick == pytest.approx(longer, abs=1e-3)


def test_charges_on_the_relaxed_host_are_accepted(llzo: Host, relaxed: Structure) -> None:
    charged = relaxed.copy()
    charged.add_oxidation_state_by_element({"Li": 1, "La": 3, "Zr": 4, "O": -2})
    bare, given = (
        dope(llzo, structure, compound("Al", 3, "Li"), choices=1, seed=0)[0].energy
        for structure in (relaxed, charged)
    )
    assert bare == pytest.approx(given, abs=1e-9)


def test_another_crystal_in_place_of_the_host_is_refused(llzo: Host, relaxed: Structure) -> None:
    smaller = relaxed.copy()
    smaller.remove_sites([0])
    with pytest.raises(InputError, match="relax an arrangement of this cell"):
        dope(llzo, smaller, compound("Al", 3, "Li"), choices=1, seed=0)


def test_wrong_charges_on_the_relaxed_host_are_refused(llzo: Host, relaxed: Structure) -> None:
    wrong = relaxed.copy()
    wrong.add_oxidation_state_by_element({"Li": 1, "La": 3, "Zr": 3, "O": -2})
    with pytest.raises(InputError, match=r"has Zr3\+.*give its structure with these"):
        dope(llzo, wrong, compound("Al", 3, "Li"), choices=1, seed=0)


def test_too_few_lithium_are_refused(llzo: Host, relaxed: Structure) -> None:
    with pytest.raises(InputError, match="too few Li to compensate"):
        dope(llzo, relaxed, compound("W", 6, "Li", 1.25), choices=1, seed=0)


def test_too_few_free_sites_are_refused(llzo: Host, relaxed: Structure) -> None:
    """30 Li more for 32 free sites, several of them within 1.2 A of a lithium."""
    wanted = Compound(
        dopants=(
            Dopant(element="Li", valence=1, site="La", concentration=3),
            Dopant(element="Y", valence=3, site="Zr", concentration=1.5),
        )
    )
    with pytest.raises(InputError, match=r"30 Li must be added, and \d+ free sites"):
        dope(llzo, relaxed, wanted, choices=1, seed=0)


def test_nasicon_is_arranged_and_doped_from_its_cif() -> None:
    host = host_from_cif(LATP)
    relaxed = _shaken(arrange_host(host, number=1, seed=0, annealing=QUICK)[0].structure)
    zr, mg = compound("Zr", 4, "Ti", 0.5), compound("Mg", 2, "Ti", 0.5)
    same = dope(host, relaxed, zr, choices=2, seed=0)[0].structure
    more = dope(host, relaxed, mg, choices=2, seed=0)[0].structure
    assert same.formula == "Li3 Zr1 Ti2 Al1 P6 O24"
    assert more.formula == "Li5 Mg1 Ti2 Al1 P6 O24"
    assert same.charge == more.charge == 0


def test_conventional_cell_holds_half_the_concentration() -> None:
    host = builtin_host(cell="conventional")
    relaxed = _shaken(arrange_host(host, number=1, seed=0, annealing=QUICK)[0].structure)
    found = dope(host, relaxed, compound("Al", 3, "Li", 0.125), choices=2, seed=0)
    assert found[0].structure.formula == "Li53 La24 Zr16 Al1 O96"
