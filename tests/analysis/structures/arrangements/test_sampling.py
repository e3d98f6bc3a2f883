import numpy as np
import pytest
from pymatgen.core import Lattice, Species

from analysis.structures.arrangements.annealing import Annealing, Walker, anneal, random_codes
from analysis.structures.arrangements.ewald import close_pairs, ewald_matrix
from analysis.structures.arrangements.occupation import (
    OccupationProblem,
    Sites,
    Sublattice,
    count_distributions,
)
from analysis.structures.arrangements.sampling import enumerate_distributions, lowest
from analysis.structures.host import builtin_host
from analysis.structures.ordering import host_problem

LI, MG, AL, OXIDE = (Species(*ion) for ion in (("Li", 1), ("Mg", 2), ("Al", 3), ("O", -2)))


def penalised(problem: OccupationProblem, walker: Walker) -> float:
    charges = np.array(walker.charges)
    return float(2 * problem.field @ charges + charges @ problem.couplings @ charges)


def small_problem(*, distance: float = 0.0) -> OccupationProblem:
    """Twelve cation sites at random places, 1 Al, 2 Mg, 2 Li on them; four fixed O, one more Li."""
    rng = np.random.default_rng(5)
    lattice = Lattice.from_parameters(8, 9, 10, 85, 95, 100)
    coords = rng.random((17, 3))
    sites = Sites(
        lattice=lattice,
        frac_coords=coords,
        energies=ewald_matrix(lattice, coords),
        clashes=close_pairs(lattice, coords, distance),
    )
    occupants = (AL, MG, MG, LI, LI, *[None] * 7)
    fixed = (*[None] * 12, OXIDE, OXIDE, OXIDE, OXIDE, LI)
    return OccupationProblem(sites, fixed, (Sublattice(tuple(range(12)), occupants),))


@pytest.fixture(scope="module")
def garnet() -> OccupationProblem:
    return host_problem(builtin_host())


def test_number_of_distributions_is_the_multinomial() -> None:
    """12! / (1! 2! 2! 7!) = 23760."""
    assert count_distributions(small_problem().sublattices[0].occupants) == 23760


def test_enumeration_yields_every_distribution_once() -> None:
    problem = small_problem()
    found = {tuple(codes) for codes in enumerate_distributions(problem)}
    assert len(found) == 23760


def test_enumeration_keeps_to_what_a_site_accepts() -> None:
    """One Mg and two Li on three sites, of which Mg is allowed on the first two only."""
    either, only = frozenset({LI, MG}), frozenset({LI})
    sub = Sublattice((0, 1, 2), (MG, LI, LI), (either, either, only))
    problem = OccupationProblem(small_problem().sites, small_problem().fixed, (sub,))
    assert len(list(enumerate_distributions(problem))) == 2


def test_annealing_finds_the_minimum_of_the_exhaustive_search() -> None:
    problem = small_problem()
    charges = problem.palette_charges[np.array(list(enumerate_distributions(problem)))]
    energies = 2 * charges @ problem.field + ((charges @ problem.couplings) * charges).sum(axis=1)
    solution = lowest(problem, number=1, rng=np.random.default_rng(0))[0]
    full = np.array([0.0 if ion is None else float(ion.oxi_state) for ion in solution.occupants])
    active = full[problem.active]
    reached = 2 * problem.field @ active + active @ problem.couplings @ active
    assert reached == pytest.approx(energies.min(), abs=1e-6)


def test_exhaustive_results_are_sorted_and_differ() -> None:
    sub = Sublattice(tuple(range(12)), (MG, LI, *[None] * 10))
    problem = OccupationProblem(small_problem().sites, small_problem().fixed, (sub,))
    found = lowest(problem, number=200, rng=np.random.default_rng(0))
    gaps = np.diff([solution.energy for solution in found])
    assert len(found) > 100
    assert gaps.min() > 1e-3


def test_energy_change_of_a_swap_is_that_of_full_recomputation(garnet: OccupationProblem) -> None:
    rng = np.random.default_rng(2)
    walker = Walker(garnet, random_codes(garnet, rng))
    for i, j in rng.integers(60, size=(300, 2)).tolist():
        before, predicted = penalised(garnet, walker), walker.change(i, j)
        walker.swap(i, j)
        assert penalised(garnet, walker) - before == pytest.approx(predicted, abs=1e-6)


def test_potential_stays_exact_over_an_annealing_sweep(garnet: OccupationProblem) -> None:
    rng = np.random.default_rng(3)
    walker = Walker(garnet, random_codes(garnet, rng))
    pairs = [tuple(pair) for pair in rng.integers(60, size=(20000, 2)).tolist()]
    walker.sweep(pairs, (5 * rng.exponential(size=len(pairs))).tolist())
    recomputed = garnet.field + garnet.couplings @ np.array(walker.charges)
    assert np.abs(walker.potential - recomputed).max() < 1e-6


def test_sweep_accepts_exactly_the_swaps_below_the_limit(garnet: OccupationProblem) -> None:
    rng = np.random.default_rng(4)
    walker = Walker(garnet, random_codes(garnet, rng))
    for i, j in rng.integers(60, size=(100, 2)).tolist():
        change, codes = walker.change(i, j), list(walker.codes)
        walker.sweep([(i, j)], [0.0])
        assert (walker.codes != codes) == (change < 0)


def test_annealing_ends_in_a_local_minimum(garnet: OccupationProblem) -> None:
    codes = anneal(garnet, Annealing(moves_per_site=100), np.random.default_rng(0))
    walker = Walker(garnet, codes)
    assert min(walker.change(i, j) for i in range(60) for j in range(60)) > -1e-6


def test_annealing_keeps_the_number_of_each_ion(garnet: OccupationProblem) -> None:
    codes = anneal(garnet, Annealing(moves_per_site=100), np.random.default_rng(0))
    assert [garnet.palette[code] for code in codes].count(LI) == 28


def test_ions_that_clash_in_every_distribution_give_no_solution() -> None:
    problem = small_problem(distance=20.0)
    annealing = Annealing(moves_per_site=10, restarts=2)
    assert lowest(problem, number=1, rng=np.random.default_rng(0), annealing=annealing) == []


def test_occupants_without_a_site_that_accepts_them_are_refused() -> None:
    sub = Sublattice((0, 1), (MG, MG), (frozenset({MG}), frozenset({None})))
    problem = OccupationProblem(small_problem().sites, small_problem().fixed, (sub,))
    with pytest.raises(ValueError, match="cannot all be placed"):
        random_codes(problem, np.random.default_rng(0))
