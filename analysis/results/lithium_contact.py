"""Experiments on lithium metal in contact with doped LLZO: the project's own table.

``analysis/data/lithium_contact_experiments.csv`` has a source for every row and how well it was
checked; README.md in that folder lists the reports that were left out.
"""

import csv
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, Field, field_validator

from analysis.data import TABLES

EXPERIMENTS_FILE: Final = "lithium_contact_experiments.csv"


class Finding(StrEnum):
    """The finding of a report, in one word."""

    HOLDS = "holds"
    SELF_LIMITING = "self-limiting"  # it reacts, and the layer stops the reaction
    REACTS = "reacts"
    OPEN = "open"  # compared with another dopant only


class Checked(StrEnum):
    """How well a report was checked."""

    ABSTRACT = "abstract"  # its own abstract was read
    SECONDARY = "secondary"  # as later papers quote it


class ContactExperiment(BaseModel, frozen=True, extra="forbid"):
    """One report of lithium metal in contact with LLZO of a single dopant."""

    dopant: str
    valence: int
    site: str
    composition: str | None = Field(description="As reported; null where only the dopant is known")
    method: str
    observation: str
    finding: Finding
    checked: Checked
    source: str

    @field_validator("composition", mode="before")
    @classmethod
    def _or_null(cls, value: str) -> str | None:
        return value or None


@lru_cache(maxsize=1)
def contact_experiments() -> tuple[ContactExperiment, ...]:
    """Read all reports, in the order of the table."""
    with (TABLES / EXPERIMENTS_FILE).open(encoding="utf-8", newline="") as lines:
        return tuple(ContactExperiment.model_validate(row) for row in csv.DictReader(lines))


def reports_of(dopant: str, valence: int, site: str) -> tuple[ContactExperiment, ...]:
    """Return the reports on one ion on one site; empty where there is none."""
    ion = (dopant, valence, site)
    return tuple(
        each for each in contact_experiments() if (each.dopant, each.valence, each.site) == ion
    )


def findings(reports: Iterable[ContactExperiment]) -> frozenset[Finding]:
    """Return what reports say, `open` ones left out: two findings or more contradict each other."""
    return frozenset(each.finding for each in reports if each.finding is not Finding.OPEN)
