"""Relaxations with force fields through ASE: the base Maker of every force field.

Importing this module loads atomate2 (2 s): only an engine's `maker` does so.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from ase.calculators.calculator import Calculator
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
from makers.engines.neighbours import isolated_atoms, require_neighbours
from makers.engines.second_stage import ALWAYS, must_relax, relaxed_again, require_prerelaxed
from makers.engines.shared.batch_model import BatchModel
from makers.engines.shared.shared_calculator import SharedCalculator, shared_calculator
from makers.schemas import (
    RelaxationDocument,
    crystal_fields,
    finished,
    largest_force,
    moved,
    plain,
    prerelaxation,
)

# The cell filter of ASE measures forces in the strained frame of the cell it started from: a
# relaxation can end with true forces some percent above the threshold. Starting again from there
# makes the frames agree: from a lattice 20 % too long, one restart is enough.
MAX_RESTARTS: Final = 3

OPTIMIZERS: Final = {"springs": SpringBfgs, "BFGS": BFGS, "LBFGS": LBFGS, "FIRE": FIRE}


@dataclass
class ForceFieldMaker(ForceFieldRelaxMaker):
    """Relax atoms and cell with a force field; a subclass names it and loads its model."""

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

    @property
    def cutoff(self) -> float | None:
        """Å within which the model needs a neighbour of every atom; None: its graph says so."""
        return None

    def correction(self, structure: Structure, energy: float, *, initial: Structure) -> float:  # noqa: ARG002  for engines that need it
        """Return what puts the model's energy of a crystal on `scheme`, eV per cell.

        Parameters
        ----------
        structure
            The crystal.
        energy
            The model's, eV per cell.
        initial
            The crystal before it was relaxed, with oxidation states where they are known.
        """
        return 0.0

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
    def make(
        self,
        structure: Structure,
        prev_dir: str | Path | None = None,
        *,
        prerelaxed: RelaxationDocument | Literal["no"] | None = "no",
        relax_above: float | None = ALWAYS,
        host_offset: float | None = None,
    ) -> RelaxationDocument:
        """Relax a structure.

        Parameters
        ----------
        structure
            The crystal.
        prev_dir
            Not used: a force field takes no files from another run.
        prerelaxed
            The same crystal relaxed with another engine. None if that failed.
        relax_above
            Relax it again if the energies of both engines differ by this much more than on the
            host, eV per atom; None for never: the energy alone is computed.
        host_offset
            By how much they differ on the host, eV per atom; None for the host itself and for
            reference crystals.

        Raises
        ------
        NotConvergedError
            The steps ran out; the last state is in `UNCONVERGED_FILE` where the job ran.
        IsolatedAtomError
            An atom has no neighbour that the model sees.
        """
        del prev_dir
        if prerelaxed == "no":
            document = self._relax(structure, initial=structure)
        else:
            limits = {"relax_above": relax_above, "host_offset": host_offset}
            document = self._go_on(structure, require_prerelaxed(prerelaxed), limits)
        return converged(document) if self.must_converge else document

    def energies(self, structures: Sequence[Structure]) -> list[float | None]:
        """Return energies on `scheme` of crystals as they are, eV per cell.

        None where the model takes an atom for a free one.
        """
        seen = [s for s in structures if not self._isolated(s)]
        raw = iter(self.raw_energies([plain(s) for s in seen]))
        found: list[float | None] = []
        for structure in structures:
            energy = None if self._isolated(structure) else next(raw)
            if energy is not None:
                energy += self.correction(plain(structure), energy, initial=structure)
            found.append(energy)
        return found

    def raw_energies(self, structures: Sequence[Structure]) -> list[float | None]:
        """Return the model's energies of bare crystals, eV per cell."""
        if (shared := self._shared_calculator()) is None:
            return self.own_energies(structures)
        return [shared.energy_alone(structure.to_ase_atoms()) for structure in structures]

    def own_energies(self, structures: Sequence[Structure]) -> list[float | None]:
        """Return energies from a model that this process loads; a subclass may batch them."""
        atoms = [structure.to_ase_atoms() for structure in structures]
        return [float(self.calculator.get_potential_energy(each)) for each in atoms]

    @abstractmethod
    def own_calculator(self) -> Calculator:
        """Load the model in this process."""

    def batch_model(self) -> BatchModel | None:
        """Return the model as workers can share it; None if it computes one crystal at a time."""
        return None

    def _get_calculator(self) -> Calculator:
        return self._shared_calculator() or self.own_calculator()

    def _shared_calculator(self) -> SharedCalculator | None:
        model = self.batch_model()
        return None if model is None else shared_calculator(model)

    def _isolated(self, structure: Structure) -> bool:
        return self.cutoff is not None and bool(isolated_atoms(structure, self.cutoff))

    def _go_on(
        self, structure: Structure, before: RelaxationDocument, limits: dict[str, float | None]
    ) -> RelaxationDocument:
        """Take another engine's crystal: its energy alone, or a relaxation from there."""
        start = moved(structure, before.structure)
        energy = None if limits["relax_above"] == ALWAYS else self._energy(start)
        if energy is None or must_relax(energy, before, **limits):
            document = self._relax(start, initial=structure)
            document.notes += relaxed_again(document, before, **limits)
        else:
            document = self._single_point(structure, before, energy)
        document.prerelaxation = prerelaxation(before)
        return document

    def _energy(self, structure: Structure) -> float:
        if self.cutoff is not None:
            require_neighbours(structure, self.cutoff, self.engine_version)
        (energy,) = self.energies([structure])
        if energy is None:
            msg = f"{self.engine} cannot compute {structure.composition.reduced_formula}"
            raise ValueError(msg)
        return energy

    def _single_point(
        self, initial: Structure, before: RelaxationDocument, energy: float
    ) -> RelaxationDocument:
        """Put this engine's energy on another engine's crystal."""
        return RelaxationDocument(
            **crystal_fields(before.structure, initial, energy),
            initial_energy=energy,
            max_force=before.max_force,
            force_threshold=before.force_threshold,
            converged=before.converged,
            n_steps=0,
            engine=self.engine,
            engine_version=self.engine_version,
            relaxed_by=before.engine,
            scheme=self.scheme,
            directory=str(Path.cwd()),
        )

    def _relax(self, structure: Structure, *, initial: Structure) -> RelaxationDocument:
        if self.cutoff is not None:
            require_neighbours(structure, self.cutoff, self.engine_version)
        stages = [self._relax_once(plain(structure))]
        while _stopped_early(stages[-1]) and len(stages) <= MAX_RESTARTS:
            stages.append(self._relax_once(plain(stages[-1].structure)))
        return self._document(stages, initial=initial)

    def _relax_once(self, structure: Structure) -> ForceFieldTaskDocument:
        return ForceFieldRelaxMaker.make.original(self, structure)

    def _document(
        self, stages: Sequence[ForceFieldTaskDocument], *, initial: Structure
    ) -> RelaxationDocument:
        """Read atomate2's documents of the stages, each started from the one before."""
        last = stages[-1]
        force = largest_force(last.output.forces)
        energy = last.output.energy
        correction = self.correction(last.structure, energy, initial=initial)
        return RelaxationDocument(
            **crystal_fields(last.structure, initial, energy + correction),
            initial_energy=stages[0].output.ionic_steps[0].energy + correction,
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
