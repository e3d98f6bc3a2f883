"""Settings of a training, in a separate module: reading them imports no model."""

from __future__ import annotations

from enum import StrEnum, auto

from pydantic import BaseModel, Field, PositiveInt
from pymatgen.core import Species

from analysis.structures.dopants import Dopant


class Undecided(StrEnum):
    """Treatment of compounds with the label `undecided`."""

    LEFT_OUT = auto()
    NOT_STABLE = auto()


class Population(StrEnum):
    """Which compounds are used for training."""

    PASSING = auto()  # those that pass the filter of the defect energy
    ALL = auto()


class Effort(StrEnum):
    """How much a search tries: see `analysis.learning.training.scope`."""

    BRIEF = auto()
    QUICK = auto()
    FULL = auto()


class Acquisition(StrEnum):
    """What makes a compound worth computing.

    INFORMATIVE: uncertain and near the boundary of the label, kappa u - |E - boundary| (the
    straddle of B. Bryan et al., NIPS 2005). PROMISING: the upper confidence bound, E + kappa u
    (N. Srinivas et al., IEEE Trans. Inf. Theory 58, 3250 (2012)). PHYSICS: the highest energy by
    the tables and the median defect energy of the site, without learning.
    """

    INFORMATIVE = auto()
    PROMISING = auto()
    PHYSICS = auto()


class HostIon(BaseModel, frozen=True, extra="forbid"):
    """The ion of a host that a dopant replaces."""

    element: str
    valence: float


class HostChemistry(BaseModel, frozen=True, extra="forbid"):
    """What the table estimate has to know of a campaign: host, its ions, and the electrode."""

    formula: str = Field(description="Composition of one formula unit")
    valences: dict[str, float] = Field(description="Of every element, anions too")
    sites: dict[str, HostIon] = Field(description="The ion of each site")
    mobile: str = Field("Li", description="The element that balances the charge of dopants")
    electrode: str = "Li"
    max_elements: int = Field(3, description="Largest number of elements in a product")

    @property
    def species(self) -> dict[str, Species]:
        """The ion of each site, as pymatgen has it."""
        return {name: Species(ion.element, ion.valence) for name, ion in self.sites.items()}


class LearningSettings(BaseModel, frozen=True, extra="forbid"):
    """Settings of a training; with the snapshot of the data they determine every number."""

    effort: Effort = Field(Effort.QUICK, description="brief, quick, or full: minutes")
    undecided: Undecided = Field(
        Undecided.LEFT_OUT, description="Undecided compounds: left_out, or not_stable"
    )
    population: Population = Field(
        Population.PASSING, description="Compounds passing the defect energy's filter, or all"
    )
    concentration: float | None = Field(
        None, gt=0, description="Learn from compounds of this x; the commonest if null"
    )
    coverage: float = Field(
        0.9, gt=0, lt=1, description="Share of compounds that the intervals should hold"
    )
    permutations: PositiveInt = Field(100, description="Against chance, in the full profile")
    seed: int = Field(0, ge=0, description="Of everything random but the folds' three seeds")


class Exploring(BaseModel, frozen=True, extra="forbid"):
    """How compounds are chosen."""

    criterion: Acquisition
    number: PositiveInt = Field(description="Compounds to choose")
    tolerance: float | None = Field(
        None, gt=0, description="Mean error of the last choice that is small enough, eV per f.u."
    )


class Questions(BaseModel, frozen=True, extra="forbid"):
    """The predictions asked of a training, besides its models."""

    stage: int = Field(0, ge=0, description="Trainings before it in this campaign")
    host: HostChemistry | None = Field(None, description="Of the table estimate")
    held_out: tuple[Dopant, ...] = Field((), description="Predicted now, computed next")
    space: tuple[Dopant, ...] = Field((), description="What exploring chooses from")
    exploring: Exploring | None = Field(None, description="Null: nothing is chosen")
    table: tuple[Dopant, ...] = Field((), description="Predicted, for the periodic tables")
    landed: tuple[Dopant, ...] = Field(
        (), description="Held out or to choose from, but already computed: a weaker test"
    )
