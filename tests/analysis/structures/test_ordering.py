from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from analysis.structures.arrangements.annealing import Annealing
from analysis.structures.host import Host, builtin_host, host_from_cif
from analysis.structures.ordering import Arrangement, arrange_host

LATP = Path(__file__).parents[2] / "data" / "latp.cif"
QUICK = Annealing(moves_per_site=600, restarts=20)


@pytest.fixture(scope="module")
def llzo() -> Host:
    return builtin_host()


@pytest.fixture(scope="module")
def arrangements(llzo: Host) -> list[Arrangement]:
    return arrange_host(llzo, number=4, seed=0, annealing=QUICK)


def nearest_lithium(structure: Structure) -> float:
    lithium = [i for i, site in enumerate(structure) if site.specie.symbol == "Li"]
    distances = structure.distance_matrix[np.ix_(lithium, lithium)]
    return float(distances[np.triu_indices(len(lithium), 1)].min())


def test_arrangement_holds_the_whole_composition(arrangements: list[Arrangement]) -> None:
    for arrangement in arrangements:
        assert arrangement.structure.formula == "Li28 La12 Zr8 O48"
        assert arrangement.structure.is_ordered


def test_arrangement_is_neutral_and_carries_nothing_but_charges(
    arrangements: list[Arrangement],
) -> None:
    for arrangement in arrangements:
        assert arrangement.structure.charge == 0
        assert arrangement.structure.site_properties == {}


def test_no_two_neighbouring_lithium_sites_are_filled(arrangements: list[Arrangement]) -> None:
    """24d-96h is 1.6 A and the split 96h pair 0.8 A; the next distance is 2.35 A."""
    for arrangement in arrangements:
        assert nearest_lithium(arrangement.structure) > 2.3


def test_energy_is_that_of_pymatgens_summation(arrangements: list[Arrangement]) -> None:
    for arrangement in arrangements:
        full = EwaldSummation(arrangement.structure).total_energy
        assert arrangement.energy == pytest.approx(full, abs=1e-6)


def test_arrangements_are_sorted_and_differ_in_energy(arrangements: list[Arrangement]) -> None:
    assert len(arrangements) == 4
    assert np.diff([each.energy for each in arrangements]).min() > 1e-3


def test_same_seed_gives_the_same_structures(llzo: Host, arrangements: list[Arrangement]) -> None:
    again = arrange_host(llzo, number=4, seed=0, annealing=QUICK)
    assert [each.structure for each in again] == [each.structure for each in arrangements]
    assert [each.energy for each in again] == [each.energy for each in arrangements]


def test_defaults_reach_the_lowest_energy_known_for_the_primitive_cell(llzo: Host) -> None:
    """-2445.532 eV: the lowest of more than 10,000 anneals of up to 3,000 moves per site."""
    assert arrange_host(llzo, number=1, seed=1)[0].energy == pytest.approx(-2445.532, abs=1e-3)


def test_conventional_cell_is_arranged_too() -> None:
    host = builtin_host(cell="conventional")
    found = arrange_host(host, number=2, seed=0, annealing=QUICK)
    assert len(found[0].structure) == 192
    assert nearest_lithium(found[0].structure) > 2.3


def test_impossible_distance_is_refused(llzo: Host) -> None:
    with pytest.raises(InputError, match="keeps its ions 4 angstrom apart: lower minimum_distance"):
        arrange_host(llzo, number=1, seed=0, minimum_distance=4, annealing=QUICK)


def test_ordered_host_has_one_arrangement() -> None:
    structure = Structure(Lattice.cubic(4), ["Li+", "F-"], [[0, 0, 0], [0.5] * 3])
    found = arrange_host(Host("LiF", structure, 1), number=5, seed=0)
    assert [each.structure for each in found] == [structure]


def test_lowest_arrangement_is_that_of_alternating_charges() -> None:
    """Two Li on four sites of a ring through O: opposite sites are the farthest apart."""
    ring = [[0.25, 0.25, 0.5], [0.75, 0.25, 0.5], [0.75, 0.75, 0.5], [0.25, 0.75, 0.5]]
    structure = Structure(
        Lattice.tetragonal(6, 20), [{"Li+": 0.5}] * 4 + ["O2-"], [*ring, [0.5, 0.5, 0.5]]
    )
    lowest = arrange_host(Host("ring", structure, 1), number=1, seed=0)[0].structure
    assert lowest.get_distance(0, 1) == pytest.approx(3 * np.sqrt(2))


def test_nasicon_mixed_sites_and_split_lithium_are_ordered_together() -> None:
    found = arrange_host(host_from_cif(LATP), number=2, seed=0, annealing=QUICK)
    assert found[0].structure.formula == "Li3 Ti3 Al1 P6 O24"
    assert nearest_lithium(found[0].structure) > 2
    assert "3 Li+ instead of 2.6" in found[0].notes[0]


def test_site_never_holds_an_ion_it_does_not_list(llzo: Host) -> None:
    """Al is allowed on the first twelve of the 60 Li sites, Li on all."""
    structure = llzo.structure.copy()
    lithium = list(llzo.mobile_sites)
    for site in lithium:
        structure[site] = {"Li+": 25 / 60}
    for site in lithium[:12]:
        structure[site] = {"Li+": 25 / 60, "Al3+": 1 / 12}
    host = replace(llzo, structure=structure)
    lowest = arrange_host(host, number=1, seed=0, annealing=QUICK)[0].structure
    aluminium = next(site for site in lowest if site.specie.symbol == "Al")
    places = structure.lattice.get_all_distances(
        aluminium.frac_coords, structure.frac_coords[lithium[:12]]
    )
    assert places.min() < 1e-6
