"""CHGNet's energies of the crystals of the table, for `benchmarks/alignment.py`."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pymatgen.core import Composition

from analysis.energies.shipped_tables import Record, structure_of
from studies.tables import reference_tables as build
from studies.tables.calibration_crystals import LARGEST_CELL, engine_energies
from studies.validation.alignments import HOST, Alignment, carriers
from studies.validation.known_reactions import KnownReaction

POINTS, RELAXED = "points.json", "relaxed.json"

Lowest = dict[str, tuple[float, str]]


def records(source: Path) -> list[Record]:
    """Crystals of the 2019 release that are small enough, the smallest first."""
    with gzip.open(source / build.STRUCTURE_FILE, "rt") as lines:
        everything = [json.loads(line) for line in lines]
    kept = [
        record
        for record in everything
        if build.number(record) <= build.NEWEST_OF_2019 and len(record["sites"]) <= LARGEST_CELL
    ]
    return sorted(kept, key=lambda record: len(record["sites"]))


def single_points(crystals: Sequence[Record], cache: Path | None) -> dict[str, float | None]:
    """CHGNet's energies in eV/atom by identifier."""
    known = cached(cache, POINTS)
    missing = [record for record in crystals if record["mpid"] not in known]
    if missing:
        found = engine_energies(missing)
        known |= {record["mpid"]: found.get(record["mpid"]) for record in missing}
        keep(cache, POINTS, known)
    return known


def cached(cache: Path | None, name: str) -> dict[str, Any]:
    """Read what an earlier run has kept."""
    path = cache / name if cache else None
    return json.loads(path.read_text()) if path and path.exists() else {}


def keep(cache: Path | None, name: str, found: Mapping[str, Any]) -> None:
    """Keep it for the next run."""
    if cache:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text(json.dumps(found))


def lowest(crystals: Iterable[Record], points: Mapping[str, float | None]) -> Lowest:
    """Return the energy (eV/atom) and identifier of the lowest crystal of each reduced formula."""
    best: Lowest = {}
    for record in crystals:
        energy = points[record["mpid"]]
        if energy is not None:
            formula = Composition(record["formula"]).reduced_formula
            candidate = (energy, record["mpid"])
            best[formula] = min(best.get(formula, candidate), candidate)
    return best


def relaxed(
    reactions: Sequence[KnownReaction],
    best: Lowest,
    crystals: Iterable[Record],
    cache: Path | None,
) -> dict[str, float]:
    """Relax the garnets and their alignment crystals as a campaign does: eV/atom by formula."""
    from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker

    garnets = {r.formula: r.element for r in reactions if r.units}
    wanted = {HOST.reduced_formula, *garnets}
    for formula, element in garnets.items():
        wanted |= set(carriers(Composition(formula), element, Alignment.OXIDES).formulas)
    by_id = {record["mpid"]: record for record in crystals}
    energies = cached(cache, RELAXED)
    for formula in sorted(wanted - energies.keys()):
        structure = structure_of(by_id[best[formula][1]])
        maker = ChgnetRelaxMaker(force_threshold=0.1)
        done = maker.make.original(maker, structure)
        energies[formula] = done.energy / len(structure)
        print(f"{formula}: {energies[formula] - best[formula][0]:+.4f} eV/atom", flush=True)
    keep(cache, RELAXED, energies)
    return {formula: energies[formula] for formula in wanted}
