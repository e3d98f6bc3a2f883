"""Standard uncertainty of a compound's reaction energy against that of the undoped host.

    D = reaction_energy - reaction_energy_host
    u(D)^2 = u_engine^2 + u_arrangements^2 + u_forces^2

Errors common to compound and host cancel in D and are left out. docs/uncertainty.md explains the
three parts and has the table of their sizes.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import stdev
from typing import Any, Final

from analysis.data.build import HERE
from analysis.dopants import Compound
from analysis.reasons import Reason

ERRORS_FILE: Final = "engine_errors.json"
FORCES_FILE: Final = "force_threshold.json"

# "Oxides were generally converged to less than 1 meV/atom" (Materials Project documentation,
# Calculation details, Total energy convergence, after A. Jain et al., Comput. Mater. Sci. 50, 2295
# (2011)), times the atoms of binary oxides that one dopant exchanges: of Ta on Zr 3.5 (Ta2O5/2), 3
# (ZrO2) and 1.5 (Li2O/2), 4.8 in quadrature. Host and compound share cell and k-points.
VASP_ERROR: Final = 0.005  # eV per dopant atom


@dataclass(frozen=True)
class EngineError:
    """What is known of an engine's error on exchanging binary oxides.

    Attributes
    ----------
    overall
        Standard error of any dopant without its own, eV per dopant atom.
    elements
        That of single dopant elements.
    forces
        Error of stopping the relaxations at their force threshold, eV per formula unit.
    note
        What the error holds and what not; empty where nothing need be said.
    """

    overall: float
    elements: Mapping[str, float]
    forces: float
    note: str = ""


def reaction_energy_uncertainty(
    compound: Compound,
    *,
    energies: Sequence[float],
    engine: str,
    charge_balanced: bool = True,
) -> tuple[float | None, tuple[str, ...]]:
    """Estimate the standard uncertainty of D, and say what it lacks.

    Parameters
    ----------
    compound
        Its dopants and their amounts.
    energies
        Energies of all its arrangements that were relaxed, eV per formula unit of the host.
    engine
        Name of the engine: "chgnet" or "vasp", in any case.
    charge_balanced
        Whether binary oxides alone carry the compound to the scale of the reference phases; with
        a metal among them the engine's error is not known.

    Returns
    -------
    tuple
        u in eV per formula unit of the host, None where an error is not known; and notes. The
        undoped host has u = 0: its D is zero by definition.
    """
    if not compound.dopants:
        return 0.0, ()
    if engine.lower() not in _KNOWN:
        reason = (
            f"reaction_energy_uncertainty and label are null: the error of the engine {engine} "
            f"{Reason.NO_ENGINE_ERROR} (known: {', '.join(_KNOWN)})"
        )
        return None, (reason,)
    if not charge_balanced:
        reason = (
            f"reaction_energy_uncertainty and label are null: the {Reason.UNBALANCED}, and the "
            "engine's error was measured for exchanges of oxides alone"
        )
        return None, (reason,)
    error = _KNOWN[engine.lower()]()
    from_engine, engine_notes = _engine_part(compound, error)
    from_arrangements, arrangement_notes = _arrangement_part(energies)
    total = math.hypot(from_engine, from_arrangements, error.forces)
    return total, (*engine_notes, *arrangement_notes)


def _engine_part(compound: Compound, error: EngineError) -> tuple[float, tuple[str, ...]]:
    """Add the elements' errors in quadrature, each proportional to the element's amount.

    Two dopants of one element share its error: their amounts are added first.
    """
    amounts: dict[str, float] = defaultdict(float)
    for dopant in compound.dopants:
        amounts[dopant.element] += dopant.concentration
    parts = [error.elements.get(e, error.overall) * x for e, x in amounts.items()]
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
    sample, and as many again lower it by 0.47 s to 0.33 s on average: in quadrature 0.95 s to
    0.67 s. Thus s is a slightly wide figure for how far the lowest is from its own limit.
    """
    if len(energies) > 1:
        return stdev(energies), ()
    note = (
        f"reaction_energy_uncertainty {Reason.NO_SPREAD}: only one was relaxed, and "
        "how much lower another lies is not known"
    )
    return 0.0, (note,)


@lru_cache(maxsize=1)
def _chgnet() -> EngineError:
    document = json.loads((HERE / ERRORS_FILE).read_text())["chgnet"]
    return EngineError(
        overall=document["overall"]["rms"],
        elements={element: each["rms"] for element, each in document["elements"].items()},
        forces=force_threshold_error(json.loads((HERE / FORCES_FILE).read_text())),
    )


def force_threshold_error(relaxations: Mapping[str, Any]) -> float:
    """Root mean square of what the looser threshold adds to compound minus host, eV per f.u.

    Parameters
    ----------
    relaxations
        The document of `benchmarks/force_threshold.py`: ``host``, ``loose`` and ``tight`` (names
        of host and thresholds) and ``crystals``, by name, with energies in eV per cell.
    """
    crystals = relaxations["crystals"]
    extra = {
        name: (each["energy"][relaxations["loose"]] - each["energy"][relaxations["tight"]])
        / each["formula_units"]
        for name, each in crystals.items()
        if each["formula_units"]
    }
    host = extra.pop(relaxations["host"])
    return math.sqrt(sum((value - host) ** 2 for value in extra.values()) / len(extra))


def _vasp() -> EngineError:
    """Give what remains between PBE runs of one scheme; forces of 0.01 eV/Å add nothing to it."""
    note = (
        "reaction_energy_uncertainty holds the numerical errors of VASP within PBE, "
        f"{Reason.PBE_ONLY}"
    )
    return EngineError(overall=VASP_ERROR, elements={}, forces=0.0, note=note)


_KNOWN: Final[Mapping[str, Callable[[], EngineError]]] = {"chgnet": _chgnet, "vasp": _vasp}
