"""The verdict on a dopant, and the single reference phases that it hinges on.

The verdict is found again with each phase that matters left out, one at a time: the products in
which the dopant is kept or reduced, and all suspects among the products. Leaving out a phase
that is not a product changes nothing. A verdict that one suspect changes is undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from analysis.base.compound_names import ion_text
from analysis.base.fields import Label
from analysis.base.probabilities import ProbabilityLimits, word_for
from analysis.base.reasons import Reason
from analysis.reactions.competition import SAME_FRACTION
from analysis.reactions.electrode_reaction import SMALLEST_AMOUNT
from analysis.reactions.oxide_errors import errors_of
from analysis.reactions.phase_errors import OXYGEN, OXYGEN_CHARGE
from analysis.reactions.reduction import ReductionMargin, margin_of, sides
from analysis.reactions.resistance import Case, Trust, trust
from analysis.reactions.suspects import Suspicion, suspicions

if TYPE_CHECKING:
    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.electrode_reaction import Contact
    from analysis.structures.dopants import Dopant


class Hinge(BaseModel, frozen=True, extra="forbid"):
    """A verdict without one of the reference phases."""

    phase: str = Field(description="The phase that is left out.")
    margin: float | None = Field(
        description="The margin without it, eV per dopant atom; null where no products remain."
    )
    probability: float | None = Field(description="P(resists) without it.")
    word: Label = Field(description="The verdict without it.")
    suspicions: tuple[Suspicion, ...] = Field(description="Why the phase may be wrong.")


class ReductionVerdict(BaseModel, frozen=True, extra="forbid"):
    """What the electrode does to a dopant, and how certain that is."""

    margin: ReductionMargin
    trust: Trust
    word: Label | None = Field(description="Null where there is no margin.")
    hinges: tuple[Hinge, ...] = Field(description="The verdict without each phase that matters.")
    hinges_on: tuple[str, ...] = Field(description="Phases without which the verdict is another.")
    notes: tuple[str, ...] = Field(description="Why a field is null, or the verdict undecided.")


def reduction_verdicts(
    contact: Contact,
    dopants: Iterable[Dopant],
    phases: ReferencePhases,
    *,
    charges: Mapping[str, float],
    limits: ProbabilityLimits,
    disagreements: Mapping[str, float] | None = None,
) -> tuple[ReductionVerdict, ...]:
    """Judge each dopant ion of a compound.

    Parameters
    ----------
    contact
        Compound, electrode and competing phases.
    dopants
        The compound's dopants; one that sits on two sites in one valence has one verdict.
    phases
        The reference phases, for the errors of their oxides.
    charges
        Charge of each element of host and electrode, from `ion_charges`.
    limits
        Probabilities that turn into a word.
    disagreements
        Formula to an engine's deviation in its standard errors, where it was measured.

    Returns
    -------
    tuple
        One verdict for each element and valence, in the order of the dopants, cations first.

    Raises
    ------
    InputError
        The charge of an element is not given.
    """
    oxides = errors_of(phases)
    dopants = tuple(dopants)
    cations = tuple(
        reduction_verdict(Case.of(each, oxides, phases.scheme), limits, disagreements=disagreements)
        for each in sides(contact, dopants, charges)
    )
    ions = dict.fromkeys((each.element, each.valence) for each in dopants if each.is_anion)
    return (*cations, *(_of_anion(*ion) for ion in ions))


def _of_anion(element: str, valence: int) -> ReductionVerdict:
    """Return the verdict on an anion in its lowest valence: there is nothing below."""
    ion = ion_text(element, valence)
    notes = (f"reduction_margin and reduction_potential are null: {ion} {Reason.ANION}",)
    nothing = ReductionMargin(
        element=element,
        valence=valence,
        margin=None,
        potential=None,
        kept=None,
        reduced=None,
        notes=notes,
    )
    return ReductionVerdict(
        margin=nothing,
        trust=Trust(probability=1.0, standard_error=None, expected_margin=None),
        word=Label.RESISTS,
        hinges=(),
        hinges_on=(),
        notes=notes,
    )


def of_compound(words: Iterable[Label | None]) -> Label | None:
    """Turn the words on a compound's dopants into one: its weakest dopant decides.

    None where there is no dopant, or none of them is reduced and one has no verdict.
    """
    found = set(words)
    if Label.REDUCED in found:
        return Label.REDUCED
    if None in found or not found:
        return None
    return Label.UNDECIDED if Label.UNDECIDED in found else Label.RESISTS


def reduction_verdict(
    case: Case, limits: ProbabilityLimits, *, disagreements: Mapping[str, float] | None = None
) -> ReductionVerdict:
    """Judge a dopant, and find what the verdict hinges on.

    Parameters
    ----------
    case
        The dopant's two sets of phases with their errors.
    limits
        Probabilities that turn into a word.
    disagreements
        Formula to an engine's deviation in its standard errors, where it was measured.
    """
    margin, sure = margin_of(case.sides), trust(case)
    if margin.margin is None:
        return ReductionVerdict(
            margin=margin, trust=sure, word=None, hinges=(), hinges_on=(), notes=margin.notes
        )
    word = _word(sure, limits)
    hinges = tuple(_hinges(case, limits, disagreements))
    turning = [hinge for hinge in hinges if hinge.word is not word]
    suspects = [hinge for hinge in turning if hinge.suspicions]
    return ReductionVerdict(
        margin=margin,
        trust=sure,
        word=Label.UNDECIDED if suspects else word,
        hinges=hinges,
        hinges_on=tuple(hinge.phase for hinge in turning),
        notes=(
            *margin.notes,
            *sure.notes,
            *_missing_oxide(case),
            *(_note(hinge, word) for hinge in suspects),
        ),
    )


def _hinges(
    case: Case, limits: ProbabilityLimits, disagreements: Mapping[str, float] | None
) -> Iterator[Hinge]:
    """Judge the dopant without each of the phases that matter."""
    own = case.sides
    rivals, charges = own.contact.rivals, {**own.charges, own.element: float(own.valence)}
    holds = rivals.fractions[rivals.elements.index(own.element)] > 0
    for column in _products(case):
        found = suspicions(rivals, column, charges=charges, disagreements=disagreements)
        if holds[column] or found:
            yield _without(case, column, limits, found)


def _products(case: Case) -> list[int]:
    """Columns of the products on both sides, tabulated and expected; the electrode is none."""
    columns: set[int] = set()
    for each in (case.sides, case.expected):
        for found in (each.kept.best, each.reduced.best):
            if found is not None:
                columns |= set(found.basis[np.abs(found.atoms) > SMALLEST_AMOUNT].tolist())
    return sorted(columns - {case.sides.contact.column})


def _without(
    case: Case, column: int, limits: ProbabilityLimits, found: tuple[Suspicion, ...]
) -> Hinge:
    rest = case.without(column)
    probability = None
    if rest.sides.kept.best is None:
        word = Label.REDUCED
    elif rest.sides.reduced.best is None:
        word = Label.RESISTS
    else:
        sure = trust(rest)
        probability, word = sure.probability, _word(sure, limits)
    return Hinge(
        phase=case.sides.contact.rivals.formulas[column],
        margin=rest.sides.margin,
        probability=probability,
        word=word,
        suspicions=found,
    )


def _word(sure: Trust, limits: ProbabilityLimits) -> Label:
    """Turn the probability into a word: without one the verdict is open."""
    return (
        Label.UNDECIDED if sure.probability is None else word_for(sure.probability, Label, limits)
    )


def _missing_oxide(case: Case) -> tuple[str, ...]:
    """Say that the binary oxide of the ion is missing: its valence may be kept at a lower cost."""
    own = case.sides
    rivals = own.contact.rivals
    oxygen = rivals.elements.index(OXYGEN) if OXYGEN in rivals.elements else None
    if oxygen is None:
        return ()
    metal = rivals.fractions[rivals.elements.index(own.element)]
    ratio = OXYGEN_CHARGE * rivals.fractions[oxygen] - own.valence * metal
    binary = np.abs(rivals.fractions[oxygen] + metal - 1) < SAME_FRACTION
    if np.any(binary & (np.abs(ratio) < SAME_FRACTION)):
        return ()
    return (f"reduction_margin: {Reason.NO_BINARY_OXIDE} {own.ion}, and it may resist more",)


def _note(hinge: Hinge, word: Label) -> str:
    why = " and ".join(hinge.suspicions)
    return (
        f"undecided: {word} {Reason.HINGES} {hinge.phase} ({why}); without it the verdict is "
        f"{hinge.word}"
    )
