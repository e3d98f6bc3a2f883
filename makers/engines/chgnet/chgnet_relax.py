"""Relaxations with CHGNet.

Importing this module loads atomate2 (2 s): only `ChgnetEngine.maker` does so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ase.calculators.calculator import Calculator
from pymatgen.core import Structure

from analysis.energies.schemes import EnergyScheme
from makers.engines.chgnet.chgnet_settings import (
    CHGNET,
    CHGNET_MODEL,
    CHGNET_NAME,
    ChgnetSettings,
)
from makers.engines.force_field import ForceFieldMaker
from makers.engines.shared.batch_model import BatchModel


@dataclass
class ChgnetRelaxMaker(ForceFieldMaker):
    """Relax atoms and cell with CHGNet."""

    name: str = "relax (CHGNet)"
    force_field_name: str = "CHGNet"
    force_threshold: float = ChgnetSettings().force_threshold
    optimizer: str = ChgnetSettings().optimizer

    @property
    def engine(self) -> str:
        """The engine's name in the registry."""
        return CHGNET_NAME

    @property
    def engine_version(self) -> str:
        """The version of the model."""
        return CHGNET_MODEL

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""
        return CHGNET

    def own_energies(self, structures: Sequence[Structure]) -> list[float | None]:
        """Return the model's energies alone, eV per cell; None for crystals with isolated atoms."""
        from makers.engines.chgnet.chgnet_model import chgnet_energies

        return chgnet_energies(CHGNET_MODEL, structures)

    def own_calculator(self) -> Calculator:
        """Load the model in this process."""
        from makers.engines.chgnet.chgnet_model import chgnet_calculator

        return chgnet_calculator(CHGNET_MODEL)

    def batch_model(self) -> BatchModel:
        """Return the model as workers can share it."""
        from makers.engines.chgnet.chgnet_batch import ChgnetBatchModel

        return ChgnetBatchModel(CHGNET_MODEL)
