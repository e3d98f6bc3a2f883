"""CHGNet as an engine of the registry, light to import."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pymatgen.core import Element

from analysis.base.errors import DoubtError, InputError
from makers.engines.chgnet.chgnet_settings import (
    CHGNET_HEAVIEST,
    CHGNET_MODEL,
    CHGNET_NAME,
    CHGNET_UNTRAINED,
    ChgnetSettings,
)
from makers.engines.engine import Engine, EngineSettings

if TYPE_CHECKING:
    from jobflow import Maker

_INSTALL: Final = "pip install 'interphase[forcefield]'"


class ChgnetEngine(Engine):
    """CHGNet, with its weights inside its package.

    `core_seconds` is from 940 relaxations of the 96-atom garnet: 0.18 s a step alone, 0.21 s with
    the neighbouring core busy.
    """

    name = CHGNET_NAME
    settings_class = ChgnetSettings
    core_seconds = 2.2e-3
    packages = ("chgnet", "torch")

    def maker(self, settings: EngineSettings) -> Maker:
        """Return the Maker of a CHGNet relaxation."""
        from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker

        return ChgnetRelaxMaker(**settings.model_dump())

    def knows(self, element: str) -> bool:
        """Return True if the training set holds the element."""
        return element not in CHGNET_UNTRAINED and Element(element).Z <= CHGNET_HEAVIEST

    def require_installed(self) -> None:
        """Refuse to go on without the package chgnet."""
        if find_spec("chgnet") is None:
            msg = f"The engine chgnet is not installed: {_INSTALL}."
            raise InputError(msg)

    def installation(self) -> str:
        """Find the weights, which are part of the package."""
        package = find_spec("chgnet")
        if package is None or package.origin is None:
            msg = f"chgnet is not installed; a force field needs {_INSTALL}"
            raise DoubtError(msg)
        folder = Path(package.origin).parent / "pretrained" / CHGNET_MODEL
        if not list(folder.glob("*.pth.tar")):
            msg = f"no weights of CHGNet {CHGNET_MODEL} in {folder}: install chgnet again"
            raise InputError(msg)
        return f"CHGNet {CHGNET_MODEL}, weights of package {version('chgnet')}"
