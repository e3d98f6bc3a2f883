"""Reports made of result documents alone, and pages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field
from analysis.base.schema import SCHEMA_VERSION
from workflows.report.assemble import all_chapters
from workflows.report.drawing import sections
from workflows.report.gather import build_report, gather
from workflows.report.render import render, write_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workflows.report.model import Report, Section
    from workflows.storage.database import Database

CAMPAIGN = "synthetic"


def store(database: Database, documents: Sequence[dict[str, Any]], name: str = CAMPAIGN) -> None:
    """Put results into a database, as a campaign whose plan is not known."""
    database.campaigns.insert_one({"name": name, "campaign": {"spec": {"electrode": "Li"}}})
    today = {Field.SCHEMA_VERSION: SCHEMA_VERSION}
    database.results.insert_many([{**today, **each, "campaign": name} for each in documents])


def report_of(
    database: Database, *, figures: bool = False, extra: Sequence[Section] = ()
) -> Report:
    """Make the report; without its figures it takes no time."""
    gathered = gather(database, CAMPAIGN)
    drawn = sections(all_chapters(database, gathered)) if figures else ()
    return build_report(gathered, (*drawn, *extra))


def page_file(report: Report, folder: Path) -> str:
    """Write the page into a folder; return its address."""
    return write_page(render(report), folder / "report.html").as_uri()
