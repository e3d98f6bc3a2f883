import numpy as np
import pytest
from bvlain import Lain
from pymatgen.core import Lattice, Species, Structure
from standins.crystals import crystal_of

from analysis.motion.bond_valence import missing_parameters, site_energies
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
