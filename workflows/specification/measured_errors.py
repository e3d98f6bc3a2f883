"""Errors of engines that the user has measured: read where a campaign is planned."""

from typing import Any

from analysis.energies.engine_errors import find_error, read_error_table
from makers.calibration import table_name
from workflows.base.settings import load_settings


def measured_table(maker: Any) -> dict[str, Any]:
    """Return the table of errors that the user has measured of an engine.

    Empty where there is none, or where the project's tables know the engine.

    Parameters
    ----------
    maker
        The campaign's relax Maker. An engine of another package may not say its version: its
        error is not known.
    """
    engine, version = getattr(maker, "engine", None), getattr(maker, "engine_version", None)
    if engine is None or version is None or find_error(engine, version) is not None:
        return {}
    path = load_settings().tables / table_name(engine, version)
    return read_error_table(path) if path.exists() else {}
