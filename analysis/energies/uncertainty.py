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
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import stdev
from typing import Any, Final

from analysis.base.reasons import Reason
from analysis.data import TABLES
from analysis.structures.dopants import Compound

ERRORS_FILE: Final = "engine_errors.json"
FORCES_FILE: Final = "force_threshold.json"
GARNETS_FILE: Final = "garnet_errors.json"

# "Oxides were generally converged to less than 1 meV/atom" (Materials Project documentation,
# Calculation details, Total energy convergence, after A. Jain et al., Comput. Mater. Sci. 50, 2295
# (2011)), times the atoms of binary oxides that one dopant exchanges: of Ta on Zr 3.5 (Ta2O5/2), 3
# (ZrO2) and 1.5 (Li2O/2), 4.8 in quadrature. Host and compound share cell and k-points.
VASP_ERROR: Final = 0.005  # eV per dopant atom


# Weight of all elements' error in that of one element, in ternary oxides. With ternary oxides left
# out one by one the likelihood is flat from 5 to 20 and lower at 0. Of 68 oxides of four and more
# elements, not used to derive the errors, the errors are 1.20 of this in root mean square and
# 2.04 of an element's own alone (benchmarks/alignment.py).
PRIOR: Final = 10


@dataclass(frozen=True)
class EngineError:
    """The known error of an engine on exchanging binary oxides.

    Attributes
    ----------
    overall
        Standard error of any dopant without its own, eV per dopant atom.
    elements
        That of single dopant elements.
    structure
        The additional error in doped hosts, eV per dopant atom.
    forces
        Error of stopping the relaxations at their force threshold, eV per formula unit.
    note
        What the error includes and what not; empty if there is nothing to say.
    """

    overall: float
    elements: Mapping[str, float]
    forces: float
    structure: float = 0.0
    note: str = ""

    def of(self, element: str) -> float:
        """Look up the standard error of exchanging oxides of an element, eV per atom of it."""
        return self.elements.get(element, self.overall)


def reaction_energy_uncertainty(
    compound: Compound,
    *,
    energies: Sequence[float],
    engine: str,
    charge_balanced: bool = True,
) -> tuple[float | None, tuple[str, ...]]:
    """Estimate the standard uncertainty of D, with notes on what it lacks.

    Parameters
    ----------
    compound
        Its dopants and their amounts.
    energies
        Energies of all its arrangements that were relaxed, eV per formula unit of the host.
    engine
        Name of the engine: "chgnet" or "vasp", in any case.
    charge_balanced
        True if binary oxides alone carry the compound to the scale of the reference phases; with
        a metal among them the engine's error is not known.

    Returns
    -------
    tuple
        u in eV per formula unit of the host, None if an error is not known; and notes. The
        undoped host has u = 0: its D is zero by definition.
    """
    if not compound.dopants:
        return 0.0, ()
    if not has_known_error(engine):
        reason = (
            f"reaction_energy_uncertainty and relation are null: the error of the engine {engine} "
            f"{Reason.NO_ENGINE_ERROR} (known: {', '.join(_KNOWN)})"
        )
        return None, (reason,)
    if not charge_balanced:
        reason = (
            f"reaction_energy_uncertainty and relation are null: the {Reason.UNBALANCED}, and the "
            "engine's error was measured for exchanges of oxides alone"
        )
        return None, (reason,)
    error = known_error(engine)
    from_engine, engine_notes = _engine_part(compound, error)
    from_arrangements, arrangement_notes = _arrangement_part(energies)
    total = math.hypot(from_engine, from_arrangements, error.forces)
    return total, (*engine_notes, *arrangement_notes)


def scatter(energies: Sequence[float], engine: str) -> float:
    """Return the part of u that is not the engine's: arrangements and unfinished relaxation.

    Parameters
    ----------
    energies
        Energies of all arrangements that were relaxed, eV per formula unit of the host.
    engine
        Name of the engine.

    Returns
    -------
    float
        Standard uncertainty, eV per formula unit of the host.
    """
    return math.hypot(_arrangement_part(energies)[0], known_error(engine).forces)


def has_known_error(engine: str) -> bool:
    """Return True if the errors of an engine were measured or estimated."""
    return engine.lower() in _KNOWN


def known_error(engine: str) -> EngineError:
    """Look up the known error of an engine: "chgnet" or "vasp", in any case."""
    return _KNOWN[engine.lower()]()


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


@lru_cache(maxsize=1)
def _chgnet() -> EngineError:
    document = json.loads((TABLES / ERRORS_FILE).read_text())["chgnet"]
    overall = document["overall"]
    oxides = EngineError(
        overall=overall["rms"],
        elements={e: pooled(each, overall) for e, each in document["elements"].items()},
        forces=0.0,
    )
    garnets = json.loads((TABLES / GARNETS_FILE).read_text())["chgnet"]["samples"]
    return replace(
        oxides,
        structure=structure_error(garnets, oxides),
        forces=force_threshold_error(json.loads((TABLES / FORCES_FILE).read_text())),
    )


def pooled(
    element: Mapping[str, float], overall: Mapping[str, float], *, prior: float = PRIOR
) -> float:
    """Take the root mean square of an element's errors and `prior` typical ones of all elements.

    Five to a hundred oxides of an element show its usual error, but rarely its worst: alone they
    are too optimistic for elements whose few oxides happen to be right.

    Parameters
    ----------
    element, overall
        ``n`` and ``rms`` of the errors of one element and of all.
    """
    squares = element["n"] * element["rms"] ** 2 + prior * overall["rms"] ** 2
    return math.sqrt(squares / (element["n"] + prior))


def structure_error(garnets: Sequence[tuple[str, str, str, float]], oxides: EngineError) -> float:
    """Return the error in doped hosts beyond that of oxides, eV per dopant atom; zero if none.

    The mean square of the garnets' errors minus that expected from the oxides' errors.

    Parameters
    ----------
    garnets
        Formula, dopant element, identifier and error (eV per atom of it) of doped garnets.
    oxides
        The errors of exchanging binary oxides.
    """
    found = sum(error**2 for *_, error in garnets) / len(garnets)
    expected = sum(oxides.of(element) ** 2 for _, element, *_ in garnets) / len(garnets)
    return math.sqrt(max(0.0, found - expected))


def force_threshold_error(relaxations: Mapping[str, Any]) -> float:
    """Return the RMS of what the looser threshold adds to compound minus host, eV per f.u.

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
    """Return what remains between PBE runs of one scheme; forces of 0.01 eV/Å add nothing to it."""
    note = (
        "reaction_energy_uncertainty holds the numerical errors of VASP within PBE, "
        f"{Reason.PBE_ONLY}"
    )
    return EngineError(overall=VASP_ERROR, elements={}, forces=0.0, note=note)


_KNOWN: Final[Mapping[str, Callable[[], EngineError]]] = {"chgnet": _chgnet, "vasp": _vasp}
