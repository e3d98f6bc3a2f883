import itertools

import numpy as np
import pytest
from bvlain import Lain
from bvlain.potentials import BVSEPotential
from pymatgen.core import Lattice, Species, Structure
from standins.crystals import crystal_of

from analysis.motion.bond_valence import CUTOFF, missing_parameters, site_energies
from analysis.motion.percolation import percolation_energies

LITHIUM = Species("Li", 1)


def lithia() -> Structure:
    return crystal_of(
        "Fm-3m", Lattice.cubic(4.6), ["Li+", "O2-"], [[0.25, 0.25, 0.25], [0, 0, 0]]
    ).get_primitive_structure()


def layered_cobaltate() -> Structure:
    """LiCoO2: lithium moves within its layers, and not from one to the next."""
    return crystal_of(
        "R-3m",
        Lattice.hexagonal(2.816, 14.05),
        ["Li+", "Co3+", "O2-"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]],
    ).get_primitive_structure()


@pytest.mark.parametrize("crystal", [lithia(), layered_cobaltate()], ids=["Li2O", "LiCoO2"])
def test_barriers_are_those_of_bvlain_on_a_fine_grid(crystal: Structure) -> None:
    """To 0.02 eV, of which 0.01 is the step of bvlain's own search."""
    found = percolation_energies(site_energies(crystal, LITHIUM), ceiling=10.0)
    lain = Lain(verbose=False)
    lain.read_structure(crystal, oxi_check=False)
    with np.errstate(all="ignore"):  # a grid point on an ion has an infinite energy
        lain.bvse_distribution(mobile_ion="Li1+", resolution=0.08, r_cut=10.0, k=200)
    assert found == pytest.approx(tuple(lain.percolation_barriers().values()), abs=0.02)


def test_map_is_periodic_and_measured_from_its_minimum() -> None:
    energies = site_energies(lithia(), LITHIUM)
    assert energies.min() == 0
    # The cell is a rhombohedron and Li2O symmetric under exchange of its edges.
    assert energies == pytest.approx(energies.transpose(1, 0, 2), abs=1e-6)
    assert energies == pytest.approx(energies.transpose(2, 1, 0), abs=1e-6)


def test_map_is_the_sum_over_ions_within_the_cutoff() -> None:
    """Point by point, in an oblique cell that the cutoff reaches across more than once."""
    crystal = Structure(
        Lattice.from_parameters(3.9, 4.6, 7.3, 75, 100, 115),
        ["Li+", "Zr4+", "O2-", "O2-"],
        [[0.1, 0.2, 0.3], [0.6, 0.5, 0.9], [0.9, 0.55, 0.6], [0.3, 0.8, 0.75]],
    )
    energies = site_energies(crystal, LITHIUM)
    found, expected = [], []
    for point in itertools.product((0, 6, 14), (2, 10, 20), (0, 16, 40)):
        place = np.array(point) / energies.shape
        centre = crystal.lattice.get_cartesian_coords(place)
        ions = [near for near in crystal.get_sites_in_sphere(centre, CUTOFF) if near.specie.Z != 3]
        found.append(energies[point])
        expected.append(sum(pair_energy(near.specie, near.nn_distance) for near in ions))
    low = np.argsort(expected)[:9]  # the others may be cut
    # `bvlain` rounds e²/(4 pi eps0) to 14.4 eV Å.
    relative = np.array(expected)[low] - np.array(expected)[low[0]]
    assert np.array(found)[low] - found[low[0]] == pytest.approx(relative, abs=1e-4)
    assert relative.max() > 0.5


def pair_energy(ion: Species, distance: float) -> float:
    """Write the two energies of Adams and Prasada Rao out, with bvlain's own functions."""
    lain = Lain(verbose=False)
    lain.read_structure(
        Structure(Lattice.cubic(9), ["Li+", ion], [[0] * 3, [0.5] * 3]), oxi_check=False
    )
    lain._get_params("Li1+")
    value = {name: lain.atoms.get_array(name)[0] for name in ("r_min", "d0", "alpha", "r_c", "n")}
    if ion.oxi_state < 0:
        return float(BVSEPotential.Morse(distance, value["r_min"], value["d0"], value["alpha"]))
    charges, radii = (1, ion.oxi_state), (lain.rc_mi, value["r_c"])
    return float(BVSEPotential.Coulomb(distance, *charges, *radii, lain.n_mi, value["n"]))


def test_every_ion_of_doped_llzo_has_parameters() -> None:
    ions = [Species("Li", 1), Species("La", 3), Species("Zr", 4), Species("O", -2)]
    assert missing_parameters([*ions, Species("W", 6), Species("U", 6)], LITHIUM) == ()


@pytest.mark.parametrize("ion", [Species("Pm", 3), Species("Ac", 3), Species("Pa", 5)])
def test_elements_without_parameters_are_named(ion: Species) -> None:
    assert missing_parameters([Species("O", -2), ion], LITHIUM) == (
        f"{ion} has no bond-valence parameters",
    )


def test_anions_need_parameters_with_the_mobile_ion() -> None:
    assert missing_parameters([Species("P", -3), Species("P", 5)], LITHIUM) == (
        "P3- has no bond-valence parameters with Li+",
    )


def test_a_charge_of_the_mobile_ion_that_has_no_parameters_is_named() -> None:
    assert missing_parameters([Species("O", -2)], Species("Li", 2)) == (
        "Li2+ has no bond-valence parameters",
    )


def test_other_ions_than_lithium_may_move() -> None:
    assert missing_parameters([Species("Zr", 4), Species("O", -2)], Species("Na", 1)) == ()
    assert missing_parameters([Species("La", 3), Species("O", -2)], Species("F", -1)) == ()
