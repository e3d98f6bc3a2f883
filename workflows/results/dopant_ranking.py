"""The compounds of a campaign ranked by the criteria of its specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.results.candidates import default_criteria, rank_compounds, trade_off
from analysis.results.summary import compound_label
from workflows.results.search import find
from workflows.storage.campaigns import load_campaign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.results.candidates import Document, RankedCompound
    from analysis.results.shortlist import ShortlistCriteria
    from workflows.storage.database import Database

Row = dict[str, Any]

#: Fields of the results that a row repeats.
_FIELDS = (
    *(Field.FORMULA, Field.LABEL, Field.RESISTS_PROBABILITY, Field.REDUCTION_MARGIN),
    *(Field.REDUCTION_POTENTIAL, Field.DISSOLUTION, Field.DISSOLVES_PROBABILITY),
    *(Field.SOLUBILITY, Field.SOLUBILITY_UNCERTAINTY),
)


@dataclass(frozen=True)
class DopantRanking:
    """Compounds ranked, and what the ranking stands on.

    Attributes
    ----------
    compounds
        The best first.
    criteria
        What counted.
    words
        The trade-off between the questions, in sentences.
    """

    compounds: Sequence[RankedCompound]
    criteria: ShortlistCriteria
    words: Sequence[str]

    @classmethod
    def of(
        cls, documents: Sequence[Document], criteria: ShortlistCriteria, *, mobile: str
    ) -> DopantRanking:
        """Rank result documents; the parameters are those of `rank_compounds`."""
        compounds = rank_compounds(documents, criteria, mobile=mobile)
        return cls(compounds, criteria, trade_off(compounds, criteria.lithium))

    @property
    def stated_criteria(self) -> str:
        """The criteria in a sentence or two."""
        weights = ", ".join(
            f"{each.value} {self.criteria.weights[each]:g}" for each in self.criteria.counted
        )
        front = ", ".join(self.criteria.front)
        return (
            f"The score is the mean of the criteria, weighted: {weights}. On the Pareto front is "
            f"what no other compound beats in all of: {front}."
        )

    def rows(self) -> Iterator[Row]:
        """Yield a row for each compound: rank, name, numbers, score, and why in one sentence."""
        for rank, (document, ranked) in enumerate(self.compounds, start=1):
            yield {
                "rank": rank,
                "compound": compound_label(document),
                **{field.value: document.get(field) for field in _FIELDS},
                "lithium": ranked.candidate.lithium,
                "score": ranked.score,
                "pareto_front": ranked.on_front,
                "why": ranked.why,
            }


def rank_campaign(
    database: Database,
    name: str,
    filters: Sequence[str] = (),
    *,
    change: Callable[[ShortlistCriteria], ShortlistCriteria] = lambda criteria: criteria,
) -> DopantRanking:
    """Rank the compounds of a campaign that have landed.

    Parameters
    ----------
    database
        Where the campaign is.
    name
        Its name; finished or not.
    filters
        Only compounds that fulfil all of these, as `interphase query` takes them.
    change
        Changes the specification's criteria.

    Raises
    ------
    InputError
        There is no such campaign, or no compound to rank.
    """
    spec = load_campaign(database, name)
    host = spec.host_crystal.formula_unit.reduced_formula
    criteria = change(spec.spec.shortlist or default_criteria(host))
    own = f'campaign="{name}"'
    undoped = [each for each in find(database.results, [own]) if not each[Field.DOPANTS]]
    doped = [each for each in find(database.results, [own, *filters]) if each[Field.DOPANTS]]
    if not doped:
        those = " that fulfils the filters" if filters else ""
        msg = f"no doped compound of {name}{those} has landed yet: there is nothing to rank"
        raise InputError(msg)
    return DopantRanking.of([*undoped, *doped], criteria, mobile=spec.spec.host.mobile)
