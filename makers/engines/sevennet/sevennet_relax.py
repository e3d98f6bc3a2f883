"""Relaxations and energies with SevenNet.

Importing this module loads atomate2 (2 s): only `SevennetEngine.maker` does so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ase.calculators.calculator import Calculator
from pymatgen.core import Structure

from analysis.energies.schemes import EnergyScheme
from makers.engines.force_field import ForceFieldMaker
from makers.engines.force_field_settings import Corrections
from makers.engines.mp2020 import materials_project_correction
from makers.engines.sevennet.sevennet_settings import (
    SEVENNET_CUTOFF,
    SEVENNET_NAME,
    SEVENNET_WEIGHTS,
    SevennetModel,
    SevennetSettings,
    sevennet_scheme,
)
from makers.engines.sevennet.sevennet_weights import shipped_weights, weights_path
from makers.engines.shared.batch_model import BatchModel


@dataclass
class SevennetRelaxMaker(ForceFieldMaker):
    """Relax atoms and cell with SevenNet."""

    name: str = "relax (SevenNet)"
    force_field_name: str = "SevenNet"
    force_threshold: float = SevennetSettings().force_threshold
    optimizer: str = SevennetSettings().optimizer
    model: str = SevennetSettings().model.value
    corrections: str = SevennetSettings().corrections.value

    @property
    def engine(self) -> str:
        """The engine's name in the registry."""
        return SEVENNET_NAME

    @property
    def engine_version(self) -> str:
        """The name of the model."""
        return self.model

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""
        return sevennet_scheme(SevennetModel(self.model), Corrections(self.corrections))

    @property
    def cutoff(self) -> float:
        """Å within which the model needs a neighbour of every atom."""
        return SEVENNET_CUTOFF

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result."""
        weights = SEVENNET_WEIGHTS[SevennetModel(self.model)].sha256
        extra = {"weights": weights, "corrections": self.corrections}
        return super().digest_fields() | extra

    def correction(self, structure: Structure, energy: float, *, initial: Structure) -> float:
        """Return the Materials Project's 2020 correction, unless settings leave it out."""
        if self.corrections == Corrections.NONE:
            return 0.0
        return materials_project_correction(structure, energy, initial=initial, scheme=self.scheme)

    def own_energies(self, structures: Sequence[Structure]) -> list[float | None]:
        """Return the model's energies in batches, eV per cell."""
        from makers.engines.sevennet.sevennet_batch import sevennet_energies

        return [*sevennet_energies(self._weights(), [s.to_ase_atoms() for s in structures])]

    def own_calculator(self) -> Calculator:
        """Load the model in this process."""
        from makers.engines.sevennet.sevennet_model import sevennet_calculator

        return sevennet_calculator(self._weights())

    def batch_model(self) -> BatchModel:
        """Return the model as workers can share it."""
        from makers.engines.sevennet.sevennet_batch import SevennetBatchModel

        return SevennetBatchModel(self._weights())

    def _weights(self) -> str:
        """Find the weights; where the job runs they must be those that it was named by."""
        model = SevennetModel(self.model)
        shipped_weights(model)
        return str(weights_path(model))
