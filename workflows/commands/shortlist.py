"""interphase shortlist: which dopant to make, ranked, with the reason of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from analysis.base.errors import InputError
from analysis.base.value_messages import message_of
from workflows.results.dopant_ranking import rank_campaign
from workflows.results.serialize import rows_to_csv, to_json_text
from workflows.results.versions import open_results
from workflows.storage.campaign_location import the_campaign
from workflows.terminal.output import Output
from workflows.terminal.shortlist_tables import show_ranking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from rich.console import Console

    from analysis.results.shortlist import ShortlistCriteria
    from workflows.results.question import Question
    from workflows.storage.campaign_location import Place


_LIMIT = 10  # rows of a table


@dataclass(frozen=True)
class CriteriaChanges:
    """What options change in the specification's criteria.

    Parameters
    ----------
    weights
        "resists=3"; those not named keep theirs.
    front
        "resists,dissolves"; None keeps the specification's.
    lithium
        Range of mobile ions per formula unit, "6:6.8"; None keeps the specification's.
    """

    weights: Sequence[str] = ()
    front: str | None = None
    lithium: str | None = None

    def __call__(self, criteria: ShortlistCriteria) -> ShortlistCriteria:
        """Return the changed criteria.

        Raises
        ------
        InputError
            An option names something unknown or impossible.
        """
        content = criteria.model_dump()
        content["weights"] |= dict(_weight(each) for each in self.weights)
        if self.front is None:
            kept = [each for each in content["front"] if _counts(content["weights"].get(each, 0))]
            content["front"] = kept or content["front"]
        else:
            content["front"] = [each.strip() for each in self.front.split(",")]
        if self.lithium is not None:
            content["lithium"] = {**(content["lithium"] or {}), **_range(self.lithium)}
        try:
            return type(criteria).model_validate(content)
        except ValidationError as error:
            raise InputError(_message(error)) from error


def shortlist_command(
    place: Place,
    campaign: str | None,
    question: Question,
    *,
    changes: CriteriaChanges,
    output: Output,
    figure: Path | None,
    console: Console,
) -> None:
    """Rank the compounds that have landed, and draw their map."""
    with open_results(place) as database:
        name = campaign or the_campaign(database, place)
        ranking = rank_campaign(database, name, question.filters, change=changes)
    if output is Output.TABLE:
        show_ranking(name, ranking, question.limit or _LIMIT, console)
    else:
        rows = list(ranking.rows())[: question.limit]
        text = to_json_text(rows) if output is Output.JSON else rows_to_csv(rows)
        console.file.write(text)
    if figure:
        from analysis.figures.dopant_map import dopant_map_figure
        from analysis.figures.style import save_figure

        path = save_figure(dopant_map_figure(ranking.compounds), figure)
        if output is Output.TABLE:
            console.print(f"map: {path}", highlight=False, markup=False, soft_wrap=True)


def _message(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    message = message_of(first)
    return f"criteria of the shortlist: {where + ': ' if where else ''}{message}"


def _counts(weight: Any) -> bool:
    """Return False for a weight of zero; what is no number is refused with the criteria."""
    try:
        return float(weight) != 0
    except ValueError:
        return True


def _weight(text: str) -> tuple[str, Any]:
    name, equals, number = text.partition("=")
    if not equals:
        msg = f"--weight {text!r}: write CRITERION=NUMBER, as in --weight hazard=0"
        raise InputError(msg)
    return name.strip(), number


def _range(text: str) -> dict[str, str]:
    low, colon, high = text.partition(":")
    if not colon:
        msg = f"--lithium {text!r}: write LOW:HIGH, as in --lithium 6:6.8"
        raise InputError(msg)
    return {"low": low, "high": high}
