"""Optimizers on the same starts with the same calculator: force calls to 0.1 eV/Å.

The project's own (`makers.engines.bond_stiffness`) stays only while it needs fewer calls than ASE's
preconditioned and cell-aware optimizers.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any, ClassVar

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS, FIRE, LBFGS
from ase.optimize.cellawarebfgs import CellAwareBFGS
from ase.optimize.precon import Exp, PreconLBFGS
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from benchmarks.measure import Figure, processes
from benchmarks.relaxation import FORCE, doped_cells

TITLE = "Optimizers of a relaxation"
STEPS = 500
OURS = "springs"
NUMBER, QUICK_NUMBER = 8, 3


def measure(*, quick: bool) -> list[Figure]:
    """Count the force calls of each optimizer, and compare the energies it ends at."""
    starts = doped_cells(QUICK_NUMBER if quick else NUMBER, relaxed=True)
    with processes(1, threads=2) as pool:
        found = {name: list(pool.map(_one, [name] * len(starts), starts)) for name in OPTIMIZERS}
    ours = mean(calls for calls, _ in found[OURS])
    return [_compared(name, found, ours) for name in OPTIMIZERS if name != OURS]


def _compared(name: str, found: Mapping[str, list[tuple[int, float]]], ours: float) -> Figure:
    theirs = mean(calls for calls, _ in found[name])
    above = [
        1000 * (other - mine)
        for (_, other), (_, mine) in zip(found[name], found[OURS], strict=True)
    ]
    return Figure(
        what=f"force calls to {FORCE:g} eV/Å, {len(above)} doped cells from the relaxed host",
        unit="calls",
        ours=ours,
        stock=theirs,
        against=f"ASE's {name}",
        ratio=theirs / ours,
        repeats=len(above),
        agreement=f"its energies less ours: {min(above):+.2f} to {max(above):+.2f} meV/atom",
    )


def _one(name: str, structure: Structure) -> tuple[int, float]:
    """Return force calls, and eV/atom at the end."""
    from makers.engines.chgnet.chgnet_model import chgnet_calculator
    from makers.engines.chgnet.chgnet_settings import CHGNET_MODEL

    warnings.simplefilter("ignore")
    atoms = AseAtomsAdaptor.get_atoms(structure.copy().remove_oxidation_states())
    calculator = _Counting(chgnet_calculator(CHGNET_MODEL))
    atoms.calc = calculator
    OPTIMIZERS[name](atoms).run(fmax=FORCE, steps=STEPS)
    return calculator.calls, float(atoms.get_potential_energy()) / len(atoms)


class _Counting(Calculator):  # type: ignore[misc]  # ase has no types
    """A calculator that counts how often it is asked for a new geometry."""

    implemented_properties: ClassVar = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, calculator: Any) -> None:
        super().__init__()
        self._calculator = calculator
        self.calls = 0

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        super().calculate(atoms, list(properties), list(system_changes))
        self.calls += 1
        names = ("energy", "forces", "stress")
        self.results = {name: self._calculator.get_property(name, self.atoms) for name in names}
        self.results["free_energy"] = self.results["energy"]  # PreconLBFGS asks for it


def _filtered(optimizer: Callable[..., Any]) -> Callable[[Atoms], Any]:
    def build(atoms: Atoms) -> Any:
        cell = FrechetCellFilter(atoms, exp_cell_factor=len(atoms) ** 0.5)
        return optimizer(cell, logfile=None)

    return build


def _springs(atoms: Atoms) -> Any:
    from makers.engines.bond_stiffness import SpringBfgs

    return _filtered(SpringBfgs)(atoms)


OPTIMIZERS: Mapping[str, Callable[[Atoms], Any]] = {
    OURS: _springs,
    "BFGS": _filtered(BFGS),
    "LBFGS": _filtered(LBFGS),
    "FIRE": _filtered(FIRE),
    "PreconLBFGS": lambda atoms: PreconLBFGS(
        atoms, precon=Exp(A=3), variable_cell=True, logfile=None
    ),
    "CellAwareBFGS": lambda atoms: CellAwareBFGS(
        FrechetCellFilter(atoms, exp_cell_factor=1.0), logfile=None
    ),
}
