"""SevenNet as an engine of the registry, light to import."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pymatgen.core import Element

from analysis.base.errors import DoubtError, InputError
from makers.engines.engine import Engine, EngineSettings
from makers.engines.sevennet.sevennet_settings import (
    SEVENNET_HEAVIEST,
    SEVENNET_NAME,
    SEVENNET_UNTRAINED,
    SEVENNET_WEIGHTS,
    SevennetModel,
    SevennetSettings,
)
from makers.engines.sevennet.sevennet_weights import INSTALL, shipped_weights

if TYPE_CHECKING:
    from jobflow import Maker


class SevennetEngine(Engine):
    """SevenNet-0 and SevenNet-l3i5, with their weights inside the package sevenn.

    `core_seconds` is from energies, forces and stresses of 96 atoms on one thread: 1.4 s.
    """

    name = SEVENNET_NAME
    settings_class = SevennetSettings
    core_seconds = SEVENNET_WEIGHTS[SevennetModel.ZERO].core_seconds
    packages = ("sevenn", "e3nn", "torch")

    def maker(self, settings: EngineSettings) -> Maker:
        """Return the Maker of a SevenNet relaxation."""
        from makers.engines.sevennet.sevennet_relax import SevennetRelaxMaker

        checked = SevennetSettings(**settings.model_dump())
        shipped_weights(checked.model)
        return SevennetRelaxMaker(**checked.model_dump(mode="json"))

    def knows(self, element: str) -> bool:
        """Return True if the training set holds the element."""
        return element not in SEVENNET_UNTRAINED and Element(element).Z <= SEVENNET_HEAVIEST

    def seconds(self, settings: EngineSettings) -> float:
        """Return the cost of the model that the settings name."""
        return SEVENNET_WEIGHTS[SevennetSettings(**settings.model_dump()).model].core_seconds

    def require_installed(self) -> None:
        """Refuse to go on without the package sevenn."""
        if find_spec("sevenn") is None:
            msg = f"The engine sevennet is not installed: {INSTALL}."
            raise InputError(msg)

    def installation(self) -> str:
        """Check the weights of all models, which are part of the package."""
        if find_spec("sevenn") is None:
            msg = f"sevenn is not installed; the engine sevennet needs {INSTALL}"
            raise DoubtError(msg)
        for model in SevennetModel:
            shipped_weights(model)
        return f"SevenNet {', '.join(SevennetModel)}, weights of package {version('sevenn')}"
