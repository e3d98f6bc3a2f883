"""Which dopant to make: candidates ranked by criteria that can be edited, with the reason of each.

Every criterion turns one property of a compound into a worth between 0 and 1; the score is their
mean, weighted. Unknown properties count half, and the sentence says so. The Pareto front needs no
weights: it has the candidates that no other beats in every one of a few criteria.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum, auto
from typing import Final, NamedTuple

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat, model_validator

from analysis.base.checked import CheckedModel
from analysis.base.pareto import pareto_front
from analysis.base.probabilities import ProbabilityLimits
from analysis.results.element_supply import ElementSupply, supply_of
from analysis.results.lithium_content import LithiumRange

#: Worth of an unknown property.
UNKNOWN: Final = 0.5


class Criterion(StrEnum):
    """A property by which candidates are judged."""

    RESISTS = auto()
    DISSOLVES = auto()
    LITHIUM = auto()
    BARRIER = auto()
    INSULATION = auto()
    ABUNDANCE = auto()
    HAZARD = auto()


#: The question is what lithium does and if the compound can be made; conduction comes next.
WEIGHTS: Final[Mapping[Criterion, float]] = {
    Criterion.RESISTS: 3,
    Criterion.DISSOLVES: 3,
    Criterion.LITHIUM: 2,
    Criterion.BARRIER: 1,
    Criterion.INSULATION: 1,
    Criterion.ABUNDANCE: 1,
    Criterion.HAZARD: 1,
}


class ShortlistCriteria(CheckedModel):
    """The criteria of a shortlist, as the specification sets them."""

    weights: dict[Criterion, NonNegativeFloat] = Field(
        default_factory=lambda: dict(WEIGHTS),
        description="Weight of each criterion; those left out count nothing. Default: "
        + ", ".join(f"{name} {weight:g}" for name, weight in WEIGHTS.items()),
    )
    front: tuple[Criterion, ...] = Field(
        (Criterion.RESISTS, Criterion.DISSOLVES, Criterion.LITHIUM, Criterion.HAZARD),
        min_length=1,
        description="Criteria of the Pareto front",
    )
    lithium: LithiumRange | None = Field(
        default_factory=LithiumRange,
        description="Lithium per formula unit in which the host conducts: `low` (6.0), `high` "
        "(6.8) and `margin` (0.4: so far outside it is worth nothing). Null where that is not "
        "known: leave `lithium` out of `front` then",
    )
    limits: ProbabilityLimits = Field(
        default_factory=ProbabilityLimits, description="Yes and no in the sentence on a candidate"
    )
    barrier: NonNegativeFloat = Field(
        0.06, description="A barrier so much above the host's is noise, eV; twice that is worth 0"
    )
    abundance: PositiveFloat = Field(
        0.1, description="Least abundance in the crust, mg/kg: more than silver's"
    )
    exposure_limit: PositiveFloat = Field(
        0.02, description="Toxic at or below this limit at work, mg/m3"
    )

    @model_validator(mode="after")
    def _criteria_left(self) -> "ShortlistCriteria":
        counted = set(self.counted)
        if not counted:
            msg = "no criterion counts: set the weight of at least one above zero"
            raise ValueError(msg)
        if unknown := [each.value for each in self.front if each not in counted]:
            msg = f"front names criteria that do not count: {', '.join(unknown)}"
            raise ValueError(msg)
        return self

    @property
    def counted(self) -> tuple[Criterion, ...]:
        """The criteria that have a weight and can be judged."""
        return tuple(
            criterion
            for criterion in Criterion
            if self.weights.get(criterion, 0)
            and not (criterion is Criterion.LITHIUM and self.lithium is None)
        )


class ShortlistCandidate(BaseModel, frozen=True, extra="forbid"):
    """What is known of one compound; None where it is not."""

    name: str
    elements: tuple[str, ...] = Field(description="Its dopants")
    resists: float | None = Field(description="Probability that lithium does not reduce a dopant")
    dissolves: float | None = Field(description="Probability that the host takes them up")
    lithium: float = Field(description="Mobile ions per formula unit of the host")
    barrier_excess: float | None = Field(description="Migration barrier minus the host's, eV")
    insulates: bool | None = Field(
        description="True if the dopant's products insulate, or if nothing reacts"
    )


class Judgement(NamedTuple):
    """One criterion's worth between 0 and 1, and the words for it."""

    worth: float
    words: str


class Ranked(NamedTuple):
    """A candidate with its rank.

    Attributes
    ----------
    candidate
        The compound.
    score
        Weighted mean of the worths, 0 to 1.
    worths
        Worth of each criterion.
    on_front
        True if no other candidate beats it in every criterion of the front.
    why
        One sentence.
    """

    candidate: ShortlistCandidate
    score: float
    worths: Mapping[Criterion, float]
    on_front: bool
    why: str


def shortlist(
    candidates: Sequence[ShortlistCandidate], criteria: ShortlistCriteria
) -> list[Ranked]:
    """Rank candidates, highest score first; equal scores by name.

    Raises
    ------
    InputError
        Nothing is tabulated on the supply of a dopant.
    """
    if not candidates:
        return []
    judged = [judge_candidate(each, criteria) for each in candidates]
    worths = [{criterion: each.worth for criterion, each in own.items()} for own in judged]
    front = pareto_front([[own[each] for each in criteria.front] for own in worths])
    ranked = [
        Ranked(candidate, score(own, criteria), own, bool(on_front), _sentence(words))
        for candidate, own, on_front, words in zip(candidates, worths, front, judged, strict=True)
    ]
    return sorted(ranked, key=lambda each: (-each.score, each.candidate.name))


def judge_candidate(
    candidate: ShortlistCandidate, criteria: ShortlistCriteria
) -> dict[Criterion, Judgement]:
    """Judge a candidate by every criterion that has a weight."""
    return {criterion: _JUDGES[criterion](candidate, criteria) for criterion in criteria.counted}


def score(worths: Mapping[Criterion, float], criteria: ShortlistCriteria) -> float:
    """Return the weighted mean of the worths."""
    total = sum(criteria.weights[criterion] for criterion in worths)
    return sum(criteria.weights[criterion] * worth for criterion, worth in worths.items()) / total


def _resists(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    words = _AnswerWords(
        "lithium does not reduce it", "lithium may reduce it", "lithium reduces it", "it resists"
    )
    return _probability(candidate.resists, words, criteria.limits)


def _dissolves(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    words = _AnswerWords("it dissolves", "it may segregate", "it segregates", "it dissolves")
    return _probability(candidate.dissolves, words, criteria.limits)


class _AnswerWords(NamedTuple):
    """Wording for a probability and its subject."""

    yes: str
    open: str
    no: str
    event: str


def _probability(value: float | None, words: _AnswerWords, limits: ProbabilityLimits) -> Judgement:
    if value is None:
        return Judgement(UNKNOWN, f"whether {words.event} is not known")
    said = words.yes if value >= limits.yes else words.no if value <= limits.no else words.open
    return Judgement(value, f"{said} (P {value:.2f} that {words.event})")


def _lithium(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    known = criteria.lithium or LithiumRange()
    worth = known.worth(candidate.lithium)
    side = "within" if worth == 1 else "outside"
    return Judgement(
        worth,
        f"{candidate.lithium:.2f} Li per f.u. is {side} the {known.low:g} to {known.high:g} of "
        "good conductors",
    )


def _barrier(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    excess, noise = candidate.barrier_excess, criteria.barrier
    if excess is None:
        return Judgement(UNKNOWN, "its migration barrier is not known")
    if excess <= noise:
        return Judgement(1.0, "lithium moves as in the host")
    worth = max(0.0, 2 - excess / noise) if noise else 0.0
    return Judgement(worth, f"the migration barrier is {excess:.2f} eV above the host's")


def _insulation(candidate: ShortlistCandidate, _: ShortlistCriteria) -> Judgement:
    if candidate.insulates is None:
        return Judgement(UNKNOWN, "whether its products insulate is open")
    words = "insulate" if candidate.insulates else "conduct"
    return Judgement(float(candidate.insulates), f"the products that hold it {words}")


def _abundance(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    rarest = min(map(supply_of, candidate.elements), key=_abundance_of)
    amount = _abundance_of(rarest)
    words = f"{rarest.element} is {'common' if amount >= criteria.abundance else 'rare'} "
    return Judgement(float(amount >= criteria.abundance), f"{words}({amount:g} mg/kg of the crust)")


def _hazard(candidate: ShortlistCandidate, criteria: ShortlistCriteria) -> Judgement:
    limit = criteria.exposure_limit
    found = [
        f"{element} is {' and '.join(hazards)}"
        for element in candidate.elements
        if (hazards := supply_of(element).hazards(exposure_limit=limit))
    ]
    return Judgement(float(not found), " and ".join(found) or "no hazard is listed")


def _abundance_of(supply: ElementSupply) -> float:
    return supply.abundance or 0.0


_JUDGES: Final[Mapping[Criterion, Callable[[ShortlistCandidate, ShortlistCriteria], Judgement]]] = {
    Criterion.RESISTS: _resists,
    Criterion.DISSOLVES: _dissolves,
    Criterion.LITHIUM: _lithium,
    Criterion.BARRIER: _barrier,
    Criterion.INSULATION: _insulation,
    Criterion.ABUNDANCE: _abundance,
    Criterion.HAZARD: _hazard,
}


def _sentence(judged: Mapping[Criterion, Judgement]) -> str:
    """Write one sentence with the arguments for a candidate, then those against it."""
    good = [each.words for each in judged.values() if each.worth > UNKNOWN]
    bad = [each.words for each in judged.values() if each.worth <= UNKNOWN]
    joined = "; but ".join(", ".join(words) for words in (good, bad) if words)
    return f"{joined[:1].upper()}{joined[1:]}."
