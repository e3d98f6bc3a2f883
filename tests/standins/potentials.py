"""The physics of the stand-in: CHGNet, or springs whose path is known by hand."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Protocol

import numpy as np

from standins.vasp_inputs import FloatArray, Geometry

# Springs pull every atom to the nearest point of a grid of eighths of the cell, with 10 eV/Å^2.
# A step goes half of the way: forces halve, and what is left of the energy falls to a quarter,
# wherever a run was interrupted.
GRID = 8
STIFFNESS = 10.0

# eV per atom at the springs' minimum: negative, and different for every element.
LEVEL = -5.0
LEVEL_PER_PROTON = -0.01


class Potential(Protocol):
    """Energy (eV), forces [N, 3] (eV/Å) and stress [3, 3] (kB, VASP's sign), and a next step."""

    def evaluate(self, geometry: Geometry) -> tuple[float, FloatArray, FloatArray]: ...

    def relaxed(self, forces: FloatArray, threshold: float) -> bool: ...

    def move(self, geometry: Geometry) -> Geometry: ...


class Springs:
    """Atoms on springs in a fixed cell: exact, without memory, in microseconds."""

    def evaluate(self, geometry: Geometry) -> tuple[float, FloatArray, FloatArray]:
        away = self._away(geometry) @ geometry.lattice
        energy = springs_minimum(geometry.symbols) + STIFFNESS / 2 * float((away**2).sum())
        return energy, -STIFFNESS * away, np.zeros((3, 3))

    def relaxed(self, forces: FloatArray, threshold: float) -> bool:
        return bool(np.linalg.norm(forces, axis=1).max() <= threshold)

    def move(self, geometry: Geometry) -> Geometry:
        fractional = geometry.fractional - self._away(geometry) / 2
        return Geometry(geometry.lattice, fractional, geometry.symbols)

    @staticmethod
    def _away(geometry: Geometry) -> FloatArray:
        return np.asarray(geometry.fractional - np.round(geometry.fractional * GRID) / GRID)


def springs_minimum(symbols: tuple[str, ...]) -> float:
    """Return the energy of relaxed springs, eV."""
    from ase.data import atomic_numbers

    return float(sum(LEVEL + LEVEL_PER_PROTON * atomic_numbers[symbol] for symbol in symbols))


class Chgnet:
    """CHGNet with the BFGS optimizer of ASE on atoms and cell."""

    def __init__(self, *, relax_cell: bool) -> None:
        from chgnet.model.dynamics import CHGNet, CHGNetCalculator

        with contextlib.redirect_stdout(io.StringIO()):
            self._calculator = CHGNetCalculator(CHGNet.load(verbose=False), use_device="cpu")
        self._relax_cell = relax_cell
        self._optimizer: Any = None
        self._target: Any = None
        self._atoms: Any = None

    def evaluate(self, geometry: Geometry) -> tuple[float, FloatArray, FloatArray]:
        from ase.units import GPa

        atoms = self._place(geometry)
        stress = atoms.get_stress(voigt=False) / GPa * -10  # VASP: kB, pressure positive
        return float(atoms.get_potential_energy()), atoms.get_forces(), stress

    def relaxed(self, forces: FloatArray, threshold: float) -> bool:
        everything = np.vstack([forces, self._target.get_forces()])
        return bool(np.linalg.norm(everything, axis=1).max() <= threshold)

    def move(self, geometry: Geometry) -> Geometry:
        self._optimizer.step()
        atoms = self._atoms
        return Geometry(
            np.array(atoms.cell), atoms.get_scaled_positions(wrap=False), geometry.symbols
        )

    def _place(self, geometry: Geometry) -> Any:
        from ase import Atoms
        from ase.filters import FrechetCellFilter
        from ase.optimize import BFGS

        if self._atoms is None:
            self._atoms = Atoms(
                geometry.symbols,
                cell=geometry.lattice,
                scaled_positions=geometry.fractional,
                pbc=True,
                calculator=self._calculator,
            )
            self._target = FrechetCellFilter(self._atoms) if self._relax_cell else self._atoms
            self._optimizer = BFGS(self._target, logfile=None)
        return self._atoms


def potential(name: str, *, relax_cell: bool) -> Potential:
    """Return a potential by its name."""
    return Chgnet(relax_cell=relax_cell) if name == "chgnet" else Springs()
