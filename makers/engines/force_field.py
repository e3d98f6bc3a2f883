"""Relaxations with force fields through ASE: the base Maker of every force field.

Importing this module loads atomate2 (2 s): only an engine's `maker` does so.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ase.optimize import BFGS, FIRE, LBFGS
from atomate2.ase.schemas import AseResult
from atomate2.ase.utils import AseRelaxer
from atomate2.forcefields.jobs import ForceFieldRelaxMaker
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from jobflow import job
from pymatgen.core import Structure

from analysis.energies.schemes import EnergyScheme
from makers.convergence import converged
from makers.engines.bond_stiffness import SpringBfgs
from makers.schemas import RelaxationDocument, crystal_fields, finished, largest_force, plain

# The cell filter of ASE measures forces in the strained frame of the cell it started from: a
# relaxation can end with true forces some percent above the threshold. Starting again from there
# makes the frames agree: from a lattice 20 % too long, one restart is enough.
MAX_RESTARTS: Final = 3

OPTIMIZERS: Final = {"springs": SpringBfgs, "BFGS": BFGS, "LBFGS": LBFGS, "FIRE": FIRE}


@dataclass
class ForceFieldMaker(ForceFieldRelaxMaker):
    """Relax atoms and cell with a force field; a subclass names it and loads its calculator."""

    force_threshold: float = 0.1
    optimizer: str = "springs"
    ionic_step_data: tuple[str, ...] | None = ("energy",)
    # a pre-relaxation is a better start, even if it did not converge
    must_converge: bool = True

    def __post_init__(self) -> None:
        """Hand the settings to ASE."""
        super().__post_init__()
        self.relax_kwargs = {"fmax": self.force_threshold, "final_atoms_object_file": None}

    @property
    @abstractmethod
    def engine(self) -> str:
        """The engine's name in the registry."""

    @property
    @abstractmethod
    def engine_version(self) -> str:
        """The version of the model."""

    @property
    @abstractmethod
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result."""
        return {
            "engine": self.engine,
            "version": self.engine_version,
            "force_threshold": self.force_threshold,
            "optimizer": self.optimizer,
            "steps": self.steps,
        }

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
        document = self._document(stages, initial=structure)
        return converged(document) if self.must_converge else document

    def _relax_once(
        self, structure: Structure, prev_dir: str | Path | None
    ) -> ForceFieldTaskDocument:
        return ForceFieldRelaxMaker.make.original(self, structure, prev_dir)

    def _document(
        self, stages: Sequence[ForceFieldTaskDocument], *, initial: Structure
    ) -> RelaxationDocument:
        """Read atomate2's documents of the stages, each started from the one before."""
        last = stages[-1]
        force = largest_force(last.output.forces)
        return RelaxationDocument(
            **crystal_fields(last.structure, initial, last.output.energy),
            initial_energy=stages[0].output.ionic_steps[0].energy,
            max_force=force,
            force_threshold=self.force_threshold,
            converged=finished(last) and force <= self.force_threshold,
            n_steps=sum(_steps_taken(stage) for stage in stages),
            engine=self.engine,
            engine_version=self.engine_version,
            scheme=self.scheme,
            directory=last.dir_name,
        )

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


def _stopped_early(stage: ForceFieldTaskDocument) -> bool:
    """Return True if the optimizer stopped although forces are above the threshold."""
    return finished(stage) and not stage.is_force_converged


def _steps_taken(stage: ForceFieldTaskDocument) -> int:
    """Count steps: atomate2 counts frames, with the first and a second copy of the last."""
    return int(stage.output.n_steps) - 2
