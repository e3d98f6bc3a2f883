"""Reliability of P(dissolves), tested on oxides whose answer is in the reference table.

A host takes up a dopant if the compound is below all competing phases. The table answers the same
question for every ternary oxide of a dopant element with Li, La or Zr:
whether it lies below the hull of all other phases. The engine's energy gives a probability for it,
with the bias and the spread of all other elements. Entropy plays no part.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pymatgen.core import Composition

from analysis.base.fields import Dissolution
from analysis.base.probabilities import (
    ProbabilityLimits,
    Reliability,
    probability_below_zero,
    reliability,
    word_for,
)
from analysis.energies.engine_bias import (
    ExchangeError,
    measured_errors,
    random_effect,
    root_mean_square,
)
from analysis.energies.engine_errors import shipped_error_table
from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.reactions.interface import hull_distance


class Forecast(NamedTuple):
    """An engine's forecast for an oxide of an element it has no errors of, and the truth.

    Attributes
    ----------
    formula, element
        The oxide and its dopant element.
    probability
        That it lies below the hull of all other phases, by the engine.
    stable
        Whether it does in the table.
    """

    formula: str
    element: str
    probability: float
    stable: bool


class Checked(NamedTuple):
    """Reliability of probabilities and words.

    Attributes
    ----------
    groups
        The reliability table.
    words
        For each word: how many oxides got it, and how many of these are stable.
    brier
        Mean square of probability minus outcome: 0 is perfect, 0.25 is uninformative.
    """

    groups: list[Reliability]
    words: dict[Dissolution, tuple[int, int]]
    brier: float


def forecasts(engine: str, version: str | None = None, *, corrected: bool = True) -> list[Forecast]:
    """Forecast which ternary oxides are stable, each without the errors of its own element.

    Parameters
    ----------
    engine, version
        An engine with measured errors; the version may be left out where there is one.
    corrected
        Subtract the bias; otherwise energies are the engine's and the spread is about zero.
    """
    formulas, errors, _ = measured_errors(shipped_error_table(engine, version))
    shifts = {m: _shift(errors, m, corrected=corrected) for m in {e.element for e in errors}}
    found = []
    for formula, each in zip(formulas, errors, strict=True):
        distance = table_distance(formula, each.element)
        mean, spread = shifts[each.element]
        probability = probability_below_zero(distance + each.error - mean, spread)
        found.append(Forecast(formula, each.element, probability, distance < 0))
    return found


def check(found: Sequence[Forecast], limits: ProbabilityLimits) -> Checked:
    """Compare forecasts with the truth."""
    said, true = Counter[Dissolution](), Counter[Dissolution]()
    for each in found:
        word = word_for(each.probability, Dissolution, limits)
        said[word] += 1
        true[word] += each.stable
    return Checked(
        groups=reliability([each.probability for each in found], [each.stable for each in found]),
        words={word: (said[word], true[word]) for word in Dissolution},
        brier=sum((each.probability - each.stable) ** 2 for each in found) / len(found),
    )


@lru_cache(maxsize=1024)
def table_distance(formula: str, element: str) -> float:
    """Return an oxide's energy against the hull of all other phases, eV per atom of its element."""
    composition = Composition(formula)
    phases = table_phases({each.symbol for each in composition})
    others = ReferencePhases(
        source=phases.source,
        scheme=phases.scheme,
        phases=tuple(phase for phase in phases.phases if phase.formula != formula),
    )
    own = phases.phase(formula).formation_energy_per_atom
    distance = hull_distance(composition, own, others)
    return float(distance * composition.num_atoms / composition[element])


def _shift(
    errors: Sequence[ExchangeError], element: str, *, corrected: bool
) -> tuple[float, float]:
    """Return bias and spread of all other elements."""
    groups: dict[str, list[float]] = defaultdict(list)
    for each in errors:
        if each.element != element:
            groups[each.element].append(each.error)
    mean = random_effect(list(groups.values()))[0] if corrected else 0.0
    left = [each._replace(error=each.error - mean) for each in errors if each.element != element]
    return mean, root_mean_square(left)
