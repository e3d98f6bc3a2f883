"""LiMn2O4: one Mn3+ and one Mn4+ per formula unit."""

from pathlib import Path

import pytest
from pymatgen.core import Species, Structure

from analysis.base.errors import InputError
from analysis.structures.dopants import Compound, Dopant
from analysis.structures.host import Host, builtin_host, host_from_cif
from analysis.structures.ions import (
    displaced_valences,
    ion_counts,
    ions_in_order,
    mean_valences,
    mixed_elements,
)
from analysis.structures.ordering import arrange_host

SPINEL = Path(__file__).parents[2] / "data" / "hosts" / "mixed_valence_host" / "host.cif"
ALUMINIUM = Dopant(element="Al", valence=3, site="Mn3+", concentration=0.5)


@pytest.fixture(scope="module")
def spinel() -> Host:
    return host_from_cif(SPINEL)


def test_the_spinel_has_manganese_in_two_valences(spinel: Host) -> None:
    assert mixed_elements(spinel) == {"Mn"}
    assert mixed_elements(builtin_host()) == set()


def test_a_dopant_takes_the_place_of_its_ion(spinel: Host) -> None:
    counts = ion_counts(spinel, Compound(dopants=(ALUMINIUM,)))
    assert {str(ion): count for ion, count in counts.items()} == {
        "Li+": 2,
        "Mn3+": 1,
        "Mn4+": 2,
        "Al3+": 1,
        "O2-": 8,
    }


def test_the_mean_valence_rises_as_the_lower_one_is_displaced(spinel: Host) -> None:
    assert mean_valences(spinel, Compound(dopants=())) == {"Mn": 3.5}
    # One Mn3+ and two Mn4+ are left.
    doped = Compound(dopants=(ALUMINIUM,))
    assert mean_valences(spinel, doped)["Mn"] == pytest.approx(11 / 3)
    assert displaced_valences(spinel, doped) == {"Mn": 3.0}


def test_charges_come_back_in_the_order_of_the_arrangement(spinel: Host) -> None:
    arranged = arrange_host(spinel, number=1, seed=0)[0].structure
    bare = Structure(
        arranged.lattice, [site.specie.symbol for site in arranged], arranged.frac_coords
    )
    assert ions_in_order(bare, spinel.counts) == [site.specie for site in arranged]


def test_a_structure_of_other_atoms_is_refused(spinel: Host) -> None:
    other = Structure(spinel.structure.lattice, ["Li"], [[0, 0, 0]])
    with pytest.raises(InputError, match="holds Li1, expected 2 Li"):
        ions_in_order(other, spinel.counts)
    assert Species("Mn", 3) in spinel.counts
