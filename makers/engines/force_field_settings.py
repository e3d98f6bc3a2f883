"""Settings that relaxations with any force field share, and the corrections of its energies."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, PositiveFloat

from analysis.energies.schemes import MP2020_CORRECTIONS
from makers.engines.engine import EngineSettings


class ForceFieldSettings(EngineSettings):
    """Settings of a relaxation with a force field."""

    force_threshold: PositiveFloat = Field(
        0.1, description="Relaxed when the largest force is at or below this, eV/Å"
    )
    steps: int = Field(500, ge=2, description="Largest number of ionic steps")
    optimizer: Literal["springs", "BFGS", "LBFGS", "FIRE"] = Field(
        "springs", description="BFGS that starts from the stiffness of bonds, or one of ASE's"
    )


class Corrections(StrEnum):
    """What becomes of the Materials Project's 2020 corrections."""

    ADDED = "added"
    CONTAINED = "contained"
    NONE = "none"


CORRECTIONS: Final = {
    Corrections.ADDED: f"{MP2020_CORRECTIONS}, added to the energies",
    Corrections.CONTAINED: f"{MP2020_CORRECTIONS}, contained in the energies",
    Corrections.NONE: "none",
}
"""Each as an `EnergyScheme` says it."""
