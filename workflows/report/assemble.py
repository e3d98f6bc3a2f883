"""The report of a campaign, from its database in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.report.campaign_drawings import interphase_chapters, workflow_chapters
from workflows.report.chapters import Chapter, campaign_chapters
from workflows.report.drawing import sections
from workflows.report.gather import build_report, gather
from workflows.report.which_dopant import dopant_chapters

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.report.gather import Gathered
    from workflows.report.model import Report
    from workflows.storage.database import Database


def _learning(database: Database, name: str) -> list[Chapter]:
    if database.learning.find_one({"campaign": name}, {"_id": 1}) is None:
        return []
    from workflows.report.learning_chapters import learning_chapters  # it imports scikit-learn

    return learning_chapters(database, name)


#: Functions that make chapters from more than the result documents, in the order of the report;
#: each returns its chapters, or none if there is nothing to show.
SOURCES: tuple[Callable[[Database, str], list[Chapter]], ...] = (_learning,)


def make_report(database: Database, name: str) -> Report:
    """Read a campaign and put its report together.

    Raises
    ------
    InputError
        There is no such campaign.
    """
    gathered = gather(database, name)
    return build_report(gathered, sections(all_chapters(database, gathered)))


def all_chapters(database: Database, gathered: Gathered) -> list[Chapter]:
    """Return every figure and table of a report: those of the results, then of the sources."""
    chapters = [
        *dopant_chapters(gathered.ranking),
        *interphase_chapters(database, gathered),
        *campaign_chapters(gathered.documents),
    ]
    for source in SOURCES:
        chapters += source(database, gathered.name)
    return [*chapters, *workflow_chapters(gathered)]
