"""Compare ways of putting CHGNet's energies on the scale of the reference phases, on data.

``python -m benchmarks.alignment --source DIR`` makes the numbers and figures of docs/uncertainty.md
from the raw files: ``docs/images/alignment.json`` with four figures beside it. CHGNet's single
points of all crystals of the table take ten minutes on one core, the relaxations of the garnets ten
more; ``--cache DIR`` keeps both.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.energies.engine_errors import known_error
from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.oxides import OxideStatus, status_counts
from analysis.energies.reference_phases import whole_table
from analysis.energies.scheme_changes import ANION_CHANGE, CATION_CHANGE
from analysis.energies.ternary_oxides import (
    dopant_oxides,
)
from analysis.figures.style import save_figure
from benchmarks.engine_energies import lowest, records, relaxed, single_points
from benchmarks.uncertainty_check import DECIMALS, check_of_uncertainty, rounded, sets_of
from makers.engines.registry import DEFAULT_ENGINE
from studies.validation import parity_figures, reaction_errors
from studies.validation.alignments import Alignment
from studies.validation.experiment import OxideError, oxide_errors
from studies.validation.known_reactions import KnownReaction, host_errors, known_reaction
from studies.validation.parity import parity
from studies.validation.scale_offsets import (
    ElementOffset,
    element_offsets,
    outstanding,
)

ELEMENTS_FILE = "elemental_energies.json"
RESULTS = "alignment.json"
WORST = 20


def known_reactions(
    energies: Mapping[str, float], elements: Mapping[str, float]
) -> list[KnownReaction]:
    """All oxides of the table with one dopant element that can be compared on both scales."""
    found = []
    for formula, element in dopant_oxides().items():
        try:
            found.append(known_reaction(formula, element, energies, elements=elements))
        except InputError:
            continue  # no known valence, no bracketing oxides, no crystal: see analysis/data
    return found


def described(errors: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Describe the errors of each way, eV per atom of M."""
    return {way: described_one(values) for way, values in errors.items()}


def described_one(errors: Sequence[float]) -> dict[str, Any] | None:
    """Describe one list of errors."""
    found = parity(errors)
    return found.model_dump() if found else None


def experiment(errors: Sequence[OxideError]) -> dict[str, Any]:
    """Summarise the table against experiment, eV/atom."""
    solid = [e for e in errors if e.group is not OxideGroup.GAS]
    groups = {str(group): [e.error for e in errors if e.group is group] for group in OxideGroup}
    by_status = {s: [e.error for e in solid if e.status is s] for s in OxideStatus}
    return {
        "rows": dict(status_counts()),
        "solids": described_one([e.error for e in solid]),
        "groups": described(groups),
        "status": {status: described_one(found) for status, found in by_status.items() if found},
        "oxides": {
            e.formula: [
                round(e.measured, DECIMALS),
                round(e.table, DECIMALS),
                round(e.per_cation, 3),
            ]
            for e in sorted(errors, key=lambda e: e.error)
        },
    }


def host_by_way(energies: Mapping[str, float], elements: Mapping[str, float]) -> dict[str, float]:
    """Error of the undoped host's reaction energy by each way, eV per formula unit."""
    aligned, engine = host_errors(energies, elements=elements)
    if engine is None:
        message = "The engine lacks a crystal of the host's elements, or the host."
        raise InputError(message)
    return {
        **{str(way): error for way, error in aligned.items()},
        reaction_errors.ALL_ENGINE: engine,
    }


def errors_of_ways(
    reactions: Sequence[KnownReaction], by_way: Mapping[str, float]
) -> dict[str, Any]:
    """Summarise the errors of all alignments, for reaction energies and their differences."""
    sets = sets_of(reactions)
    ternary = sets["ternary"] + sets["ternary, more Li, La or Zr"]
    return {
        "unit": "eV per atom of M; times 0.25 for eV per formula unit of the host at x = 0.25",
        "host, eV per f.u.": rounded(by_way),
        "reaction energies": {
            name: described(reaction_errors.by_way(members)) for name, members in sets.items()
        },
        "per atom of the oxide": {
            name: described(reaction_errors.by_way(per_atom(members)))
            for name, members in sets.items()
        },
        "alike": described(reaction_errors.against_alike(ternary)),
        "worst": [
            [r.formula, r.element, round(r.errors[Alignment.OXIDES], 3)]
            for r in sorted(reactions, key=lambda r: -abs(r.errors[Alignment.OXIDES]))[:WORST]
        ],
    }


def errors_of_garnets(
    garnets: Sequence[KnownReaction], by_way: Mapping[str, float]
) -> dict[str, Any]:
    """Summarise the errors of the difference to the host, eV per atom of M."""
    single = {r.formula: reaction_errors.minus_host([r], by_way) for r in garnets}
    return {
        "all": described(reaction_errors.minus_host(garnets, by_way)),
        "each": {f: rounded({w: v[0] for w, v in ways.items()}) for f, ways in single.items()},
    }


def per_atom(reactions: Iterable[KnownReaction]) -> list[KnownReaction]:
    """Return errors per atom of the oxide instead of per atom of M."""
    found = []
    for reaction in reactions:
        share = reaction.dopants / reaction.atoms
        errors = {way: error * share for way, error in reaction.errors.items()}
        engine = None if reaction.engine_error is None else reaction.engine_error * share
        found.append(reaction.model_copy(update={"errors": errors, "engine_error": engine}))
    return found


def offsets_of(offsets: Sequence[ElementOffset]) -> dict[str, Any]:
    """Return each element's offsets, eV per atom of M, and the outstanding ones."""
    found: dict[str, Any] = {}
    for kind, changes in (("oxides", CATION_CHANGE), ("without_oxygen", ANION_CHANGE)):
        known = {o.element: p for o in offsets if (p := getattr(o, kind)) is not None}
        found[kind] = {
            "columns": "n, median, scatter, known change of the corrections",
            "all": described_one([each.median for each in known.values()]),
            "outstanding": outstanding({e: each.median for e, each in known.items()}),
            "elements": {
                e: [each.n, each.median, each.robust_sigma, round(changes.get(e, 0.0), DECIMALS)]
                for e, each in known.items()
            },
        }
    elemental = {o.element: o.elemental for o in offsets if o.elemental is not None}
    return found | {"elemental": rounded(elemental)}


def draw(
    target: Path,
    oxides: Sequence[OxideError],
    offsets: Sequence[ElementOffset],
    reactions: Sequence[KnownReaction],
    garnets: Sequence[KnownReaction],
) -> None:
    """Draw the four figures."""
    known = known_error(DEFAULT_ENGINE)
    sigma = {r.element: math.hypot(known.of(r.element), known.structure) for r in garnets}
    figures = {
        "experiment": parity_figures.experiment_figure(oxides),
        "scales": parity_figures.offsets_figure(offsets),
        "alignments": parity_figures.alignments_figure(reactions),
        "garnets": parity_figures.garnets_figure(garnets, sigma),
    }
    for name, figure in figures.items():
        save_figure(figure, target / f"{name}.png")


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute, write the numbers and draw the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--target", type=Path, default=Path("docs/images"), help="where results go")
    parser.add_argument("--cache", type=Path, help="folder that keeps CHGNet's energies")
    options = parser.parse_args(arguments)
    target, cache = options.target.resolve(), options.cache and options.cache.resolve()
    elements = json.loads((options.source / ELEMENTS_FILE).read_text())["energies"]
    crystals = records(options.source)
    best = lowest(crystals, single_points(crystals, cache))
    energies = {formula: energy for formula, (energy, _) in best.items()}
    reactions = known_reactions(energies, elements)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        as_in_campaigns = energies | relaxed(reactions, best, crystals, cache)
    names = {r.formula: r.element for r in reactions if r.units}
    garnets = [known_reaction(f, m, as_in_campaigns, elements=elements) for f, m in names.items()]
    oxides = oxide_errors(whole_table())
    offsets = element_offsets(energies, elements, whole_table())
    host = host_by_way(energies, elements)
    results = {
        "experiment": experiment(oxides),
        "offsets": offsets_of(offsets),
        "alignments": errors_of_ways(reactions, host),
        "garnets": errors_of_garnets([r for r in reactions if r.units], host),
        "relaxed garnets": errors_of_garnets(garnets, host_by_way(as_in_campaigns, elements)),
        "uncertainty": check_of_uncertainty([r for r in reactions if not r.units], garnets),
    }
    (target / RESULTS).write_text(json.dumps(results, indent=1) + "\n")
    draw(target, oxides, offsets, reactions, garnets)


if __name__ == "__main__":
    main()
