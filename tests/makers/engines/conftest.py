"""Crystals that the tests of several engines relax."""

import pytest
from pymatgen.core import Lattice, Structure


@pytest.fixture
def displaced_lithia() -> Structure:
    """Li2O, its lattice and one atom off."""
    structure = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.8), ["Li+", "O2-"], [[0.25, 0.25, 0.25], [0, 0, 0]]
    ).get_primitive_structure()
    return structure.translate_sites([0], [0.02, 0.01, 0.0])
