"""Relaxations with a force field whose weights the user names.

Importing this module loads atomate2 (2 s): only `MlffEngine.maker` does so.
"""

from dataclasses import dataclass
from functools import lru_cache
from json import dumps, loads
from pathlib import Path
from typing import Any

from ase.calculators.calculator import Calculator
from atomate2.forcefields.utils import ase_calculator
from pymatgen.core import Structure

from analysis.energies.schemes import EnergyScheme
from makers.engines.force_field import ForceFieldMaker
from makers.engines.force_field_settings import Corrections
from makers.engines.mlff.mlff_settings import (
    KNOWN_FORCE_FIELDS,
    MLFF_NAME,
    mlff_scheme,
    mlff_version,
)
from makers.engines.mp2020 import materials_project_correction
from makers.engines.weights import require_weights


@dataclass
class MlffRelaxMaker(ForceFieldMaker):
    """Relax atoms and cell with a force field of atomate2's list, or a calculator of ASE."""

    name: str = "relax (force field)"
    force_field: str = ""
    weights_path: str = ""
    weights_sha256: str = ""
    functional: str = ""
    plus_u: str = "none"
    corrections: str = Corrections.NONE.value
    cutoff: float | None = None

    def __post_init__(self) -> None:
        """Have atomate2 load the calculator, also one that is not in its list."""
        if self.force_field not in KNOWN_FORCE_FIELDS:
            self.calculator_meta = self.force_field
            self.force_field_name = "Forcefield"
        super().__post_init__()

    @property
    def engine(self) -> str:
        """The engine's name in the registry."""
        return MLFF_NAME

    @property
    def engine_version(self) -> str:
        """The force field and the beginning of its weights' hash."""
        return mlff_version(self.force_field, self.weights_sha256)

    @property
    def scheme(self) -> EnergyScheme:
        """The scheme of this Maker's energies."""
        return mlff_scheme(
            self.engine_version,
            functional=self.functional,
            plus_u=self.plus_u,
            corrections=self.corrections,
        )

    def digest_fields(self) -> dict[str, Any]:
        """Return everything besides the structure that determines the result.

        The path of the weights is not part of it: their hash is.
        """
        arguments = {k: v for k, v in self.calculator_kwargs.items() if v != self.weights_path}
        return super().digest_fields() | {
            "weights": self.weights_sha256,
            "corrections": self.corrections,
            "arguments": arguments,
            "trained_on": [self.functional, self.plus_u],
        }

    def correction(self, structure: Structure, energy: float, *, initial: Structure) -> float:
        """Return the Materials Project's 2020 correction where settings ask for it."""
        if self.corrections != Corrections.ADDED:
            return 0.0
        return materials_project_correction(structure, energy, initial=initial, scheme=self.scheme)

    def own_calculator(self) -> Calculator:
        """Load the model in this process."""
        require_weights(
            Path(self.weights_path), self.weights_sha256, fix="the campaign was planned with others"
        )
        return _calculator(str(self.calculator_meta), dumps(self.calculator_kwargs, sort_keys=True))


@lru_cache(maxsize=1)
def _calculator(meta: str, arguments: str) -> Calculator:
    """Load a model once per process."""
    return ase_calculator(meta.removeprefix("MLFF."), **loads(arguments))
