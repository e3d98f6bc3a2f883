"""Errors of engines that the user has measured: read where a campaign is planned."""

from typing import Any

from analysis.energies.engine_errors import find_error, read_error_table
from makers.calibration import table_name
from workflows.base.settings import load_settings


def measured_table(maker: Any) -> dict[str, Any]:
    """Return the table of errors that the user has measured of an engine.

    Empty where there is none, or where the project's tables know the engine and the user's names no
    other kinds of compounds (`nonmetals`).

    Parameters
    ----------
    maker
        The campaign's relax Maker. An engine of another package may not say its version: its
        error is not known.
    """
    engine, version = getattr(maker, "engine", None), getattr(maker, "engine_version", None)
    if engine is None or version is None:
        return {}
    path = load_settings().tables / table_name(engine, version)
    table = read_error_table(path) if path.exists() else {}
    known = find_error(engine, version) is not None and "nonmetals" not in table
    return {} if known else table
