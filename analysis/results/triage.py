"""Which compounds of a force-field campaign deserve a better engine, and in which order.

What the electrode does to a dopant follows from the reference phases alone: no engine changes it.
If the host takes the dopant up does depend on the engine. A better engine repeats a compound to
learn that. With the free energy of dissolution F and its uncertainty from the force field, what the
better engine will find is taken as normal around F with

    s = sqrt(u^2 - v^2)        u: of F; v: what is left of u with the better engine

and it will say "dissolves" where its own probability of a negative F reaches the limit. That gives
the probability of each word, and the score

    score = P(resists) * [P(the word changes) + P(dissolves) * promise]

The first factor asks if the dopant is worth anything. The first term is the value of the
information: a word that would surely stay needs no better engine. The second is what a confirmed
compound is worth: `promise` is the share of two virtues that the force field has shown, that
lithium moves about as in the host and that the interface stops reacting. P(resists) and
P(dissolves) are those of the result document. The score lies between 0 and 2.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any, Final

from analysis.base.fields import Dissolution, Field, Label
from analysis.base.probabilities import ProbabilityLimits
from analysis.energies.engine_bias import find_bias
from analysis.reactions.solubility import engine_error
from analysis.reactions.verdict import Criteria
from analysis.structures.dopants import Compound

Document = Mapping[str, Any]

NEAR: Final = 2.0
"""A boundary closer than this many s is near: beyond, the label changes in 2 of 100 cases."""

BARRIER_NOISE: Final = 0.06
"""eV. Bond-valence barriers of relaxed arrangements of one composition differ by this much
(0.50, 0.52 and 0.56 eV for LLZO, docs/science.md): smaller differences mean nothing."""

SMALLEST: Final = 1e-3
"""eV per dopant. Two engines differ by so much at least."""

_NORMAL: Final = NormalDist()


class Why(StrEnum):
    """Why a compound deserves a better engine."""

    UNDECIDED = "undecided"
    NEAR = "near a boundary"
    PROMISING = "promising"


class WhyNot(StrEnum):
    """Why a compound does not."""

    NO_WORD = "its solubility is not known"
    REDUCED = "the electrode reduces it"
    FILTER = "beyond the filter"
    SURE = "its word is sure, and it is not promising"


@dataclass(frozen=True)
class Worth:
    """What a better engine would be worth for one compound.

    Attributes
    ----------
    compound
        The compound.
    word
        The force field's word on dissolution.
    free_energy
        F, eV per dopant; None where it is not known.
    uncertainty
        s, eV per dopant; None where it is not known.
    change
        Probability that the better engine gives another word.
    dissolves
        P(dissolves) of the result document.
    resists
        P(resists) of the result document; 1 where it is not known.
    promise
        Share of the virtues it has shown: 0, 0.5 or 1.
    why
        Why it deserves a better engine; empty where it does not.
    why_not
        Why it does not; None if it does.
    """

    compound: Compound
    word: Dissolution | None
    free_energy: float | None
    uncertainty: float | None
    change: float = 0.0
    dissolves: float = 0.0
    resists: float = 1.0
    promise: float = 0.0
    why: tuple[Why, ...] = ()
    why_not: WhyNot | None = None

    @property
    def score(self) -> float:
        """Value of the information plus what a confirmed compound is worth, 0 to 2."""
        return self.resists * (self.change + self.dissolves * self.promise)


def rank(documents: Iterable[Document], criteria: Criteria, *, better: str) -> list[Worth]:
    """Judge the doped compounds of a campaign, highest score first.

    Parameters
    ----------
    documents
        Result documents of a force-field campaign, the undoped host's among them if it is to say
        what a low barrier is.
    criteria
        The campaign's thresholds.
    better
        Name of the engine that would repeat them.
    """
    known = list(documents)
    barriers = [each[Field.MIGRATION_BARRIER] for each in known if not each[Field.DOPANTS]]
    host_barrier = barriers[0] if barriers else None
    found = [
        judge(each, criteria, host_barrier=host_barrier, better=better)
        for each in known
        if each[Field.DOPANTS]
    ]
    return sorted(found, key=lambda worth: (-worth.score, worth.compound.label("")))


def judge(
    document: Document, criteria: Criteria, *, host_barrier: float | None, better: str
) -> Worth:
    """Judge one doped compound; see the module for the score.

    Parameters
    ----------
    document
        Its result document.
    criteria
        The campaign's thresholds.
    host_barrier
        Migration barrier of the undoped host, eV; None if not known.
    better
        Name of the engine that would repeat it.
    """
    compound = compound_of(document)
    energy, u = document[Field.SOLUBILITY], document[Field.SOLUBILITY_UNCERTAINTY]
    if document[Field.DISSOLUTION] is None or energy is None or u is None:
        return Worth(compound, None, energy, None, why_not=WhyNot.NO_WORD)
    word = Dissolution(document[Field.DISSOLUTION])
    own = _better_uncertainty(compound, u, document, better)
    spread = math.sqrt(max(u**2 - own**2, SMALLEST**2))
    chances = _chances(energy, spread, own, criteria.limits)
    resists = document[Field.RESISTS_PROBABILITY]
    virtues = _virtues(document, host_barrier)
    why = _why(document, word, virtues)
    if _distance(energy, own, criteria.limits) < NEAR * spread and Why.UNDECIDED not in why:
        why = (*why, Why.NEAR)
    why_not = None if why else WhyNot.SURE
    for reason, holds in (
        (WhyNot.REDUCED, document[Field.LABEL] == Label.REDUCED),
        (WhyNot.FILTER, document[Field.PASSES_FILTER] is False and word is Dissolution.SEGREGATES),
    ):
        if holds:
            why, why_not = (), reason
    return Worth(
        compound=compound,
        word=word,
        free_energy=energy,
        uncertainty=spread,
        change=1 - chances[word],
        dissolves=document[Field.DISSOLVES_PROBABILITY],
        resists=1.0 if resists is None else resists,
        promise=sum(virtue is True for virtue in virtues) / len(virtues),
        why=why,
        why_not=why_not,
    )


def compound_of(document: Document) -> Compound:
    """Read the compound of a result document."""
    return Compound.model_validate(
        {"dopants": document[Field.DOPANTS], "compensation": document[Field.COMPENSATION]}
    )


def _better_uncertainty(compound: Compound, u: float, document: Document, better: str) -> float:
    """Return what is left of u with a better engine, eV per dopant: its error for this one's."""
    used = document[Field.ENGINE]
    own, other = find_bias(used["name"], used.get("version")), find_bias(better)
    left = max(u**2 - (engine_error(compound, own) ** 2 if own else 0.0), 0.0)
    return math.sqrt(left + (engine_error(compound, other) ** 2 if other else 0.0))


def _chances(
    energy: float, spread: float, own: float, limits: ProbabilityLimits
) -> dict[Dissolution, float]:
    """Return the probability of each word with the better engine."""
    lower, upper = _bounds(own, limits)
    dissolves = _NORMAL.cdf((lower - energy) / spread)
    segregates = _NORMAL.cdf((energy - upper) / spread)
    return {
        Dissolution.DISSOLVES: dissolves,
        Dissolution.SEGREGATES: segregates,
        Dissolution.UNDECIDED: max(1 - dissolves - segregates, 0.0),
    }


def _bounds(own: float, limits: ProbabilityLimits) -> tuple[float, float]:
    """Free energies, eV per dopant, up to which it dissolves and from which it segregates."""
    return -own * _NORMAL.inv_cdf(limits.yes), -own * _NORMAL.inv_cdf(limits.no)


def _distance(energy: float, own: float, limits: ProbabilityLimits) -> float:
    """Return the distance of F to the nearer boundary of the better engine, eV per dopant."""
    return min(abs(energy - bound) for bound in _bounds(own, limits))


def _virtues(document: Document, host_barrier: float | None) -> tuple[bool | None, bool | None]:
    """Return whether lithium moves as in the host and whether the reaction stops; None: open."""
    barrier = document[Field.MIGRATION_BARRIER]
    moves = None
    if barrier is not None and host_barrier is not None:
        moves = barrier <= host_barrier + BARRIER_NOISE
    stops = True if document[Field.STRICTLY_STABLE] else document[Field.PASSIVATING]
    return moves, stops


def _why(
    document: Document, word: Dissolution, virtues: tuple[bool | None, bool | None]
) -> tuple[Why, ...]:
    if word is Dissolution.UNDECIDED:
        return (Why.UNDECIDED,)
    shown = [virtue for virtue in virtues if virtue is not None]
    fits = word is Dissolution.DISSOLVES and document[Field.PASSES_FILTER] is not False
    return (Why.PROMISING,) if fits and shown and all(shown) else ()
