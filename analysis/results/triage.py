"""Which compounds of a force-field campaign deserve VASP, and in which order.

VASP repeats a compound to learn whether its label holds. With D and u from the force field, what
VASP will find is taken as normal around D with

    s = sqrt(u^2 + v^2)    v: the numerical uncertainty of VASP (`analysis.energies.uncertainty`)

and VASP will draw its boundaries at -stable_factor w and -unstable_factor w, its own u, with w from
v and the spread of arrangements that is in u already: the same arrangements are relaxed again.
That gives the probability of each label, and the score

    score = P(passes the filter) * [P(the label changes) + P(stable) * promise]

The first term is the value of the information: a label that would surely stay needs no VASP. The
second is what a confirmed compound is worth: `promise` is the share of two virtues that the force
field has shown, that lithium moves about as in the host and that the interface stops reacting.
P(passes the filter) is that of a defect energy at or below the limit, with the uncertainty s / x;
one where no defect energy is defined. The score lies between 0 and 2.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any, Final

from analysis.base.fields import Field, Label
from analysis.energies.uncertainty import reaction_energy_uncertainty
from analysis.reactions.verdict import Criteria
from analysis.structures.dopants import Compound

Document = Mapping[str, Any]

NEAR: Final = 2.0
"""A boundary closer than this many s is near: beyond, the label changes in 2 of 100 cases."""

BARRIER_NOISE: Final = 0.06
"""eV. Bond-valence barriers of relaxed arrangements of one composition differ by this much
(0.50, 0.52 and 0.56 eV for LLZO, docs/science.md): less is no difference from the host."""

_NORMAL: Final = NormalDist()


class Why(StrEnum):
    """Why a compound deserves VASP."""

    UNDECIDED = "undecided"
    NEAR = "near a boundary"
    PROMISING = "promising"


class WhyNot(StrEnum):
    """Why a compound does not."""

    NO_LABEL = "no label: its uncertainty is not known"
    FILTER = "beyond the filter"
    SURE = "its label is sure, and it is not promising"


@dataclass(frozen=True)
class Worth:
    """What VASP would be worth for one compound.

    Attributes
    ----------
    compound
        The compound.
    label
        The force field's label.
    difference
        D, eV per f.u.
    uncertainty
        s, eV per f.u.; None where u is not known.
    change
        Probability that VASP gives another label.
    stable
        Probability that VASP calls it stable.
    promise
        Share of the virtues it has shown: 0, 0.5 or 1.
    passes
        Probability that its defect energy passes the filter.
    why
        Why it deserves VASP; empty where it does not.
    why_not
        Why it does not; None where it does.
    """

    compound: Compound
    label: Label | None
    difference: float
    uncertainty: float | None
    change: float = 0.0
    stable: float = 0.0
    promise: float = 0.0
    passes: float = 0.0
    why: tuple[Why, ...] = ()
    why_not: WhyNot | None = None

    @property
    def score(self) -> float:
        """Give the value of the information plus what a confirmed compound is worth, 0 to 2."""
        return self.passes * (self.change + self.stable * self.promise)


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
    label = document[Field.LABEL] and Label(document[Field.LABEL])
    difference = document[Field.REACTION_ENERGY] - document[Field.REACTION_ENERGY_HOST]
    u = document[Field.REACTION_ENERGY_UNCERTAINTY]
    if label is None or u is None:
        return Worth(compound, label, difference, u, why_not=WhyNot.NO_LABEL)
    own, spread = _numerical_uncertainty(compound, better), _spread(compound, u, document)
    combined, boundary = math.hypot(u, own), math.hypot(own, spread)
    chances = _chances(difference, combined, boundary, criteria)
    virtues = _virtues(document, host_barrier)
    margin = _filter_margin(document, combined, criteria)
    why = _why(document, label, virtues)
    if _distance(difference, boundary, criteria) < NEAR * combined:
        why = (*why, Why.NEAR) if Why.UNDECIDED not in why else why
    why_not = None if why else WhyNot.SURE
    if document[Field.PASSES_FILTER] is False and margin < -NEAR:
        why, why_not = (), WhyNot.FILTER
    return Worth(
        compound=compound,
        label=label,
        difference=difference,
        uncertainty=combined,
        change=1 - chances[label],
        stable=chances[Label.STABLE],
        promise=sum(virtue is True for virtue in virtues) / len(virtues),
        passes=_NORMAL.cdf(margin),
        why=why,
        why_not=why_not,
    )


def compound_of(document: Document) -> Compound:
    """Read the compound of a result document."""
    return Compound.model_validate(
        {"dopants": document[Field.DOPANTS], "compensation": document[Field.COMPENSATION]}
    )


def _numerical_uncertainty(compound: Compound, better: str) -> float:
    """Return the uncertainty of the better engine for a compound, without a spread."""
    known, _ = reaction_energy_uncertainty(compound, energies=[0.0], engine=better)
    return known or 0.0


def _spread(compound: Compound, u: float, document: Document) -> float:
    """Give the part of u that is the spread of arrangements: what the other two parts leave."""
    used = document[Field.ENGINE]
    others, _ = reaction_energy_uncertainty(
        compound, energies=[0.0], engine=used["name"], version=used.get("version")
    )
    return math.sqrt(max(u**2 - (others or 0.0) ** 2, 0.0))


def _chances(
    difference: float, combined: float, boundary: float, criteria: Criteria
) -> dict[Label, float]:
    """Give the probability of each label with VASP."""
    stable = _NORMAL.cdf((difference + criteria.stable_factor * boundary) / combined)
    unstable = _NORMAL.cdf((-criteria.unstable_factor * boundary - difference) / combined)
    return {
        Label.STABLE: stable,
        Label.UNSTABLE: unstable,
        Label.UNDECIDED: max(1 - stable - unstable, 0.0),
    }


def _distance(difference: float, boundary: float, criteria: Criteria) -> float:
    """Give the distance of D to the nearer of VASP's two boundaries, eV per f.u."""
    factors = (criteria.stable_factor, criteria.unstable_factor)
    return min(abs(difference + factor * boundary) for factor in factors)


def _filter_margin(document: Document, combined: float, criteria: Criteria) -> float:
    """Give how far the defect energy is below the limit, in its uncertainties."""
    defect = document[Field.DEFECT_ENERGY]
    if defect is None:
        return math.inf
    x = sum(dopant["concentration"] for dopant in document[Field.DOPANTS])
    return float((criteria.defect_energy - defect) * x / combined)


def _virtues(document: Document, host_barrier: float | None) -> tuple[bool | None, bool | None]:
    """Tell whether lithium moves as in the host, and whether the reaction stops; None: open."""
    barrier = document[Field.MIGRATION_BARRIER]
    moves = None
    if barrier is not None and host_barrier is not None:
        moves = barrier <= host_barrier + BARRIER_NOISE
    stops = True if document[Field.STRICTLY_STABLE] else document[Field.PASSIVATING]
    return moves, stops


def _why(
    document: Document, label: Label, virtues: tuple[bool | None, bool | None]
) -> tuple[Why, ...]:
    if label is Label.UNDECIDED:
        return (Why.UNDECIDED,)
    shown = [virtue for virtue in virtues if virtue is not None]
    fits = label is Label.STABLE and document[Field.PASSES_FILTER] is not False
    return (Why.PROMISING,) if fits and shown and all(shown) else ()
