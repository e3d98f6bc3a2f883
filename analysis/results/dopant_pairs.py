"""Which two dopants to try together: pairs that lithium does not reduce, by their lithium content.

Every pair has its margins from the phases of one dopant each; those that come first are judged
again with the phases of both. Whether a pair dissolves is not known before an engine computes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.base.fields import Label
from analysis.energies.phases import elements_of
from analysis.reactions.pairs import System, Watch, pair_margins
from analysis.results.judgements import reduction_fields
from analysis.results.shortlist import Ranked, ShortlistCandidate, shortlist
from analysis.structures.compensation import compound_composition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analysis.energies.phases import ReferencePhases
    from analysis.reactions.pairing import Pairing
    from analysis.reactions.verdict import Criteria
    from analysis.results.lithium_content import LithiumRange
    from analysis.results.shortlist import ShortlistCriteria
    from analysis.structures.dopants import Compound

#: So many pairs at least are judged with the phases of both dopants: some seconds.
JUDGED = 60


class RankedPair(NamedTuple):
    """A compound with two dopants, and its rank.

    Attributes
    ----------
    compound
        Its dopants and amounts.
    label
        The word on its weaker dopant.
    margins
        Reduction margin of each dopant, eV per dopant atom.
    candidate
        What is known of it.
    ranked
        Score and reason; None before it is ranked.
    """

    compound: Compound
    label: Label | None
    margins: tuple[float | None, ...]
    candidate: ShortlistCandidate
    ranked: Ranked | None = None


class PairSearch(NamedTuple):
    """What was found among the pairs of a host.

    Attributes
    ----------
    pairs
        All pairs that the host's cell can hold.
    resisting
        Those of them in which no dopant has a negative margin.
    best
        The best, first the one with the highest score.
    """

    pairs: int
    resisting: int
    best: tuple[RankedPair, ...]


def search_pairs(
    system: System,
    pairs: Pairing,
    phases_of: Callable[[Iterable[str]], ReferencePhases],
    *,
    criteria: Criteria,
    wanted: ShortlistCriteria,
    number: int,
    watch: Watch = iter,
) -> PairSearch:
    """Find the best pairs.

    Parameters
    ----------
    system
        Host, electrode, and phases of the host with each dopant.
    pairs
        The pairs.
    phases_of
        Returns the reference phases of a set of elements.
    criteria
        Limits of the words.
    wanted
        Criteria of the ranking.
    number
        Pairs to return, at most.
    watch
        Goes over the pairs for which a linear programme is solved, to show progress.
    """
    margins = pair_margins(system, pairs, watch=watch).margins
    resisting = np.flatnonzero((margins > 0).all(axis=1))
    chosen = _best_amounts(pairs, resisting.tolist(), margins.min(axis=1), wanted.lithium)
    first = chosen[: max(JUDGED, number)]
    judged = [_judge(system, pairs, index, phases_of, criteria) for index in first]
    by_name = {each.candidate.name: each for each in judged}
    order = shortlist([each.candidate for each in judged], wanted)
    best = [by_name[each.candidate.name]._replace(ranked=each) for each in order[:number]]
    return PairSearch(len(pairs.first), len(resisting), tuple(best))


def _best_amounts(
    pairs: Pairing, indices: Sequence[int], weaker: np.ndarray, lithium: LithiumRange | None
) -> list[int]:
    """Keep the best amounts of every two ions: by lithium content, then by margin and amount."""

    def order(index: int) -> tuple[float, float, float]:
        worth = lithium.worth(float(pairs.mobile[index])) if lithium else 0.0
        amount = sum(dopant.concentration for dopant in pairs.dopants(index))
        return -worth, -float(weaker[index]), amount

    found: dict[frozenset[tuple[str, int, str]], int] = {}
    for index in sorted(indices, key=order):
        ions = frozenset((d.element, d.valence, d.site) for d in pairs.dopants(index))
        found.setdefault(ions, index)
    return list(found.values())


def _judge(
    system: System,
    pairs: Pairing,
    index: int,
    phases_of: Callable[[Iterable[str]], ReferencePhases],
    criteria: Criteria,
) -> RankedPair:
    compound = pairs.compound(index)
    composition = compound_composition(system.host, compound)
    elements = {e.symbol for e in (*composition, *system.host.formula_unit)}
    fields, _ = reduction_fields(
        system.host,
        compound,
        composition,
        phases_of(elements | elements_of(system.electrode)),
        electrode=system.electrode,
        criteria=criteria,
    )
    return RankedPair(
        compound,
        fields["label"],
        tuple(each["margin"] for each in fields["reductions"]),
        ShortlistCandidate(
            name=compound.label(""),
            elements=tuple(dict.fromkeys(dopant.element for dopant in compound.dopants)),
            resists=fields["resists_probability"],
            dissolves=None,
            lithium=float(pairs.mobile[index]),
            barrier_excess=None,
            insulates=None,
        ),
    )
