"""What is known of engines' errors: a table for each engine and version.

The tables lie in ``analysis/data/engines``; `interphase calibrate` writes them. A campaign with an
engine that a user has measured carries its `EngineError`.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, Field

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.data import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pymatgen.core import Composition

ENGINES_FOLDER: Final = "engines"
FORCES_FILE: Final = "force_threshold.json"

#: Kinds of compounds that `interphase calibrate` measures, by their nonmetals.
OXIDES: Final = ("O",)
#: For an error that holds for every kind: that of a code's numbers.
ANY_KIND: Final = "any"

# Weight of all elements' error in that of one element, in ternary oxides. With ternary oxides left
# out one by one the likelihood is flat from 5 to 20 and lower at 0. Of 68 oxides of four and more
# elements, which the errors were not made of, the errors are 1.20 of this in root mean square and
# 2.04 of an element's own alone (benchmarks/alignment.py).
PRIOR: Final = 10


class EngineError(BaseModel, frozen=True, extra="forbid"):
    """What is known of an engine's error on exchanging binary oxides."""

    overall: float = Field(
        description="Standard error of any dopant without its own, eV per dopant atom"
    )
    elements: dict[str, float] = Field(
        default_factory=dict, description="That of single dopant elements"
    )
    forces: float = Field(
        description="Error of stopping relaxations at their force threshold, eV per formula unit"
    )
    structure: float = Field(
        0.0, description="What errors in doped hosts have beyond those, eV per dopant atom"
    )
    note: str = Field("", description="What the error holds and what not, where that must be said")
    nonmetals: tuple[str, ...] = Field(
        OXIDES,
        description="Kinds of compounds it was measured on, each by its nonmetals in alphabetical "
        "order: O for oxides, O-P for phosphates, P-S, Cl; `any` for all",
    )

    def of(self, element: str) -> float:
        """Look up the standard error of exchanging oxides of an element, eV per atom of it."""
        return self.elements.get(element, self.overall)

    def abroad(self, host: Composition, *, functional: bool = False) -> str | None:
        """Say that a host is of another kind than the error was measured on; None if it is not.

        Metalloids (B, Si, Ge ...) count with the metals: the oxides of all were measured.

        Parameters
        ----------
        host
            Its composition.
        functional
            Whether the functional's own error counts too, which is known for oxides.
        """
        kind = nonmetals_of(host)
        measured = [*OXIDES, *self.nonmetals] if ANY_KIND in self.nonmetals else self.nonmetals
        if kind in measured or (ANY_KIND in measured and not functional):
            return None
        of_what = "functional" if ANY_KIND in measured else "engine"
        known = ", ".join(each for each in measured if each != ANY_KIND)
        return (
            f"the {of_what}'s error {Reason.ABROAD}: the nonmetals here are {kind}, those of the "
            f"compounds it was measured on {known}"
        )


def nonmetals_of(host: Composition) -> str:
    """Name the nonmetals of a compound in alphabetical order, as O or O-P."""
    found = {e.symbol for e in host.element_composition if not (e.is_metal or e.is_metalloid)}
    return "-".join(sorted(found))


def engine_error(table: Mapping[str, Any]) -> EngineError:
    """Make the error of an engine from its table.

    The error of the force threshold is that of the table, or where it has none that of
    `FORCES_FILE`: it follows from the curvature of the energy, in which engines agree.
    """
    overall = table["overall"]
    elements = {e: pooled(each, overall) for e, each in table.get("elements", {}).items()}
    oxides = EngineError(overall=overall["rms"], elements=elements, forces=0.0)
    garnets = table.get("garnets")
    return EngineError(
        overall=oxides.overall,
        elements=elements,
        structure=structure_error(garnets, oxides) if garnets else 0.0,
        forces=table["forces"] if "forces" in table else _measured_forces(),
        note=table.get("note", ""),
        nonmetals=tuple(table.get("nonmetals", OXIDES)),
    )


def find_error(engine: str, version: str | None = None) -> EngineError | None:
    """Look up the error of an engine in the tables that ship with the project.

    Parameters
    ----------
    engine
        Its name, in any case.
    version
        Of the engine or its model; None for the only one that is known.
    """
    table = shipped_error_table(engine, version)
    return engine_error(table) if table else None


def shipped_error_table(engine: str, version: str | None = None) -> dict[str, Any]:
    """Return the table of `find_error`; empty where there is none."""
    found = [t for t in shipped_error_tables() if _matches(t, engine, version)]
    return found[0] if len(found) == 1 else {}


def known_error(engine: str, version: str | None = None) -> EngineError:
    """Look up the error of an engine whose table ships with the project.

    Raises
    ------
    InputError
        There is no such table, or several versions and none was named.
    """
    found = find_error(engine, version)
    if found is None:
        known = ", ".join(known_engines())
        msg = f"No table of errors of {engine} {version or ''}: known are {known}."
        raise InputError(msg)
    return found


def known_engines() -> list[str]:
    """List the engines whose errors ship with the project, with their versions."""
    return [f"{t['engine']} {t['version'] or ''}".strip() for t in shipped_error_tables()]


@lru_cache(maxsize=1)
def shipped_error_tables() -> tuple[dict[str, Any], ...]:
    """Read the tables that ship with the project."""
    return tuple(map(read_error_table, sorted((TABLES / ENGINES_FOLDER).glob("*.json"))))


def read_error_table(path: Path) -> dict[str, Any]:
    """Read an engine's table of errors."""
    table: dict[str, Any] = json.loads(path.read_text())
    return table


def _matches(table: Mapping[str, Any], engine: str, version: str | None) -> bool:
    same = table["engine"] == engine.lower()
    return same and (version is None or table["version"] in {None, version})


def pooled(
    element: Mapping[str, float], overall: Mapping[str, float], *, prior: float = PRIOR
) -> float:
    """Take the root mean square of an element's errors and `prior` typical ones of all elements.

    Five to a hundred oxides of an element show its usual error, and rarely its worst: alone they
    promise too much of elements whose few oxides happen to be right.

    Parameters
    ----------
    element, overall
        ``n`` and ``rms`` of the errors of one element and of all.
    """
    squares = element["n"] * element["rms"] ** 2 + prior * overall["rms"] ** 2
    return math.sqrt(squares / (element["n"] + prior))


def structure_error(garnets: Sequence[tuple[str, str, str, float]], oxides: EngineError) -> float:
    """Error in doped hosts beyond that of oxides, eV per dopant atom; zero where there is none.

    The mean square of the garnets' errors minus that which the oxides' errors let expect.

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


@lru_cache(maxsize=1)
def _measured_forces() -> float:
    return force_threshold_error(json.loads((TABLES / FORCES_FILE).read_text()))


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
