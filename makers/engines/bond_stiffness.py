"""BFGS that starts from the stiffness of bonds, not from one number for every atom."""

from typing import Final

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from ase.neighborlist import neighbor_list
from ase.optimize import BFGS
from numpy.typing import NDArray
from pymatgen.core import Element

STIFFNESS: Final = 3.9
"""eV/Å² of a bond as long as its covalent radii add up to. From the force constants of CHGNet in
LLZO: 17 for a Zr atom, 7 for La, 3 to 5 for Li, 4 to 10 for O. ASE's BFGS starts from 70."""

DECAY: Final = 0.37
"""Å. Bond strengths fall off as exp(-d/b) with this b (I. D. Brown and D. Altermatt, Acta Cryst.
B 41, 244 (1985))."""

STRONGEST: Final = 1.5
"""Largest exponent: no bond counts as more than 4.5 times as stiff as STIFFNESS."""

REACH: Final = 4.0
"""Å. Longer bonds have no stiffness."""

SOFTEST: Final = 4.0
"""eV/Å². What holds an atom, or the cell, besides its bonds: the softest constant of Li in LLZO."""


class SpringBfgs(BFGS):
    """BFGS on atoms and cell, its first Hessian that of springs along the bonds.

    Only the way to the minimum depends on it: a good first guess saves the steps in which BFGS
    learns that Li is soft, Zr-O is stiff, and the cell follows the bonds. The atoms come in ASE's
    `FrechetCellFilter`, whose cell variables `exp_cell_factor` scales.
    """

    def initialize(self) -> None:
        """Set the Hessian that the first step uses, [3N + 9, 3N + 9] in eV/Å²."""
        super().initialize()
        self.H0 = spring_hessian(self.atoms.atoms, cell_factor=self.atoms.exp_cell_factor)


def spring_hessian(atoms: Atoms, *, cell_factor: float) -> NDArray[np.float64]:
    """Add up the springs of all bonds with the most electronegative element.

    Where there is one element only, all its bonds count.

    Parameters
    ----------
    atoms
        N atoms in their cell.
    cell_factor
        A cell variable is this times a strain, Å.

    Returns
    -------
    NDArray
        [3N + 9, 3N + 9], atoms before the rows of the strain, eV/Å².
    """
    first, second, vectors, lengths = _bonds(atoms)
    radii = covalent_radii[atoms.numbers]
    surplus = (radii[first] + radii[second] - lengths) / DECAY
    stiffness = STIFFNESS * np.exp(np.minimum(surplus, STRONGEST))
    along = vectors / lengths[:, None]
    # How each bond lengthens with each coordinate: its atoms', and the strain's.
    stretch = np.zeros((len(lengths), len(atoms) + 3, 3))
    bonds = np.arange(len(lengths))
    stretch[bonds, first] -= along
    stretch[bonds, second] += along  # an atom and its own image: nothing is left
    stretch[:, len(atoms) :] = along[:, :, None] * vectors[:, None, :] / cell_factor
    flat = stretch.reshape(len(lengths), -1)
    hessian: NDArray[np.float64] = flat.T @ (stiffness[:, None] * flat)
    return hessian + SOFTEST * np.eye(len(hessian))


def _bonds(atoms: Atoms) -> tuple[NDArray[np.int64], ...]:
    """Return both ends, vectors [B, 3] in Å and lengths [B] in Å of the bonds, each once."""
    first, second, vectors, lengths = neighbor_list("ijDd", atoms, REACH)
    elements = {symbol: Element(symbol) for symbol in set(atoms.get_chemical_symbols())}
    anion = max(elements, key=lambda symbol: (elements[symbol].X, symbol))
    is_anion = np.array([symbol == anion for symbol in atoms.get_chemical_symbols()])
    if len(elements) > 1:
        once = ~is_anion[first] & is_anion[second]
    else:
        # Both directions of a bond are listed, also of one between an atom and its own image.
        once = (first < second) | ((first == second) & (vectors @ _HALF_SPACE > 0))
    return first[once], second[once], vectors[once], lengths[once]


_HALF_SPACE: Final = np.array([1.0, np.sqrt(2.0), np.sqrt(3.0)])
