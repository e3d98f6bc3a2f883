import numpy as np
import pytest
from pymatgen.core import Lattice, Species, Structure
from standins.crystals import crystal_of

from analysis.base.errors import InputError
from analysis.motion import migration as module
from analysis.motion.migration import Migration, diffusivity, jump_distance, migration
from analysis.structures.host import Host, builtin_host

LITHIA_EDGE = 4.6


def lithia(*cations: str) -> Structure:
    """Li2O in its conventional cell, the first lithium ions replaced."""
    crystal = crystal_of(
        "Fm-3m", Lattice.cubic(LITHIA_EDGE), ["Li+", "O2-"], [[0.25, 0.25, 0.25], [0, 0, 0]]
    )
    for site, cation in enumerate(cations):
        crystal.replace(site, cation)
    return crystal


@pytest.fixture(scope="module")
def moved() -> Migration:
    return migration(lithia(), jump_distance=2.3)


def test_diffusivity_by_hand() -> None:
    """kB T is 0.0258520 eV at 300 K: 1e13 (1.6e-8 cm)^2 exp(-11.6045) = 2.56e-3 9.125e-6."""
    assert diffusivity(0.3, jump_distance=1.6) == pytest.approx(2.336e-8, rel=1e-3)


def test_diffusivity_without_a_barrier_is_in_square_centimetres() -> None:
    assert diffusivity(0.0, jump_distance=1.0) == pytest.approx(1e13 * 1e-16)


def test_diffusivity_at_another_temperature() -> None:
    """At 600 K the exponent of 300 K is halved."""
    at_300, at_600 = (diffusivity(0.3, jump_distance=1.0, temperature=t) for t in (300, 600))
    assert at_600 / 1e-3 == pytest.approx((at_300 / 1e-3) ** 0.5)


@pytest.mark.parametrize("cell", ["primitive", "conventional"])
def test_jump_of_llzo_is_24d_to_96h(cell: str) -> None:
    """From 24d (0, 1/4, 7/8) to 96h (0.0671, 0.1504, 0.8333) of the CIF, a = 12.9682 Å."""
    edges = np.array([0.0671, 0.1504 - 0.25, 0.8333 - 0.875])
    assert jump_distance(builtin_host(cell=cell)) == pytest.approx(
        12.9682 * np.linalg.norm(edges), abs=1e-3
    )


def test_jump_between_equivalent_sites_where_there_are_no_others() -> None:
    """The lithium of Li2O is a simple cubic lattice of half the edge."""
    host = Host("Li2O", lithia(), formula_units=4)
    assert jump_distance(host) == pytest.approx(LITHIA_EDGE / 2)


def test_jump_to_the_image_of_the_only_site() -> None:
    crystal = Structure(Lattice.cubic(3.0), ["Li+", "Cl-"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert jump_distance(Host("LiCl", crystal, formula_units=1)) == pytest.approx(3.0)


def test_jump_is_not_between_the_halves_of_a_split_site() -> None:
    """Pairs 0.8 Å apart, at the centre of the edges of a cell of 6 Å: 5.2 Å to the next."""
    crystal = crystal_of(
        "Pmmm",
        Lattice.orthorhombic(6.0, 7.0, 7.5),
        [{"Li+": 0.5}, "F-"],
        [[0.4 / 6, 0, 0], [0.5, 0.5, 0.5]],
    )
    assert jump_distance(Host("LiF", crystal, formula_units=1)) == pytest.approx(5.2)


def test_jump_that_is_nowhere_is_refused() -> None:
    crystal = Structure(Lattice.cubic(9.0), ["Li+", "Cl-"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    with pytest.raises(InputError, match="LiCl: no two Li sites are 1 to 8 angstrom apart"):
        jump_distance(Host("LiCl", crystal, formula_units=1))


def test_more_directions_never_cost_less(moved: Migration) -> None:
    assert moved.barrier_1d is not None
    assert moved.barrier_2d is not None
    assert moved.barrier_3d is not None
    assert 0 < moved.barrier_1d <= moved.barrier_2d <= moved.barrier_3d


def test_diffusivity_comes_from_the_barrier_in_3d(moved: Migration) -> None:
    assert moved.barrier_3d is not None
    assert moved.diffusivity == diffusivity(moved.barrier_3d, jump_distance=2.3)
    assert (moved.attempt_frequency, moved.temperature) == (1e13, 300.0)


def test_barrier_does_not_know_where_the_mobile_ions_sit(moved: Migration) -> None:
    """They are left out of the map: half the lithium gone, the rest displaced."""
    crystal = lithia()
    crystal.remove_sites([0, 3, 5, 6])
    crystal.translate_sites(crystal.indices_from_symbol("Li"), [0.05, -0.02, 0.1])
    assert migration(crystal, jump_distance=2.3) == moved


def test_missing_parameters_are_null_and_name_the_ion() -> None:
    result = migration(lithia("Pm3+"), jump_distance=2.3)
    assert (result.barrier_1d, result.barrier_2d, result.barrier_3d) == (None, None, None)
    assert result.diffusivity is None
    assert result.notes == (
        "migration barriers and diffusivity are null: Pm3+ has no bond-valence parameters",
    )


def test_a_plane_has_no_barrier_in_3d(monkeypatch: pytest.MonkeyPatch) -> None:
    energies = np.full((8, 8, 8), 20.0)
    energies[:, :, 4] = 0.4
    energies[4, 4, 4] = 0.0
    monkeypatch.setattr(module, "site_energies", lambda *_: energies)
    result = migration(lithia(), jump_distance=2.3)
    assert result.barrier_2d == pytest.approx(0.4, abs=1e-3)
    assert result.barrier_3d is None
    assert result.diffusivity is None
    assert result.notes == (
        "migration barrier in 3D is null: Li has no endless path in 3 directions below 10 eV",
        "diffusivity is null: it needs the barrier in 3D",
    )


def test_disorder_is_refused() -> None:
    host = builtin_host()
    with pytest.raises(InputError, match="arrange the ions first"):
        migration(host.structure, jump_distance=1.6)


def test_missing_charges_are_refused() -> None:
    bare = lithia().remove_oxidation_states()
    with pytest.raises(InputError, match="no oxidation state on Li, O"):
        migration(bare, jump_distance=2.3)


def test_a_crystal_without_the_mobile_ion_is_refused() -> None:
    with pytest.raises(InputError, match="one kind of Na ion must move; it has none"):
        migration(lithia(), jump_distance=2.3, mobile="Na")


def test_two_charges_of_the_mobile_ion_are_refused() -> None:
    mixed = lithia()
    mixed.replace(0, Species("Li", 2))
    with pytest.raises(InputError, match=r"one kind of Li ion must move; it has .*Li2\+"):
        migration(mixed, jump_distance=2.3)
