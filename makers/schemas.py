"""The stored result of a relaxation, with any engine."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, Field, field_serializer
from pymatgen.core import Structure

from analysis.energies.schemes import EnergyScheme

if TYPE_CHECKING:  # seconds to import, and only named here
    from atomate2.forcefields.schemas import ForceFieldTaskDocument
    from emmet.core.tasks import TaskDoc


class Prerelaxation(BaseModel):
    """How a first engine prepared the crystal that a second one started from."""

    engine: str = Field(description="Name of the first engine")
    engine_version: str = Field(description="Version of its model")
    n_steps: int = Field(description="Number of ionic steps")
    initial_energy: float = Field(description="Its energy of the unrelaxed cell, eV")
    energy: float = Field(description="Its energy of the cell handed on, eV")
    max_force: float = Field(description="Its largest force in that cell, eV/Å")


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
        description="True if the largest force is at or below the threshold and the engine met "
        "its own criteria"
    )
    n_steps: int = Field(description="Number of ionic steps")
    engine: str = Field(description="Name of the engine")
    engine_version: str = Field(description="Version of the engine or of its model")
    relaxed_by: str | None = Field(
        None,
        description="Engine whose minimum the crystal is, where `engine` gave the energy alone",
    )
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


def prerelaxation(document: RelaxationDocument) -> Prerelaxation:
    """Describe how this relaxation prepared another engine's."""
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
    """Return a crystal with its oxidation states, with cell and sites of a relaxed copy."""
    return Structure(relaxed.lattice, structure.species, relaxed.frac_coords)


def largest_force(forces: ArrayLike) -> float:
    """Return the largest length among forces of shape [N, 3], eV/Å."""
    return float(np.linalg.norm(np.asarray(forces, dtype=float), axis=1).max())


def finished(document: "TaskDoc | ForceFieldTaskDocument") -> bool:
    """Return True if an engine met its own criteria; forces may still be above the threshold."""
    return bool(document.state is not None and document.state.value == "successful")


def crystal_fields(relaxed: Structure, initial: Structure, energy: float) -> dict[str, Any]:
    """Return the fields of a `RelaxationDocument` that describe the relaxed crystal."""
    return {
        "structure": plain(relaxed),
        "formula": relaxed.composition.formula.replace(" ", ""),
        "n_atoms": len(relaxed),
        "energy": energy,
        "energy_per_atom": energy / len(relaxed),
        "volume_change": relaxed.volume / initial.volume - 1,
    }
