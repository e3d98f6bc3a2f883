"""What a relaxation leaves behind, whichever engine ran it."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, Field, field_serializer
from pymatgen.core import Structure

from analysis.energies.schemes import CHGNET, VASP, EnergyScheme

if TYPE_CHECKING:  # seconds to import, and only named here
    from atomate2.forcefields.schemas import ForceFieldTaskDocument
    from emmet.core.tasks import TaskDoc
    from emmet.core.vasp.calculation import IonicStep


class Prerelaxation(BaseModel):
    """How a force field prepared the crystal that another engine started from."""

    engine: str = Field(description="Name of the force field")
    engine_version: str = Field(description="Version of its model")
    n_steps: int = Field(description="Number of ionic steps")
    initial_energy: float = Field(description="Force field's energy of the unrelaxed cell, eV")
    energy: float = Field(description="Force field's energy of the cell handed on, eV")
    max_force: float = Field(description="Force field's largest force in that cell, eV/Å")


class RelaxationDocument(BaseModel):
    """A relaxed crystal, its energy, and how well it converged."""

    structure: Structure = Field(
        description="Relaxed crystal, without oxidation states or site properties"
    )
    formula: str = Field(description="Formula of the cell, not reduced")
    n_atoms: int = Field(description="Number of atoms in the cell")
    energy: float = Field(description="Energy of the cell on `scheme`, eV")
    energy_per_atom: float = Field(description="Energy on `scheme`, eV per atom")
    initial_energy: float = Field(
        description="Energy on `scheme` of the cell that the engine started from, eV"
    )
    volume_change: float = Field(description="Relative change of the volume: 0.01 is 1 % larger")
    max_force: float = Field(description="Largest force on an atom of the relaxed crystal, eV/Å")
    force_threshold: float = Field(description="Largest force that counts as relaxed, eV/Å")
    converged: bool = Field(
        description="Whether the largest force is at or below the threshold and the engine met "
        "its own criteria"
    )
    n_steps: int = Field(description="Number of ionic steps")
    engine: str = Field(description="Name of the engine")
    engine_version: str = Field(description="Version of the engine or of its model")
    scheme: EnergyScheme = Field(description="What the energy may be compared with")
    directory: str | None = Field(None, description="Folder in which the engine ran")
    prerelaxation: Prerelaxation | None = Field(
        None, description="Null: the engine started from the unrelaxed crystal"
    )
    task_document: str | None = Field(
        None, description="blob_uuid of emmet's task document in the job store's store 'data'"
    )
    notes: list[str] = Field(default_factory=list, description="What is unusual")

    @field_serializer("structure", when_used="json")
    def _structure_as_dict(self, structure: Structure) -> dict[str, Any]:
        return dict(structure.as_dict())

    @classmethod
    def from_force_field(
        cls,
        stages: Sequence["ForceFieldTaskDocument"],
        *,
        initial: Structure,
        force_threshold: float,
        engine_version: str,
    ) -> Self:
        """Read atomate2's force-field task documents.

        Parameters
        ----------
        stages
            The relaxation's `ForceFieldTaskDocument` in order, each started from the one before.
        initial
            The crystal before the first of them.
        force_threshold
            Largest force that counts as relaxed, eV/Å.
        engine_version
            Version of the model.
        """
        last = stages[-1]
        force = largest_force(last.output.forces)
        return cls(
            **_crystal(last.structure, initial, last.output.energy),
            initial_energy=stages[0].output.ionic_steps[0].energy,
            max_force=force,
            force_threshold=force_threshold,
            converged=finished(last) and force <= force_threshold,
            n_steps=sum(_steps_taken(stage) for stage in stages),
            engine="chgnet",
            engine_version=engine_version,
            scheme=CHGNET,
            directory=last.dir_name,
        )

    @classmethod
    def from_vasp(
        cls,
        document: "TaskDoc",
        *,
        initial: Structure,
        force_threshold: float,
        scheme: EnergyScheme = VASP,
        check_potcar: bool = True,
        earlier: Sequence[float] = (),
    ) -> Self:
        """Read emmet's `TaskDoc` of a VASP run and correct its energy.

        Parameters
        ----------
        document
            The task document.
        initial
            The crystal before the run, with oxidation states where they are known: they decide
            which elements are anions and are corrected as such. (`document.input` describes the
            last restart only.)
        force_threshold
            Largest force that counts as relaxed, eV/Å.
        scheme
            The scheme of the corrected energy.
        check_potcar
            Whether potentials other than the Materials Project's are refused.
        earlier
            Energies, in eV, of the ionic steps of earlier starts of VASP in the same folder, which
            the task document does not know; NaN where VASP wrote no number.

        Raises
        ------
        SchemeMismatchError
            Functional, +U or potentials are not those the corrections were fitted to.
        """
        from makers.engines.vasp.corrections import mp2020_correction

        correction = mp2020_correction(
            document, initial=initial, scheme=scheme, check_potcar=check_potcar
        )
        runs = document.calcs_reversed
        force = largest_force(runs[0].output.ionic_steps[-1].forces)
        first = first_energy(earlier, runs[-1].output.ionic_steps)
        return cls(
            **_crystal(document.structure, initial, document.output.energy + correction),
            initial_energy=first + correction,
            max_force=force,
            force_threshold=force_threshold,
            converged=finished(document)
            and force <= force_threshold
            and math.isfinite(document.output.energy),
            n_steps=len(earlier) + sum(len(run.output.ionic_steps) for run in runs),
            engine="vasp",
            engine_version=runs[0].vasp_version,
            scheme=scheme,
            directory=document.dir_name,
        )


def first_energy(earlier: Sequence[float], steps: "Sequence[IonicStep]") -> float:
    """Return the first energy of a relaxation that is a number, eV, for sigma -> 0."""
    energies = chain(earlier, (energy_of_step(step) for step in steps))
    return next((energy for energy in energies if math.isfinite(energy)), math.nan)


def energy_of_step(step: "IonicStep") -> float:
    """Return the energy of an ionic step, eV, for sigma -> 0.

    VASP 5 writes the entropy term in its place (www.vasp.at/forum, t=16942); its last electronic
    step tells the difference from the free energy. pymatgen's `Vasprun.final_energy` does the same.
    """
    if not step.electronic_steps:
        return float(step.e_0_energy)
    last = step.electronic_steps[-1]
    return float(step.e_fr_energy + last.e_0_energy - last.e_fr_energy)


def prerelaxation(document: RelaxationDocument) -> Prerelaxation:
    """Say how a relaxation prepared another engine's."""
    return Prerelaxation(**document.model_dump(include=set(Prerelaxation.model_fields)))


def plain(structure: Structure) -> Structure:
    """Copy a crystal without oxidation states and site properties.

    Magnetic moments left as None make every step of a force field ten times slower.
    """
    bare = without_site_properties(structure)
    bare.remove_oxidation_states()
    return bare


def without_site_properties(structure: Structure) -> Structure:
    """Copy a crystal without site properties; oxidation states stay."""
    bare = structure.copy()
    for name in structure.site_properties:
        bare.remove_site_property(name)
    return bare


def moved(structure: Structure, relaxed: Structure) -> Structure:
    """Give a crystal, with its oxidation states, in the cell and at the sites of a relaxed copy."""
    return Structure(relaxed.lattice, structure.species, relaxed.frac_coords)


def largest_force(forces: ArrayLike) -> float:
    """Give the largest length among forces of shape [N, 3], eV/Å."""
    return float(np.linalg.norm(np.asarray(forces, dtype=float), axis=1).max())


def finished(document: "TaskDoc | ForceFieldTaskDocument") -> bool:
    """Tell whether an engine met its own criteria; forces may still be above the threshold."""
    return bool(document.state is not None and document.state.value == "successful")


def _crystal(relaxed: Structure, initial: Structure, energy: float) -> dict[str, Any]:
    return {
        "structure": plain(relaxed),
        "formula": relaxed.composition.formula.replace(" ", ""),
        "n_atoms": len(relaxed),
        "energy": energy,
        "energy_per_atom": energy / len(relaxed),
        "volume_change": relaxed.volume / initial.volume - 1,
    }


def _steps_taken(stage: "ForceFieldTaskDocument") -> int:
    """Count steps: atomate2 counts frames, with the first and a second copy of the last."""
    return int(stage.output.n_steps) - 2
