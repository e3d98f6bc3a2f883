"""The electrostatic energy of point charges as a quadratic form."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Structure

FloatArray = NDArray[np.float64]


def ewald_matrix(lattice: Lattice, frac_coords: ArrayLike) -> FloatArray:
    """Return the matrix M that gives the Ewald energy of any charges q on the sites as q @ M @ q.

    The Ewald sum (P. P. Ewald, Ann. Phys. 369 (1921) 253) is bilinear in the charges, so one
    summation with unit charges serves every occupation of the same sites. The energy is meaningful
    for charges that add up to zero. For a cell with a net charge it lacks a constant that depends
    on that charge alone: arrangements of one composition can still be ranked.

    Parameters
    ----------
    lattice
        The cell.
    frac_coords
        Fractional coordinates, [N, 3].

    Returns
    -------
    FloatArray
        M, [N, N], symmetric, in eV per squared elementary charge.
    """
    coords = np.asarray(frac_coords, dtype=float)
    unit_charges = Structure(lattice, ["H+"] * len(coords), coords)
    matrix = np.asarray(EwaldSummation(unit_charges).total_energy_matrix, dtype=float)
    return np.asarray((matrix + matrix.T) / 2)


def close_pairs(lattice: Lattice, frac_coords: ArrayLike, distance: float) -> NDArray[np.bool_]:
    """Return which pairs of different sites, [N, N], are closer than `distance` in angstrom."""
    coords = np.asarray(frac_coords, dtype=float)
    close = np.asarray(lattice.get_all_distances(coords, coords)) < distance
    np.fill_diagonal(close, val=False)
    return close
