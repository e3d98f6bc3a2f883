"""Relaxations with CHGNet.

Importing this module loads atomate2 (2 s): only `makers.engines.registry.relax_maker` does so.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from ase.calculators.calculator import Calculator
from ase.optimize import BFGS, FIRE, LBFGS
from atomate2.ase.schemas import AseResult
from atomate2.ase.utils import AseRelaxer
from atomate2.forcefields.jobs import ForceFieldRelaxMaker
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from jobflow import job
from pymatgen.core import Structure

from analysis.energies.schemes import CHGNET, EnergyScheme
from makers.convergence import converged
from makers.engines.chgnet.bond_stiffness import SpringBfgs
from makers.engines.registry import CHGNET_MODEL, ChgnetSettings
from makers.schemas import RelaxationDocument, finished, plain

# The cell filter of ASE measures forces in the strained frame of the cell it started from: a
# relaxation can end with true forces some percent above the threshold. Starting again from there
# makes the frames agree: from a lattice 20 % too long, one restart is enough.
MAX_RESTARTS: Final = 3

OPTIMIZERS: Final = {"springs": SpringBfgs, "BFGS": BFGS, "LBFGS": LBFGS, "FIRE": FIRE}


@dataclass
class ChgnetRelaxMaker(ForceFieldRelaxMaker):
    """Relax atoms and cell with CHGNet."""

    name: str = "relax (CHGNet)"
    force_field_name: str = "CHGNet"
    force_threshold: float = ChgnetSettings().force_threshold
    optimizer: str = ChgnetSettings().optimizer
    ionic_step_data: tuple[str, ...] | None = ("energy",)
    # a pre-relaxation is a better start, wherever it ended
    must_converge: bool = True

    @classmethod
    def from_settings(cls, settings: ChgnetSettings) -> Self:
        """Make the Maker from the specification's settings."""
        return cls(**settings.model_dump())

    def __post_init__(self) -> None:
        """Hand the settings to ASE."""
        super().__post_init__()
        self.relax_kwargs = {"fmax": self.force_threshold, "final_atoms_object_file": None}

    def digest_fields(self) -> dict[str, Any]:
        """Give everything besides the structure that determines the result."""
        return {
            "engine": "chgnet",
            "version": CHGNET_MODEL,
            "force_threshold": self.force_threshold,
            "optimizer": self.optimizer,
            "steps": self.steps,
        }

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""
        return CHGNET

    @job(output_schema=RelaxationDocument)
    def make(self, structure: Structure, prev_dir: str | Path | None = None) -> RelaxationDocument:
        """Relax a structure.

        Raises
        ------
        NotConvergedError
            The steps ran out; the last state is in `UNCONVERGED_FILE` where the job ran.
        """
        stages = [self._relax_once(plain(structure), prev_dir)]
        while _stopped_early(stages[-1]) and len(stages) <= MAX_RESTARTS:
            stages.append(self._relax_once(plain(stages[-1].structure), prev_dir))
        document = RelaxationDocument.from_force_field(
            stages,
            initial=structure,
            force_threshold=self.force_threshold,
            engine_version=CHGNET_MODEL,
        )
        return converged(document) if self.must_converge else document

    def _relax_once(
        self, structure: Structure, prev_dir: str | Path | None
    ) -> ForceFieldTaskDocument:
        return ForceFieldRelaxMaker.make.original(self, structure, prev_dir)

    def run_ase(self, mol_or_struct: Structure, prev_dir: str | Path | None = None) -> AseResult:
        """Relax atoms and cell with ASE.

        The cell's variables are strains times the root of the number of atoms: as stiff as an
        atom in a cell of any size. With ASE's own factor, the number of atoms, the cell of 96 atoms
        hardly moves, and counts as relaxed at 1.5 GPa.
        """
        del prev_dir
        factor = len(mol_or_struct) ** 0.5
        relaxer = AseRelaxer(self.calculator, optimizer=OPTIMIZERS[self.optimizer])
        return relaxer.relax(
            mol_or_struct,
            steps=self.steps,
            filter_kwargs={"exp_cell_factor": factor},
            **self.relax_kwargs,
        )

    def _get_calculator(self) -> Calculator:
        from makers.engines.chgnet.chgnet_model import chgnet_calculator

        return chgnet_calculator(CHGNET_MODEL)


def _stopped_early(stage: ForceFieldTaskDocument) -> bool:
    """Tell whether the optimizer was satisfied with forces that are above the threshold."""
    return finished(stage) and not stage.is_force_converged
