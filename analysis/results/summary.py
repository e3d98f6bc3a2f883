"""What a campaign has found so far, counted: classes, sites, reasons, and the preferred sites."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.base.fields import Dissolution, Label
from analysis.base.fields import Field as Key
from analysis.base.reasons import Reason, reasons_of
from analysis.results.site_preference import (
    Comparison,
    SitePreference,
    compare_with_experiment,
    site_preferences,
)
from analysis.structures.dopants import Compound

Document = Mapping[str, Any]

ALL: Final = "all"
NO_VALUE: Final = "null"
CLASSES: Final = (*Label, NO_VALUE)
"""Labels in the order of tables, and the compounds without one."""

DISSOLUTIONS: Final = (*Dissolution, NO_VALUE)
"""Words on dissolution in the order of tables, and the compounds without one."""

SEVERAL: Final = "several"
"""The site of compounds whose dopants are on several."""


class Flag(BaseModel, frozen=True, extra="forbid"):
    """How many compounds have a flag, lack it, or leave it open."""

    yes: int
    no: int
    null: int

    @classmethod
    def of(cls, documents: Sequence[Document], field: Key) -> "Flag":
        """Count a field that holds true, false or null."""
        counts = Counter(document.get(field) for document in documents)
        return cls(yes=counts[True], no=counts[False], null=counts[None])


class NoteCount(BaseModel, frozen=True, extra="forbid"):
    """A kind of note, and the compounds that have one."""

    reason: str = Field(description="Name of the kind; 'other' for notes of no known kind")
    label: str = Field(description="What it means")
    compounds: tuple[str, ...]


class Summary(BaseModel, frozen=True, extra="forbid"):
    """A campaign counted; the undoped host is in none of the counts of compounds."""

    campaign: str
    landed: int = Field(description="Doped compounds with a result")
    planned: int = Field(description="Doped compounds of the campaign")
    failed: int = Field(description="Doped compounds that failed, or wait for a failed one")
    host_reaction_energy: float | None = Field(description="eV per f.u.; null: not landed")
    labels: dict[str, dict[str, int]] = Field(
        description="Site to label to number; 'all' is the sum over sites"
    )
    dissolutions: dict[str, dict[str, int]] = Field(
        description="Label to word on dissolution to number; 'all' adds the labels up"
    )
    passes_filter: Flag
    strictly_stable: Flag
    passivating: Flag
    strictly_passivating: Flag
    site_preferences: tuple[SitePreference, ...]
    experiment: tuple[Comparison, ...]
    notes: tuple[NoteCount, ...]
    left_out: dict[str, tuple[str, ...]] = Field(
        description="Reason to candidates of the rule that cannot be computed"
    )


def summarise(
    documents: Sequence[Document],
    *,
    campaign: str,
    planned: int,
    failed: int = 0,
    host: str,
    left_out: Iterable[tuple[str, str]] = (),
) -> Summary:
    """Count a campaign.

    Parameters
    ----------
    documents
        Its result documents, the undoped host's among them if it has landed.
    campaign
        Its name.
    planned
        How many doped compounds it has.
    failed
        How many of them failed or cannot be reached any more.
    host
        Formula of the host.
    left_out
        Candidates of the rule that cannot be computed, each with the reason.
    """
    doped = [document for document in documents if document[Key.DOPANTS]]
    undoped = [document for document in documents if not document[Key.DOPANTS]]
    preferences = site_preferences(doped)
    reasons: dict[str, list[str]] = defaultdict(list)
    for candidate, reason in left_out:
        reasons[reason].append(candidate)
    return Summary(
        campaign=campaign,
        landed=len(doped),
        planned=planned,
        failed=failed,
        host_reaction_energy=undoped[0][Key.REACTION_ENERGY] if undoped else None,
        labels=count_labels(doped),
        dissolutions=count_dissolutions(doped),
        passes_filter=Flag.of(doped, Key.PASSES_FILTER),
        strictly_stable=Flag.of(doped, Key.STRICTLY_STABLE),
        passivating=Flag.of(doped, Key.PASSIVATING),
        strictly_passivating=Flag.of(doped, Key.STRICTLY_PASSIVATING),
        site_preferences=tuple(preferences),
        experiment=tuple(
            compare_with_experiment(preferences, host=Composition(host).reduced_formula)
        ),
        notes=tuple(count_notes(documents)),
        left_out={reason: tuple(names) for reason, names in reasons.items()},
    )


def count_labels(documents: Iterable[Document]) -> dict[str, dict[str, int]]:
    """Count the labels of doped compounds per site; a compound on several sites counts once."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        label = document.get(Key.LABEL) or NO_VALUE
        for group in (site_of(document), ALL):
            counts[group][label] += 1
    groups = [*sorted(counts.keys() - {ALL}), ALL]
    return {group: {label: counts[group][label] for label in CLASSES} for group in groups}


def count_dissolutions(documents: Iterable[Document]) -> dict[str, dict[str, int]]:
    """Count the words on dissolution of doped compounds, for each label: the two questions."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        word = document.get(Key.DISSOLUTION) or NO_VALUE
        for group in (document.get(Key.LABEL) or NO_VALUE, ALL):
            counts[group][word] += 1
    groups = [*(each for each in CLASSES if each in counts), ALL]
    return {str(group): {word: counts[group][word] for word in DISSOLUTIONS} for group in groups}


def count_notes(documents: Iterable[Document]) -> list[NoteCount]:
    """List the kinds of notes, in the order of `Reason`, with the compounds that have one."""
    names: dict[Reason, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        known, unknown = reasons_of(document.get(Key.NOTES) or ())
        for reason in known:
            names[reason].append(compound_label(document))
        for note in unknown:
            others[note].append(compound_label(document))
    counted = [
        NoteCount(reason=reason.name.lower(), label=reason.label, compounds=tuple(names[reason]))
        for reason in Reason
        if names[reason]
    ]
    counted += [
        NoteCount(reason="other", label=note, compounds=tuple(found))
        for note, found in others.items()
    ]
    return counted


def site_of(document: Document) -> str:
    """Return the site of a compound's dopants, `SEVERAL` if there is more than one."""
    sites = {dopant["site"] for dopant in document[Key.DOPANTS]}
    return str(sites.pop()) if len(sites) == 1 else SEVERAL


def compound_label(document: Document) -> str:
    """Name a compound in words: "Al3+ on Li, x=0.25"; the undoped host by its formula."""
    compound = Compound.model_validate(
        {"dopants": document[Key.DOPANTS], "compensation": document[Key.COMPENSATION]}
    )
    if not compound.dopants:
        return str(document[Key.FORMULA])
    balance = "" if compound.compensation == "lithium" else ", uncompensated"
    return " + ".join(dopant.label for dopant in compound.dopants) + balance
