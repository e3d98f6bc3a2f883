"""Errors of engines that the user has measured: read where a campaign is planned."""

from typing import Any

from analysis.energies.engine_bias import EngineBias, engine_bias
from analysis.energies.engine_errors import EngineError, engine_error, find_error, read_error_table
from makers.calibration import table_name
from workflows.base.settings import load_settings


def measured_error(maker: Any) -> EngineError | None:
    """Return the error that the user has measured of an engine; None for the project's tables.

    Parameters
    ----------
    maker
        The campaign's relax Maker. An engine of another package may not say its version: its
        error is not known.
    """
    table = _measured_table(maker)
    return engine_error(table) if table else None


def measured_bias(maker: Any) -> EngineBias | None:
    """Return the one-sided part of that error; None for the project's tables."""
    table = _measured_table(maker)
    return engine_bias(table) if table else None


def _measured_table(maker: Any) -> dict[str, Any]:
    engine, version = getattr(maker, "engine", None), getattr(maker, "engine_version", None)
    if engine is None or version is None or find_error(engine, version) is not None:
        return {}
    path = load_settings().tables / table_name(engine, version)
    return read_error_table(path) if path.exists() else {}
