"""The report's first part: which dopant to make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.figures.dopant_map import dopant_map_figure, is_on_map
from analysis.results.candidates import default_criteria
from analysis.results.shortlist import ShortlistCriteria
from workflows.report.chapters import Chapter, Drawing
from workflows.report.model import RankedView, RankingView
from workflows.results.dopant_ranking import DopantRanking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Document = Mapping[str, Any]

#: The page looks for the map under this title.
TITLE = "Which dopant?"
MAP = "dopant_map"


def ranking_of(
    documents: Sequence[Document], stored: Document, warnings: list[str]
) -> DopantRanking | None:
    """Rank the compounds of a campaign; None where that cannot be done.

    Parameters
    ----------
    documents
        Result documents, the undoped host's among them.
    stored
        The campaign's own document.
    warnings
        Why it cannot be done is added.
    """
    spec = (stored.get("campaign") or {}).get("spec") or {}
    host = next((each for each in documents if not each[Field.DOPANTS]), None)
    if host is None:
        return None
    try:
        criteria = _criteria(spec, str(host.get(Field.FORMULA) or ""))
        mobile = str((spec.get("host") or {}).get("mobile") or "Li")
        ranking = DopantRanking.of(documents, criteria, mobile=mobile)
    except (InputError, ValidationError, ValueError) as error:
        warnings.append(f"The dopants cannot be ranked ({str(error).splitlines()[0]}).")
        return None
    return ranking if ranking.compounds else None


def dopant_chapters(ranking: DopantRanking | None) -> list[Chapter]:
    """Return the chapter with the map of dopants; none where no compound is on it."""
    if ranking is None or not any(is_on_map(each.document) for each in ranking.compounds):
        return []
    caption = (
        "Above the line the electrode does not reduce the dopant, left of the line the host takes "
        "it up; far from the lines both scales are logarithmic. Bars are standard uncertainties. "
        "No other compound beats those with a dark rim in all criteria of the Pareto front; the "
        "best of them are named."
    )
    draw = partial(dopant_map_figure, ranking.compounds)
    return [Chapter(TITLE, drawings=[Drawing(MAP, "Map of the dopants", caption, draw)])]


def ranking_view(ranking: DopantRanking | None) -> RankingView | None:
    """Return what the page shows of a ranking."""
    if ranking is None:
        return None
    rows = [
        RankedView(
            key=str(document[Field.JOB_UUID]),
            score=ranked.score,
            lithium=ranked.candidate.lithium,
            on_front=ranked.on_front,
            why=ranked.why,
        )
        for document, ranked in ranking.compounds
    ]
    return RankingView(
        words=tuple(ranking.words), criteria=ranking.stated_criteria, rows=tuple(rows)
    )


def _criteria(spec: Document, host_formula: str) -> ShortlistCriteria:
    if given := spec.get("shortlist"):
        return ShortlistCriteria.model_validate(given)
    return default_criteria(host_formula)
