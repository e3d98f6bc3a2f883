"""Phases on which an engine and the project's table differ by more than the engine's error."""

from collections.abc import Mapping
from functools import lru_cache

from analysis.energies.engine_errors import engine_error, shipped_error_table


@lru_cache(maxsize=4)
def engine_disagreements(engine: str = "chgnet") -> Mapping[str, float]:
    """Return the deviation of each phase that an engine was tested on, in its standard errors.

    The deviation is that of making the phase from binary oxides, positive where the engine has it
    less stable than the table. The standard error is the engine's for the element; for phases that
    hold more of the host's elements than a dopant displaces, the root mean square of all of these.

    Parameters
    ----------
    engine
        An engine with a table of errors; one without has no deviations.

    Returns
    -------
    Mapping
        Reduced formula to deviation.
    """
    table = shipped_error_table(engine)
    if "samples" not in table:
        return {}
    error = engine_error(table)
    beyond = table["beyond_exchange"]["rms"]
    return {
        **{formula: e / error.of(element) for formula, element, _, e in table["samples"]},
        **{formula: e / beyond for formula, _, _, e in table["samples_beyond_exchange"]},
    }
