"""Standard uncertainty of a compound's reaction energy against that of the undoped host.

    D = reaction_energy - reaction_energy_host
    u(D)^2 = u_engine^2 + u_arrangements^2 + u_forces^2

Errors common to compound and host cancel in D and are left out. docs/uncertainty.md explains the
three parts and has the table of their sizes.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import stdev

from pymatgen.core import Composition

from analysis.base.reasons import Reason
from analysis.energies.engine_errors import EngineError, find_error, known_engines
from analysis.structures.dopants import Compound


def reaction_energy_uncertainty(
    compound: Compound,
    *,
    energies: Sequence[float],
    engine: str,
    version: str | None = None,
    error: EngineError | None = None,
    charge_balanced: bool = True,
    host: Composition | None = None,
) -> tuple[float | None, tuple[str, ...]]:
    """Estimate the standard uncertainty of D, with notes on what it lacks.

    Parameters
    ----------
    compound
        Its dopants and their amounts.
    energies
        Energies of all its arrangements that were relaxed, eV per formula unit of the host.
    engine, version
        Name of the engine, and version of it or its model.
    error
        What is known of the engine's error; looked up in the project's tables if None.
    charge_balanced
        True if binary oxides alone carry the compound to the scale of the reference phases; with
        a metal among them the engine's error is not known.
    host
        The undoped host, whose kind must be that of the compounds the error was measured on; None
        for an oxide.

    Returns
    -------
    tuple
        u in eV per formula unit of the host, None if an error is not known; and notes. The
        undoped host has u = 0: its D is zero by definition.
    """
    if not compound.dopants:
        return 0.0, ()
    error = error or find_error(engine, version)
    if error is None:
        reason = (
            f"reaction_energy_uncertainty and relation are null: the error of the engine {engine} "
            f"{Reason.NO_ENGINE_ERROR} (known: {', '.join(known_engines())}); `interphase "
            "calibrate` measures it"
        )
        return None, (reason,)
    if host is not None and (abroad := error.abroad(host)):
        return None, (f"reaction_energy_uncertainty and relation are null: {abroad}",)
    if not charge_balanced:
        reason = (
            f"reaction_energy_uncertainty and relation are null: the {Reason.UNBALANCED}, and the "
            "engine's error was measured for exchanges of oxides alone"
        )
        return None, (reason,)
    from_engine, engine_notes = _engine_part(compound, error)
    from_arrangements, arrangement_notes = _arrangement_part(energies)
    total = math.hypot(from_engine, from_arrangements, error.forces)
    return total, (*engine_notes, *arrangement_notes)


def scatter(energies: Sequence[float], error: EngineError) -> float:
    """Return the part of u that is not the engine's: arrangements and unfinished relaxation.

    Parameters
    ----------
    energies
        Energies of all arrangements that were relaxed, eV per formula unit of the host.
    error
        What is known of the engine's error.

    Returns
    -------
    float
        Standard uncertainty, eV per formula unit of the host.
    """
    return math.hypot(_arrangement_part(energies)[0], error.forces)


def _engine_part(compound: Compound, error: EngineError) -> tuple[float, tuple[str, ...]]:
    """Add the elements' errors in quadrature, each proportional to the element's amount.

    Two dopants of one element share its error: their amounts are added first.
    """
    amounts: dict[str, float] = defaultdict(float)
    for dopant in compound.dopants:
        amounts[dopant.element] += dopant.concentration
    parts = [math.hypot(error.of(e), error.structure) * x for e, x in amounts.items()]
    without = ", ".join(e for e in amounts if error.elements and e not in error.elements)
    notes = [error.note] if error.note else []
    if without:
        notes.append(
            f"reaction_energy_uncertainty: {Reason.NO_ELEMENT_ERROR} the engine's error for "
            f"{without}, that of all elements ({error.overall:.3f} eV per dopant atom) stands in"
        )
    return math.hypot(*parts), tuple(notes)


def _arrangement_part(energies: Sequence[float]) -> tuple[float, tuple[str, ...]]:
    """Take the sample standard deviation s of the relaxed arrangements.

    The lowest of n normal values scatters by 0.83 s (n = 2) to 0.59 s (n = 10) from sample to
    sample; doubling the sample lowers it by 0.47 s to 0.33 s on average: in quadrature 0.95 s to
    0.67 s. So s slightly overestimates how far the lowest is from its own limit.
    """
    if len(energies) > 1:
        return stdev(energies), ()
    note = (
        f"reaction_energy_uncertainty {Reason.NO_SPREAD}: only one was relaxed, and "
        "how much lower another lies is not known"
    )
    return 0.0, (note,)
