"""SevenNet: its models, their weights, elements, cost and energy schemes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from analysis.energies.schemes import MATERIALS_PROJECT_PLUS_U, EnergyScheme
from makers.engines.force_field_settings import CORRECTIONS, Corrections, ForceFieldSettings

SEVENNET_NAME: Final = "sevennet"
SEVENNET_CUTOFF: Final = 5.0
"""Å. An atom without a neighbour this near is a free atom to the models."""

# The models are trained on MPtrj (Deng et al., Nature Machine Intelligence 5, 1031 (2023)), which
# has no structure with these elements up to Pu.
SEVENNET_UNTRAINED: Final = frozenset({"Po", "At", "Rn", "Fr", "Ra"})
SEVENNET_HEAVIEST: Final = 94


class SevennetModel(StrEnum):
    """Models whose weights are in the package sevenn, by the package's names."""

    ZERO = "7net-0"
    L3I5 = "7net-l3i5"


@dataclass(frozen=True)
class SevennetWeights:
    """A model's file.

    Attributes
    ----------
    file
        Its path in the package's folder of weights.
    sha256
        Of sevenn 0.13.0.
    core_seconds
        Seconds per atom and ionic step on one core, from 96 atoms.
    """

    file: str
    sha256: str
    core_seconds: float


# SevenNet-0 (11 July 2024): Y. Park et al., J. Chem. Theory Comput. 20, 4857 (2024); l3i5 is the
# same with spherical harmonics up to l = 3.
SEVENNET_WEIGHTS: Final = {
    SevennetModel.ZERO: SevennetWeights(
        "SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth",
        "7052cb42b7b3be42b40b97fa0d21077a48c54b5548948fc4dcf346629f813c36",
        1.5e-2,
    ),
    SevennetModel.L3I5: SevennetWeights(
        "SevenNet_l3i5/checkpoint_l3i5.pth",
        "a7ff190d41efe5b8317a03d20a468e4036a1a3e64e0b14fdbab64ac3f4bfc09d",
        3.1e-2,
    ),
}


class SevennetSettings(ForceFieldSettings):
    """Settings of a SevenNet relaxation."""

    model: SevennetModel = Field(
        SevennetModel.ZERO, description="7net-0, or 7net-l3i5: half its error in twice its time"
    )
    corrections: Literal[Corrections.ADDED, Corrections.NONE] = Field(
        Corrections.ADDED,
        description="added: the Materials Project's 2020 corrections are added to the model's "
        "PBE(+U) energies; none: they stay as they are",
    )


def sevennet_scheme(model: SevennetModel, corrections: Corrections) -> EnergyScheme:
    """Return the scheme of a model's energies.

    The models have learned the uncorrected total energies of MPtrj: PBE+U where the Materials
    Project uses U, PBE elsewhere.
    """
    return EnergyScheme(
        engine=f"SevenNet {model.value}",
        functional="PBE",
        plus_u=MATERIALS_PROJECT_PLUS_U,
        potentials="trained on MPtrj",
        corrections=CORRECTIONS[corrections],
        elements="none: total energies",
    )
