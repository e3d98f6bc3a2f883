"""Phases on which an engine and the project's table differ by more than the engine's error."""

import json
from collections.abc import Mapping
from functools import lru_cache

from analysis.data import TABLES
from analysis.energies.uncertainty import ERRORS_FILE, known_error


@lru_cache(maxsize=4)
def engine_disagreements(engine: str = "chgnet") -> Mapping[str, float]:
    """Return the deviation of each phase that an engine was tested on, in its standard errors.

    The deviation is that of making the phase from binary oxides, positive where the engine has it
    less stable than the table. The standard error is the engine's for the element; for phases that
    hold more of the host's elements than a dopant displaces, the root mean square of all of these.

    Parameters
    ----------
    engine
        An engine of `engine_errors.json`; one that is not there has no deviations.

    Returns
    -------
    Mapping
        Reduced formula to deviation.
    """
    document = json.loads((TABLES / ERRORS_FILE).read_text()).get(engine)
    if document is None:
        return {}
    error = known_error(engine)
    beyond = document["beyond_exchange"]["rms"]
    return {
        **{formula: e / error.of(element) for formula, element, _, e in document["samples"]},
        **{formula: e / beyond for formula, _, _, e in document["samples_beyond_exchange"]},
    }
