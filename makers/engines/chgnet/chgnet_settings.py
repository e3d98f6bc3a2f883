"""CHGNet 0.3.0: its settings, the elements it has learned, and its energy scheme."""

from typing import Final

from analysis.energies.schemes import MATERIALS_PROJECT_PLUS_U, EnergyScheme
from makers.engines.force_field_settings import CORRECTIONS, Corrections, ForceFieldSettings

CHGNET_NAME: Final = "chgnet"
CHGNET_MODEL: Final = "0.3.0"

# Elements up to Pu without a structure in MPtrj, the training set of CHGNet (Deng et al., Nature
# Machine Intelligence 5, 1031 (2023)): their embeddings still have the length of a random start,
# about 8, where every trained one is longer than 11.
CHGNET_UNTRAINED: Final = frozenset({"Po", "At", "Rn", "Fr", "Ra"})
CHGNET_HEAVIEST: Final = 94

# CHGNet 0.3.0 is trained on MPtrj, whose energies contain the 2020 corrections (Deng et al.,
# Nature Machine Intelligence 5, 1031 (2023)): correcting again would count them twice.
CHGNET: Final = EnergyScheme(
    engine=f"CHGNet {CHGNET_MODEL}",
    functional="PBE",
    plus_u=MATERIALS_PROJECT_PLUS_U,
    potentials="trained on MPtrj",
    corrections=CORRECTIONS[Corrections.CONTAINED],
    elements="none: total energies",
)


class ChgnetSettings(ForceFieldSettings):
    """Settings of a CHGNet relaxation."""
