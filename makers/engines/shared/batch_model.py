"""What an engine needs so that workers can share its model."""

from collections.abc import Sequence
from typing import Any, Protocol, TypedDict

import numpy as np
from ase import Atoms
from numpy.typing import NDArray


class ModelOutput(TypedDict, total=False):
    """What a model says of a crystal, by ASE's names: eV, eV/Å, and eV/Å³ in Voigt's order."""

    energy: float
    free_energy: float
    forces: NDArray[np.float64]
    stress: NDArray[np.float64]


class BatchModel(Protocol):
    """A model that computes many crystals at once.

    It travels to the process that computes: small, pickled, and equal to itself there. The model is
    loaded where `predict` is called, once per process.
    """

    def graph(self, atoms: Atoms) -> Any:
        """Return what the model reads of a crystal; the worker makes it, without a GPU.

        Raises
        ------
        ValueError
            An atom has no neighbour that the model sees.
        """

    def predict(self, graphs: Sequence[Any], *, forces: bool) -> list[ModelOutput]:
        """Compute crystals in one batch; `forces` asks for forces and stress too."""

    def __hash__(self) -> int:
        """Equal models are computed together."""
