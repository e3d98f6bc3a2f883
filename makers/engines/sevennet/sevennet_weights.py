"""The weights of SevenNet's models, found in its package without importing it."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from analysis.base.errors import InputError
from makers.engines.sevennet.sevennet_settings import SEVENNET_WEIGHTS, SevennetModel
from makers.engines.weights import require_weights

INSTALL: Final = "pip install 'interphase[sevennet]'"


def weights_path(model: SevennetModel) -> Path:
    """Return the path of a model's weights in the package, without importing it."""
    package = find_spec("sevenn")
    if package is None or package.origin is None:
        msg = f"The engine sevennet is not installed: {INSTALL}."
        raise InputError(msg)
    return Path(package.origin).parent / "pretrained_potentials" / SEVENNET_WEIGHTS[model].file


def shipped_weights(model: SevennetModel) -> str:
    """Return the SHA-256 of a model's weights in the package.

    Raises
    ------
    InputError
        The package is not installed, or its weights are not those that the project knows.
    """
    fix = "install sevenn 0.13.0 again, or name these weights with the engine mlff"
    return require_weights(weights_path(model), SEVENNET_WEIGHTS[model].sha256, fix=fix)
