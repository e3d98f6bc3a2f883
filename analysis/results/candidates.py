"""Which dopant to make: the compounds of a campaign, ranked, and the trade-off between them.

The probabilities are those of the result documents, so that every view of a campaign shows the
same.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pymatgen.core import Composition, Element

from analysis.base.fields import Dissolution, Field, Label
from analysis.results.lithium_content import LithiumRange, measured_garnets
from analysis.results.shortlist import (
    Criterion,
    Ranked,
    ShortlistCandidate,
    ShortlistCriteria,
    shortlist,
)
from analysis.results.summary import compound_label

Document = Mapping[str, Any]

#: The range of lithium in which a host conducts is known for this one.
_KNOWN_HOST: Final = "Li7La3Zr2O12"
_NAMED: Final = 10  # elements in a sentence


class RankedCompound(NamedTuple):
    """A result document with its rank."""

    document: Document
    ranked: Ranked


def default_criteria(host_formula: str) -> ShortlistCriteria:
    """Return the criteria for a host: without its lithium content where no range is known.

    Parameters
    ----------
    host_formula
        Formula of the undoped host.
    """
    criteria = ShortlistCriteria()
    if Composition(host_formula).reduced_formula == _KNOWN_HOST:
        return criteria
    front = tuple(each for each in criteria.front if each is not Criterion.LITHIUM)
    return ShortlistCriteria(lithium=None, front=front)


def rank_compounds(
    documents: Iterable[Document], criteria: ShortlistCriteria, *, mobile: str
) -> list[RankedCompound]:
    """Rank the doped compounds of a campaign, the best first.

    Parameters
    ----------
    documents
        Result documents, the undoped host's among them if barriers are to be compared with its.
        Those without a readable formula or dopant are left out.
    criteria
        What counts, and how much.
    mobile
        Element of the mobile ion.

    Raises
    ------
    InputError
        Nothing is tabulated on the supply of a dopant.
    """
    known = list(documents)
    barriers = [each.get(Field.MIGRATION_BARRIER) for each in known if not each.get(Field.DOPANTS)]
    host_barrier = barriers[0] if barriers else None
    pairs = [(_candidate(each, mobile, host_barrier), each) for each in known if _is_readable(each)]
    by_identity = {id(candidate): document for candidate, document in pairs}
    ranked = shortlist([candidate for candidate, _ in pairs], criteria)
    return [RankedCompound(by_identity[id(each.candidate)], each) for each in ranked]


def trade_off(compounds: Sequence[RankedCompound], known: LithiumRange | None) -> tuple[str, ...]:
    """Say in sentences what the two questions leave, and how they trade off against lithium.

    Parameters
    ----------
    compounds
        What `rank_compounds` returned.
    known
        Mobile ions per formula unit of a good conductor; None where that is not known.
    """
    if not compounds:
        return ()
    resisting = _with(compounds, Field.LABEL, Label.RESISTS)
    both = _with(resisting, Field.DISSOLUTION, Dissolution.DISSOLVES)
    answer = (
        f"{_count(compounds)}: the electrode does not reduce the dopants of {len(resisting)}, and "
        f"the host surely takes up those of {len(both)} of them{_named(both)}."
    )
    against = () if known is None else _against_lithium(compounds, resisting, known)
    return (answer, *against)


def _candidate(document: Document, mobile: str, host_barrier: float | None) -> ShortlistCandidate:
    barrier = document.get(Field.MIGRATION_BARRIER)
    return ShortlistCandidate(
        name=compound_label(document),
        elements=tuple(dict.fromkeys(each["element"] for each in document[Field.DOPANTS])),
        resists=document.get(Field.RESISTS_PROBABILITY),
        dissolves=document.get(Field.DISSOLVES_PROBABILITY),
        lithium=float(Composition(document[Field.FORMULA])[mobile]),
        barrier_excess=_excess(barrier, host_barrier),
        insulates=True if document.get(Field.STRICTLY_STABLE) else document.get(Field.PASSIVATING),
    )


def _excess(barrier: float | None, of_host: float | None) -> float | None:
    return None if barrier is None or of_host is None else barrier - of_host


def _is_readable(document: Document) -> bool:
    """Tell if a doped compound can be named, and its formula read."""
    dopants = document.get(Field.DOPANTS) or ()
    symbols = [Element.is_valid_symbol(each["element"]) for each in dopants]
    if not symbols or not all(symbols) or not document.get(Field.COMPENSATION):
        return False
    try:
        return bool(Composition(document.get(Field.FORMULA) or "").num_atoms)
    except ValueError:
        return False


def _with(compounds: Iterable[RankedCompound], field: Field, word: str) -> list[RankedCompound]:
    return [each for each in compounds if each.document.get(field) == word]


def _against_lithium(
    compounds: Sequence[RankedCompound], resisting: Sequence[RankedCompound], known: LithiumRange
) -> list[str]:
    """Compare the lithium contents of what resists and of what is reduced."""
    content = f"{known.low:g} to {known.high:g} Li per f.u."
    rich = [each for each in resisting if each.ranked.candidate.lithium > known.high]
    inside = [each for each in compounds if known.worth(each.ranked.candidate.lithium) == 1]
    held = [each for each in inside if each in resisting]
    segregating = _with(held, Field.DISSOLUTION, Dissolution.SEGREGATES)
    reduced = _with(inside, Field.LABEL, Label.REDUCED)
    made = [each for each in reduced if _measured(each)]
    of_resisting = (
        f"Of the {len(resisting)} that resist, {len(rich)} hold more lithium than the {content} of "
        f"the garnets that are cubic and conduct well; {len(held)} are in that range, and "
        f"{len(segregating)} of these segregate."
    )
    of_inside = (
        f"Of all {len(inside)} compounds in that range the electrode reduces the dopants of "
        f"{len(reduced)}, those of well-known conductors among them{_named(made)}: a charge that "
        "takes out lithium is one that the electrode can reduce. A pair of dopants can share the "
        "two tasks."
    )
    return [of_resisting, of_inside]


def _measured(compound: RankedCompound) -> bool:
    """Tell if all dopants of a compound are in garnets whose conductivity was measured."""
    return set(compound.ranked.candidate.elements) <= _measured_elements()


@lru_cache(maxsize=1)
def _measured_elements() -> frozenset[str]:
    return frozenset(
        element.symbol
        for each in measured_garnets()
        for element in Composition(each.composition).elements
    )


def _named(compounds: Sequence[RankedCompound]) -> str:
    """Name the elements of compounds in brackets, the best first."""
    elements = dict.fromkeys(e for each in compounds for e in each.ranked.candidate.elements)
    if not elements:
        return ""
    more = f" and {len(elements) - _NAMED} more" if len(elements) > _NAMED else ""
    return f" ({', '.join(list(elements)[:_NAMED])}{more})"


def _count(compounds: Sequence[RankedCompound]) -> str:
    return f"{len(compounds)} compound{'s' if len(compounds) > 1 else ''}"
