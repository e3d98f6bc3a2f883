"""What the screening of a compound starts from, and what it compares the compound with."""

from pydantic import BaseModel, Field
from pymatgen.core import Structure

from analysis.energies.balance import Balance
from analysis.energies.engine_bias import EngineBias
from analysis.energies.engine_errors import EngineError
from analysis.energies.phases import ReferencePhases
from analysis.reactions.verdict import Criteria
from analysis.results.result import EngineUsed
from analysis.results.second_opinion import FirstEngine


class Calculated(BaseModel, frozen=True, extra="forbid"):
    """An engine's results for one relaxed cell."""

    structure: Structure
    energy: float = Field(description="Total energy on the engine's scheme, eV per cell")
    energies: tuple[float, ...] = Field(
        description="Energies of all arrangements that were relaxed, eV per cell"
    )
    engine: EngineUsed
    first: FirstEngine | None = Field(None, description="The one before it; None for one engine")
    notes: tuple[str, ...] = ()


class UndopedReaction(BaseModel, frozen=True, extra="forbid"):
    """The undoped host's own result, as far as its compounds are compared with it."""

    reaction_energy: float = Field(description="eV per f.u.")
    decomposition_energy: float = Field(description="eV per f.u.")
    formation_energy_per_atom: float = Field(description="eV/atom")


class References(BaseModel, frozen=True, extra="forbid"):
    """What a compound is compared with."""

    phases: ReferencePhases
    aligned: Balance | None = Field(description="Sum of crystals; None if the schemes agree")
    exchanged: Balance | None = Field(description="Oxides of the defect energy; None for the host")
    crystal_energies: dict[str, float] = Field(description="The engine's, eV/atom, by formula")
    first_above: dict[str, float] = Field(
        default_factory=dict,
        description="The first engine's energies minus these, eV/atom, by formula",
    )
    host: Calculated
    undoped: UndopedReaction | None = Field(
        description="What the electrode does to the undoped host; None for the host itself"
    )
    electrode: str
    criteria: Criteria
    engine_error: EngineError | None = Field(
        None, description="The engine's error where a user has measured it; None for the tables'"
    )
    engine_bias: EngineBias | None = Field(None, description="The one-sided part of that error")
