"""Test the uncertainty on errors it was not derived from, for `benchmarks/alignment.py`."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pymatgen.core import Composition
from scipy.stats import norm

from analysis.energies.calibration import FEWEST, summary
from analysis.energies.engine_errors import known_error, pooled, shipped_error_table
from analysis.energies.schemes import MATERIALS_PROJECT_U
from analysis.energies.ternary_oxides import within_exchange
from makers.engines.registry import DEFAULT_ENGINE
from studies.validation import reaction_errors
from studies.validation.alignments import Alignment
from studies.validation.known_reactions import KnownReaction

DECIMALS = 4
TERNARY = 3
PRIORS = (0, 2, 5, 10, 20, 1000)


def sets_of(reactions: Sequence[KnownReaction]) -> dict[str, list[KnownReaction]]:
    """Sort the reactions: ternary oxides, with more partner than a dopant displaces, and others."""
    ternary = [r for r in reactions if len(Composition(r.formula)) == TERNARY]
    usual = [r for r in ternary if within_exchange(Composition(r.formula), r.element)]
    return {
        "ternary": usual,
        "ternary, +U metals": [r for r in usual if r.element in MATERIALS_PROJECT_U],
        "ternary, other metals": [r for r in usual if r.element not in MATERIALS_PROJECT_U],
        "ternary, more Li, La or Zr": [r for r in ternary if r not in usual],
        "four and more elements": [
            r for r in reactions if len(Composition(r.formula)) > TERNARY and not r.units
        ],
        "garnets": [r for r in reactions if r.units],
    }


def check_of_uncertainty(
    reactions: Sequence[KnownReaction], garnets: Sequence[KnownReaction]
) -> dict[str, Any]:
    """Compare the errors with their standard uncertainty, with and without its latest parts."""
    known = known_error(DEFAULT_ENGINE)
    alone = shipped_error_table(DEFAULT_ENGINE)["elements"]
    own = {element: each["rms"] for element, each in alone.items()}
    sets = {**sets_of(reactions), "garnets": garnets}
    found: dict[str, Any] = {
        "structure": round(known.structure, DECIMALS),
        "likelihood by weight of all elements": likelihoods(sets["ternary"]),
    }
    for name, members in sets.items():
        structure = known.structure if name == "garnets" else 0.0
        sigma = {r.element: math.hypot(known.of(r.element), structure) for r in members}
        found[name] = covered(reaction_errors.reduced_errors(members, sigma, known.overall))
        by_own = reaction_errors.reduced_errors(members, own, known.overall)
        found[name]["rms by the element's own error"] = covered(by_own)["rms"]
    return found


def likelihoods(ternary: Sequence[KnownReaction]) -> dict[str, float]:
    """Mean log-likelihood of each error given the other oxides, by weight of all."""
    errors: dict[str, list[float]] = defaultdict(list)
    for reaction in ternary:
        errors[reaction.element].append(reaction.errors[Alignment.OXIDES])
    overall = summary([error for each in errors.values() for error in each])
    found = {}
    for prior in PRIORS:
        each = [
            norm.logpdf(error, scale=sigma_without(i, values, overall, prior))
            for values in errors.values()
            for i, error in enumerate(values)
        ]
        found[str(prior)] = sum(each) / len(each)
    return rounded(found)


def sigma_without(
    left_out: int, errors: Sequence[float], overall: Mapping[str, float], prior: float
) -> float:
    """Take the standard error of an element with one of its oxides left out."""
    others = [error for i, error in enumerate(errors) if i != left_out]
    if len(others) < FEWEST:
        return overall["rms"]
    return pooled(summary(others), overall, prior=prior)


def covered(reduced: Sequence[float]) -> dict[str, Any]:
    """Describe errors that are divided by their standard uncertainty."""
    rms = (sum(error * error for error in reduced) / len(reduced)) ** 0.5
    shares = {f"within {k} u": share_within(reduced, k) for k in (1, 2)}
    return {"n": len(reduced), "rms": round(rms, 3), **shares}


def share_within(reduced: Sequence[float], factor: float) -> float:
    """Share of errors that are smaller than this many standard uncertainties."""
    return round(sum(abs(error) < factor for error in reduced) / len(reduced), 3)


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Round what goes into the file."""
    return {name: round(value, DECIMALS) for name, value in values.items()}
