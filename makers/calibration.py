"""Compute an engine's energies of the calibration crystals, so that an interruption loses little.

The energies go to a file, a line each, as they come; started again, only what is missing is
computed. `analysis.energies.calibration` makes the table of errors from them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pymatgen.core import Structure

from analysis.base.errors import InputError
from analysis.energies.calibration import (
    crystals_of,
    error_document,
    garnet_exchanges,
    oxide_exchanges,
    samples_of,
)
from makers.convergence import NotConvergedError
from makers.engines.neighbours import IsolatedAtomError
from makers.engines.registry import find_engine, installed_versions, relax_maker

BATCH: Final = 8
SINGLE: Final = "single point"
RELAXED: Final = "relaxed"

Step = Callable[[str, int, int], None]
"""Called with the part, the crystals done and all of them, after each batch."""


def table_name(engine: str, version_: str) -> str:
    """Return the file name of the table of an engine's errors."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{engine}-{version_}") + ".json"


@dataclass
class StoredEnergies:
    """Energies of one engine in a file, eV/atom; None for what it cannot compute.

    Attributes
    ----------
    path
        The file.
    fields
        What determines the energies: those of another engine are not mixed with them.
    """

    path: Path
    fields: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Read what an earlier run has left.

        Raises
        ------
        InputError
            The file belongs to another engine, version or settings.
        """
        self.known: dict[tuple[str, str], float | None] = {}
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append({"fields": self.fields})
            return
        *whole, cut_off = self.path.read_text(encoding="utf-8").split("\n")
        if cut_off:  # a run was killed while it wrote
            self.path.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
        read = [json.loads(line) for line in whole]
        if not read or read[0].get("fields") != json.loads(json.dumps(self.fields)):
            msg = f"{self.path} holds energies of another engine or settings: move it away"
            raise InputError(msg)
        self.known = {(r["part"], r["formula"]): r["energy"] for r in read[1:]}

    def of(self, part: str) -> dict[str, float]:
        """Return the energies of a part by formula, without those that cannot be computed."""
        return {f: e for (p, f), e in self.known.items() if p == part and e is not None}

    def add(self, part: str, formula: str, energy: float | None) -> None:
        """Keep an energy."""
        self.known[part, formula] = energy
        self._append({"part": part, "formula": formula, "energy": energy})

    def _append(self, row: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def calibrate(
    engine: str, settings: Mapping[str, Any], folder: Path, *, step: Step
) -> dict[str, Any]:
    """Measure an engine, and return the table of its errors.

    Parameters
    ----------
    engine, settings
        As in a specification.
    folder
        Where energies are kept until the table is made.
    step
        Hears of the progress.

    Raises
    ------
    InputError
        The engine is not a force field, not known or not installed.
    """
    if not find_engine(engine).is_force_field:
        msg = f"{engine} is not a force field: a production engine is not measured against itself."
        raise InputError(msg)
    maker: Any = relax_maker(engine, settings)
    if not hasattr(maker, "energies"):
        msg = f"The Maker of {engine} has no method `energies`: see CONTRIBUTING.md."
        raise InputError(msg)
    path = folder / table_name(engine, maker.engine_version).replace(".json", ".energies.jsonl")
    energies = StoredEnergies(path, maker.digest_fields())
    oxides, left = oxide_exchanges()
    garnets = garnet_exchanges()
    _single_points(maker, crystals_of([*oxides, *garnets]), energies, step)
    _relaxations(maker, crystals_of(garnets), energies, step)
    samples, more = samples_of(oxides, energies.of(SINGLE))
    relaxed, _ = samples_of(garnets, energies.of(RELAXED))
    unrelaxed, _ = samples_of(garnets, energies.of(SINGLE))
    return {
        **_identity(maker, engine, settings),
        **error_document(samples, [*left, *more], relaxed),
        "garnets_unrelaxed": [list(sample) for sample in unrelaxed],
    }


def _single_points(
    maker: Any, crystals: Mapping[str, Structure], energies: StoredEnergies, step: Step
) -> None:
    """Compute energies at the geometries of DFT, the smallest crystals first."""
    missing = [f for f in crystals if (SINGLE, f) not in energies.known]
    missing.sort(key=lambda formula: len(crystals[formula]))
    step(SINGLE, len(crystals) - len(missing), len(crystals))
    for batch in _batches(missing):
        found = maker.energies([crystals[formula] for formula in batch])
        for formula, energy in zip(batch, found, strict=True):
            per_atom = None if energy is None else energy / len(crystals[formula])
            energies.add(SINGLE, formula, per_atom)
            step(SINGLE, sum(part == SINGLE for part, _ in energies.known), len(crystals))


def _relaxations(
    maker: Any, crystals: Mapping[str, Structure], energies: StoredEnergies, step: Step
) -> None:
    """Relax the garnets and what they are made from, as a campaign does."""
    missing = [f for f in crystals if (RELAXED, f) not in energies.known]
    step(RELAXED, len(crystals) - len(missing), len(crystals))
    for formula in missing:
        try:
            energy = maker.make.original(maker, crystals[formula]).energy_per_atom
        except (IsolatedAtomError, NotConvergedError):
            energy = None
        energies.add(RELAXED, formula, energy)
        step(RELAXED, sum(part == RELAXED for part, _ in energies.known), len(crystals))


def _batches(formulas: Sequence[str]) -> Iterator[Sequence[str]]:
    return (formulas[start : start + BATCH] for start in range(0, len(formulas), BATCH))


def _identity(maker: Any, engine: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Say what was measured: engine, version, settings with the weights' hash, packages."""
    return {
        "engine": engine,
        "version": maker.engine_version,
        "scheme": maker.scheme.model_dump(),
        "settings": dict(settings),
        "determined_by": maker.digest_fields(),
        "packages": installed_versions(find_engine(engine).packages),
    }
